//! The init under test: rinit, or one of its peers, to compare.

use std::path::Path;

/// Who is to get the signals that an init gets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ForwardTo {
    Child,
    Group,
}

impl ForwardTo {
    pub const BOTH: [ForwardTo; 2] = [ForwardTo::Child, ForwardTo::Group];
}

/// The words that start it, up to its options.
pub fn words() -> Vec<String> {
    match std::env::var("RINIT_TEST_INIT") {
        // Where it is not PID 1, tini is a subreaper only if it is told.
        Ok(name) if name == "tini" => vec![name, "-s".to_owned()],
        Ok(name) => vec![name],
        Err(_) => vec![env!("CARGO_BIN_EXE_rinit").to_owned()],
    }
}

/// The options by which it forwards signals to the child, or to its process group.
pub fn options(to: ForwardTo) -> &'static [&'static str] {
    let words = words();
    let name = Path::new(&words[0]).file_name().unwrap_or_default();
    match (name.as_encoded_bytes(), to) {
        (b"dumb-init", ForwardTo::Child) => &["--single-child"],
        (b"dumb-init", ForwardTo::Group) => &[],
        (_, ForwardTo::Child) => &[],
        (_, ForwardTo::Group) => &["-g"],
    }
}

/// What ends its options, where it would take those of the command for its own. (rinit does not.)
pub fn end_of_options() -> &'static [&'static str] {
    match std::env::var("RINIT_TEST_INIT") {
        Ok(_) => &["--"],
        Err(_) => &[],
    }
}
