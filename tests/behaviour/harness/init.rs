//! The init under test: rinit, or one of its peers, to compare.

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
    let path = under_test();
    match name(&path) {
        // Where it is not PID 1, it is a subreaper only if it is told.
        "tini" => vec![path, "-s".to_owned()],
        _ => vec![path],
    }
}

/// The options by which it forwards signals to the child, or to its process group.
pub fn options(to: ForwardTo) -> &'static [&'static str] {
    match (name(&under_test()), to) {
        ("dumb-init", ForwardTo::Child) => &["--single-child"],
        ("dumb-init", ForwardTo::Group) => &[],
        (_, ForwardTo::Child) => &[],
        (_, ForwardTo::Group) => &["-g"],
    }
}

/// What ends its options, where it would take those of the command for its own.
pub fn end_of_options() -> &'static [&'static str] {
    match name(&under_test()) {
        "tini" | "dumb-init" | "catatonit" => &["--"],
        _ => &[],
    }
}

/// The file that is tested.
pub fn under_test() -> String {
    std::env::var("INIT_UNDER_TEST").unwrap_or_else(|_| env!("CARGO_BIN_EXE_rinit").to_owned())
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
