//! Bytes from outside (names, paths, values), and strings, as they appear in messages.

use std::fmt::{self, Write};

use crate::number::hexadecimal;

/// Shows bytes between single quotes, as [`Escaped`] shows them.
pub struct Quoted<'a>(pub &'a [u8]);

/// Shows bytes, whatever they are: text as text, control characters and bytes that are not UTF-8 as escapes, and a long
/// one shortened in the middle, so that one value can neither break nor fill a line of the log.
pub struct Escaped<'a>(pub &'a [u8]);

/// Shows a string of rinit's own, as it is. (The standard library's way can cut and pad it, in a hundredth of the minimal build.)
pub struct Text<'a>(pub &'a str);

/// The most bytes of a value that are shown.
const LONGEST: usize = 240;

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", Escaped(self.0))
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.len() <= LONGEST {
            return escape(self.0, f);
        }
        let (head, tail) = (&self.0[..LONGEST / 2], &self.0[self.0.len() - LONGEST / 2..]);
        escape(head, f)?;
        f.write_str("[...]")?;
        escape(tail, f)
    }
}

fn escape(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\t' => f.write_str("\\t"),
                '\r' => f.write_str("\\r"),
                '\n' => f.write_str("\\n"),
                _ if c.is_control() => write!(f, "\\u{{{}}}", hexadecimal(c, 1)),
                _ => f.write_char(c),
            }?;
        }
        for byte in chunk.invalid() {
            write!(f, "\\x{}", hexadecimal(*byte, 2))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_shown_as_it_is_and_the_rest_is_escaped() {
        assert_eq!(Quoted("café".as_bytes()).to_string(), "'café'");
        assert_eq!(Quoted(b"/bin/sh\r").to_string(), "'/bin/sh\\r'");
        assert_eq!(Quoted(b"a\nb\x1b[31m\xff\0").to_string(), "'a\\nb\\u{1b}[31m\\xff\\u{0}'");
        assert_eq!(Quoted(b"").to_string(), "''");
    }

    #[test]
    fn a_long_value_is_shortened_in_the_middle() {
        let long = [b"begin".as_slice(), &[b'x'; 5000], b"end"].concat();
        let shown = Quoted(&long).to_string();
        assert!(shown.starts_with("'beginx") && shown.contains("x[...]x") && shown.ends_with("xend'"), "{shown}");
        assert_eq!(shown.len(), LONGEST + "'[...]'".len());
    }
}
