//! The log: one line on stderr, one `write(2)`, from the stack, with its result ignored.
//!
//! It must never block (the reader of a container's log may be stuck while rinit has a signal to forward), never fail,
//! and never feed back (a closed pipe answers with SIGPIPE, which [`crate::step`] drops as rinit's own).

use std::fmt::{self, Write};

use crate::config::Verbosity;
use crate::sys::output;

/// Writes messages of up to its verbosity.
#[derive(Clone, Copy)]
pub struct Log {
    verbosity: Verbosity,
}

impl Log {
    /// A log that shows messages up to `verbosity`.
    pub fn new(verbosity: Verbosity) -> Log {
        Log { verbosity }
    }

    /// Why rinit could not do its work. Always shown.
    pub fn error(self, message: fmt::Arguments<'_>) {
        self.print(Verbosity::Quiet, message);
    }

    /// Something is wrong. Shown unless `-q`.
    pub fn warning(self, message: fmt::Arguments<'_>) {
        self.print(Verbosity::Normal, message);
    }

    /// What rinit does. Shown with `-v`.
    pub fn info(self, message: fmt::Arguments<'_>) {
        self.print(Verbosity::Verbose, message);
    }

    /// What it does not come to, and why. Shown with `-vv`.
    pub fn debug(self, message: fmt::Arguments<'_>) {
        self.print(Verbosity::Debug, message);
    }

    /// Whether [`Log::info`] shows anything: for messages that cost something to put together.
    pub fn shows_info(self) -> bool {
        self.verbosity >= Verbosity::Verbose
    }

    fn print(self, level: Verbosity, message: fmt::Arguments<'_>) {
        if level <= self.verbosity {
            let mut line = Line::EMPTY;
            line.set(message);
            output::write_to_stderr(line.bytes());
        }
    }
}

/// A message as one line: `rinit: …`, cut at the end of the buffer, with no control character but the newline that ends it.
struct Line {
    buffer: [u8; Line::CAPACITY],
    length: usize,
}

impl Line {
    /// Less than PIPE_BUF (4096 bytes), so that a line is never mixed with another process's: `pipe(7)`.
    const CAPACITY: usize = 2048;
    const CUT: &[u8] = b"...\n";
    const EMPTY: Line = Line { buffer: [0; Line::CAPACITY], length: 0 };

    /// Puts a message into an empty line. (A function that returned the line would have a second buffer on the stack.)
    fn set(&mut self, message: fmt::Arguments<'_>) {
        let fits = write!(self, "rinit: {message}").is_ok();
        self.end_with(if fits { b"\n" } else { Line::CUT });
    }

    fn bytes(&self) -> &[u8] {
        &self.buffer[..self.length]
    }

    fn end_with(&mut self, end: &[u8]) {
        let end = &end[..end.len().min(Line::CUT.len())];
        self.buffer[self.length..self.length + end.len()].copy_from_slice(end);
        self.length += end.len();
    }
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = Line::CAPACITY - Line::CUT.len() - self.length;
        let taken = &text.as_bytes()[..text.len().min(room)];
        for (place, byte) in self.buffer[self.length..].iter_mut().zip(taken) {
            *place = if byte.is_ascii_control() { b' ' } else { *byte };
        }
        self.length += taken.len();
        if taken.len() == text.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(message: fmt::Arguments<'_>) -> String {
        let mut line = Line::EMPTY;
        line.set(message);
        String::from_utf8(line.bytes().to_vec()).unwrap()
    }

    #[test]
    fn a_message_is_one_line() {
        assert_eq!(line(format_args!("cannot run 'a\nb'")), "rinit: cannot run 'a b'\n");
    }

    #[test]
    fn a_message_of_any_length_fits_and_says_that_it_was_cut() {
        for length in 0..Line::CAPACITY * 2 {
            let message = "x".repeat(length);
            let shown = line(format_args!("{message}"));
            assert!(shown.len() <= Line::CAPACITY);
            let whole = format!("rinit: {message}\n");
            assert!(shown == whole || shown.ends_with("x...\n"), "{length}");
        }
    }
}
