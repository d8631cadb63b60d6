//! The init under test: rinit, or one of its peers, to compare.

use std::time::Duration;

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

/// What one types to a shell to run a command under it.
pub fn command_line(options: &[&str], command: &str) -> String {
    let words = words().into_iter().chain(options.iter().chain(end_of_options()).map(|word| (*word).to_owned()));
    words.chain([command.to_owned()]).collect::<Vec<String>>().join(" ")
}

/// How long anything is waited for before it is taken to hang. Making a PID namespace alone can take half a minute while
/// the machine is out of pids. Of peers it is known that they hang, and they need not be waited for that long.
pub fn patience() -> Duration {
    match name(&under_test()) {
        "tini" | "dumb-init" | "catatonit" => Duration::from_secs(20),
        _ => Duration::from_secs(180),
    }
}

/// The file that is tested.
pub fn under_test() -> String {
    std::env::var("INIT_UNDER_TEST").unwrap_or_else(|_| env!("CARGO_BIN_EXE_rinit").to_owned())
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
