//! What went wrong, as one sentence: "cannot VERB OBJECT: CAUSE".

use std::fmt::{self, Display, Formatter};
use std::path::Path;

/// The sentence.
#[derive(Debug)]
pub struct Failure(String);

/// What came of it, or why not.
pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// `what` is the verb and the object.
    pub fn new(what: impl Display, cause: impl Display) -> Failure {
        Failure(format!("cannot {what}: {cause}"))
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Turns other errors into sentences.
pub trait OrCannot<T> {
    /// `verb` and a path make the sentence.
    fn or_cannot(self, verb: &str, path: &Path) -> Result<T>;
}

impl<T, E: Display> OrCannot<T> for std::result::Result<T, E> {
    fn or_cannot(self, verb: &str, path: &Path) -> Result<T> {
        self.map_err(|error| Failure::new(format_args!("{verb} '{}'", path.display()), error))
    }
}
