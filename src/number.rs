//! Numbers as people and the kernel write them.

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

#[cfg(test)]
mod tests {
    use super::*;

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
