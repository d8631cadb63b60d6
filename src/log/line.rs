//! A line on the stack, which a message fits into or is cut by.

use std::fmt::{self, Write};

/// A message as one line: `rinit: …`, cut at the end of the buffer, with no control character but the newline that ends it.
pub struct Line {
    buffer: [u8; Line::CAPACITY],
    length: usize,
}

impl Line {
    /// Less than PIPE_BUF (4096 bytes), so that a line is never mixed with another process's: `pipe(7)`.
    pub const CAPACITY: usize = 2048;
    const CUT: &[u8] = b"...\n";
    /// Nothing.
    pub const EMPTY: Line = Line { buffer: [0; Line::CAPACITY], length: 0 };

    /// Puts a message into an empty line. (A function that returned the line would have a second buffer on the stack.)
    pub fn set(&mut self, message: fmt::Arguments<'_>) {
        let fits = write!(self, "rinit: {message}").is_ok();
        self.push(if fits { b"\n" } else { Line::CUT });
    }

    /// What is to be written.
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[..self.length]
    }

    /// How many bytes can still be pushed.
    pub fn room(&self) -> usize {
        Line::CAPACITY - self.length
    }

    /// Adds bytes as they are, as many as there is room for.
    pub fn push(&mut self, bytes: &[u8]) {
        for (place, byte) in self.buffer[self.length..].iter_mut().zip(bytes) {
            *place = *byte;
            self.length += 1;
        }
    }
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self.room().saturating_sub(Line::CUT.len());
        let taken = &text.as_bytes()[..text.len().min(room)];
        for byte in taken {
            self.push(&[if byte.is_ascii_control() { b' ' } else { *byte }]);
        }
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
