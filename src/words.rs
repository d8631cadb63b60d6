//! Words in one string, with blanks between them: an array of strings would have a pointer for each, which has to be relocated
//! whenever rinit starts.

/// The place of a word among these, in small letters or large.
pub fn place(words: &str, word: &[u8]) -> Option<usize> {
    words.as_bytes().split(|byte| *byte == b' ').position(|known| same(known, word))
}

/// The word at this place.
pub fn at(words: &str, place: usize) -> Option<&str> {
    let mut rest = words;
    for _ in 0..place {
        rest = rest.get(end(rest) + 1..)?;
    }
    rest.get(..end(rest))
}

/// Where the first word ends.
fn end(words: &str) -> usize {
    words.bytes().take_while(|byte| *byte != b' ').count()
}

/// Whether two words are the same, in small letters or large.
pub fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.eq_ignore_ascii_case(other))
}

/// What follows this beginning, in small letters or large.
pub fn without_prefix<'a>(text: &'a [u8], prefix: &str) -> Option<&'a [u8]> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    same(start, prefix.as_bytes()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_whole_and_in_any_letters() {
        for (word, expected) in
            [("one", Some(0)), ("TWO", Some(1)), ("Three", Some(2)), ("on", None), ("", None), ("one two", None)]
        {
            assert_eq!(place("one two three", word.as_bytes()), expected, "{word}");
        }
        assert_eq!(
            [0, 1, 2, 3, 4].map(|place| at("one two three", place)),
            [Some("one"), Some("two"), Some("three"), None, None]
        );
    }
}
