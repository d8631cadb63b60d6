//! A message as an object of JSON (RFC 8259) on a line, valid whatever is in it.

use std::fmt::{self, Write};

use super::Facts;
use super::line::Line;
use crate::config::Verbosity;
use crate::number::{decimal, padded};
use crate::quoted::{Escaped, Text};
use crate::sys::clock;

/// The most that a process's name takes: four times what the kernel keeps of it. A command's can be longer.
const LONGEST_NAME: usize = 512;

/// What follows the message, and what follows one that was cut.
const END: &[u8] = b"\"}\n";
const CUT: &[u8] = b"...\"}\n";

/// Puts a message into an empty line. The keys are in the man page, section LOG.
pub fn set(line: &mut Line, level: Verbosity, facts: Facts<'_>, message: fmt::Arguments<'_>) {
    let level = match level {
        Verbosity::Quiet => "error",
        Verbosity::Normal => "warning",
        Verbosity::Verbose => "info",
        Verbosity::Debug => "debug",
    };
    // All of this fits: nothing in it can be long but the name, which is cut, and the message, which gets the rest.
    let _ = write!(line, "{{\"time\":\"{}\",\"level\":\"{}\",\"event\":\"{}\"", Now, Text(level), Text(facts.event));
    if let Some(process) = facts.process {
        let _ = write!(line, ",\"pid\":{},\"name\":\"", decimal(process.pid.as_raw()));
        let _ = string(line, LONGEST_NAME, format_args!("{}", Escaped(process.name)));
        line.push(b"\"");
    }
    if let Some(signal) = facts.signal {
        let _ = write!(line, ",\"signal\":\"{signal}\"");
    }
    if let Some(status) = facts.status {
        let _ = write!(line, ",\"status\":{}", decimal(status.0));
    }
    line.push(b",\"message\":\"");
    let room = line.room() - CUT.len();
    let whole = string(line, room, message);
    line.push(if whole.is_ok() { END } else { CUT });
}

/// Adds what is between the quotes of a string, of at most so many bytes.
fn string(line: &mut Line, room: usize, text: fmt::Arguments<'_>) -> fmt::Result {
    Characters { line, room }.write_fmt(text)
}

/// Adds characters, each whole or not at all.
struct Characters<'a> {
    line: &'a mut Line,
    room: usize,
}

impl Write for Characters<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| self.write_char(c))
    }

    fn write_char(&mut self, c: char) -> fmt::Result {
        let mut bytes = [0; 4];
        let character = encode(c, &mut bytes);
        self.room = self.room.checked_sub(character.len()).ok_or(fmt::Error)?;
        self.line.push(character.as_bytes());
        Ok(())
    }
}

/// A character as it is written between the quotes of a string: a control character is a blank.
pub fn encode(c: char, bytes: &mut [u8; 4]) -> &str {
    match c {
        '"' => "\\\"",
        '\\' => "\\\\",
        _ => (if c.is_control() { ' ' } else { c }).encode_utf8(bytes),
    }
}

/// The present as RFC 3339 writes it, in UTC, to the millisecond.
struct Now;

impl fmt::Display for Now {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let now = clock::since_1970();
        let (days, second) = ((now.as_secs() / 86_400) as u32, (now.as_secs() % 86_400) as u32);
        let (year, month, day) = date(days);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        decimal(year).fmt(f)?;
        for (before, number) in [('-', month), ('-', day), ('T', hour), (':', minute), (':', second)] {
            f.write_char(before)?;
            padded(number, 2).fmt(f)?;
        }
        f.write_char('.')?;
        padded(now.subsec_millis(), 3).fmt(f)?;
        f.write_char('Z')
    }
}

/// Year, month and day, so many days after the 1st of January 1970.
fn date(mut days: u32) -> (u32, u32, u32) {
    let mut year = 1970;
    let is_leap = |year: u32| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    while days >= 365 + u32::from(is_leap(year)) {
        days -= 365 + u32::from(is_leap(year));
        year += 1;
    }
    let mut month = 1;
    loop {
        let length = match month {
            2 => 28 + u32::from(is_leap(year)),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        if days < length {
            return (year, month, days + 1);
        }
        days -= length;
        month += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (days, expected) in [
            (0, (1970, 1, 1)),
            (58, (1970, 2, 28)),
            (59, (1970, 3, 1)),
            (789, (1972, 2, 29)),
            (790, (1972, 3, 1)),
            (10_956, (1999, 12, 31)),
            (11_016, (2000, 2, 29)),
            (20_778, (2026, 11, 21)),
            (47_540, (2100, 2, 28)),
            (47_541, (2100, 3, 1)),
        ] {
            assert_eq!(date(days), expected, "{days}");
        }
    }
}
