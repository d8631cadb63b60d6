//! Numbers as people and the kernel write them.

use std::fmt::{self, Write};

/// A number in decimal digits and nothing else. (`str::parse` would take a sign, and needs a `str`.)
pub fn number(text: &[u8]) -> Option<u64> {
    let digits = text.iter().map(|byte| byte.is_ascii_digit().then(|| u64::from(byte - b'0')));
    let add = |number: u64, digit: Option<u64>| number.checked_mul(10)?.checked_add(digit?);
    if text.is_empty() { None } else { digits.into_iter().try_fold(0, add) }
}

/// The same, if it is one of this type.
pub fn small<T: TryFrom<u64>>(text: &[u8]) -> Option<T> {
    T::try_from(number(text)?).ok()
}

/// A number in digits, for messages. (The standard library's way knows signs, alignment and padding, none of which rinit needs,
/// in a fiftieth of the minimal build.)
#[derive(Clone, Copy)]
pub struct Digits {
    number: u64,
    base: u64,
    least: u8,
}

/// In decimal digits. None of rinit's numbers is negative.
pub fn decimal(number: impl TryInto<u64>) -> Digits {
    Digits { number: number.try_into().unwrap_or_default(), base: 10, least: 1 }
}

/// In decimal digits, so many at least.
pub fn padded(number: impl TryInto<u64>, least: u8) -> Digits {
    Digits { least, ..decimal(number) }
}

/// As chmod(1) takes it.
pub fn mode(number: u32) -> Digits {
    Digits { number: number.into(), base: 8, least: 4 }
}

/// In hexadecimal digits, so many at least.
pub fn hexadecimal(number: impl Into<u64>, least: u8) -> Digits {
    Digits { number: number.into(), base: 16, least }
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rest, last) = (self.number / self.base, self.number % self.base);
        if rest > 0 || self.least > 1 {
            Digits { number: rest, least: self.least.saturating_sub(1), ..*self }.fmt(f)?;
        }
        f.write_char(char::from(b"0123456789abcdef"[last as usize]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_the_standard_library() {
        for number in [0, 1, 7, 8, 9, 10, 15, 16, 99, 100, 255, 256, 4095, 65_535, 1_000_000, u32::MAX] {
            assert_eq!(decimal(number).to_string(), format!("{number}"));
            assert_eq!(padded(number, 3).to_string(), format!("{number:03}"));
            assert_eq!(mode(number).to_string(), format!("{number:04o}"));
            assert_eq!(hexadecimal(number, 2).to_string(), format!("{number:02x}"));
        }
        assert_eq!([decimal(u64::MAX), decimal(-1)].map(|it| it.to_string()), ["18446744073709551615", "0"]);
    }

    #[test]
    fn digits_are_a_number_and_nothing_else_is() {
        for (text, expected) in [("0", 0), ("007", 7), ("18446744073709551615", u64::MAX)] {
            assert_eq!(number(text.as_bytes()), Some(expected));
        }
        for text in ["", "-1", "+1", " 1", "1 ", "1.5", "0x1", "18446744073709551616", "99999999999999999999999"] {
            assert_eq!(number(text.as_bytes()), None, "{text}");
        }
        assert_eq!((small::<u8>(b"255"), small::<u8>(b"256"), small::<i32>(b"2147483648")), (Some(255), None, None));
    }
}
