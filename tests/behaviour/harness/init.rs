//! The init under test: rinit, or one of its peers, to compare.

use std::ffi::OsString;
use std::io::Write;
use std::time::Duration;

use rinit::config::{Takes, settings};

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

/// These options of rinit as the init under test takes them: as words, or, if it is the minimal build, in its environment.
pub fn told(options: Vec<OsString>) -> (Vec<OsString>, Vec<(String, OsString)>) {
    if !is_minimal() {
        return (options, vec![]);
    }
    let mut words = vec![];
    let mut variables: Vec<(String, OsString)> = vec![];
    let mut options = options.into_iter();
    while let Some(option) = options.next() {
        let Some((name, value)) = twin(&option.to_string_lossy(), &mut options) else {
            words.push(option);
            continue;
        };
        // An option that is given several times is as one list; a variable cannot be there twice.
        match variables.iter_mut().find(|(other, _)| *other == name) {
            Some((_, list)) => {
                list.push(",");
                list.push(value);
            }
            None => variables.push((name, value)),
        }
    }
    (words, variables)
}

/// The twin in the environment of an option, if it has one. `rest` is where its value may be.
fn twin(option: &str, rest: &mut impl Iterator<Item = OsString>) -> Option<(String, OsString)> {
    let verbosity = |level: &str| Some(("RINIT_VERBOSITY".to_owned(), level.into()));
    match option {
        "-q" => return verbosity("0"),
        "-v" => return verbosity("2"),
        "-vv" => return verbosity("3"),
        "-g" => return Some(("RINIT_FORWARD_TO".to_owned(), "group".into())),
        _ => {}
    }
    let (name, value) = option.split_once('=').map_or((option, None), |(name, value)| (name, Some(value.into())));
    let setting = settings().find(|setting| {
        name.strip_prefix("--") == Some(setting.long) || setting.short.is_some_and(|short| name == format!("-{short}"))
    })?;
    let takes_none = matches!(setting.takes, Takes::Nothing);
    let value = value.or_else(|| if takes_none { None } else { rest.next() });
    Some((setting.twin(), value.unwrap_or_else(|| "1".into())))
}

/// Whether the init under test has a command line. If not, somebody is told that the test that asks is skipped.
pub fn has_a_command_line() -> bool {
    if is_minimal() {
        let test = std::thread::current().name().unwrap_or_default().to_owned();
        // Past the test runner, which would hide it.
        let _ = writeln!(std::io::stderr(), "skipped: {test}: it is about options, and the minimal build has none");
    }
    !is_minimal()
}

/// Whether the init under test does what a shell wrapper does before the program is started. If not, somebody is told that the
/// test that asks is skipped.
pub fn does_entrypoint_jobs() -> bool {
    if is_minimal() {
        let test = std::thread::current().name().unwrap_or_default().to_owned();
        // Past the test runner, which would hide it.
        let _ =
            writeln!(std::io::stderr(), "skipped: {test}: it is about entrypoint jobs, and the minimal build has none");
    }
    !is_minimal()
}

/// Whether it is the build of rinit that takes its options from the environment.
pub fn is_minimal() -> bool {
    name(&under_test()).contains("minimal")
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
    let (options, variables) = told(options.iter().map(OsString::from).collect());
    let mut line: Vec<String> =
        variables.iter().map(|(name, value)| format!("{name}={}", value.to_string_lossy())).collect();
    line.extend(words());
    line.extend(options.iter().map(|option| option.to_string_lossy().into_owned()));
    line.extend(end_of_options().iter().map(|word| (*word).to_owned()));
    line.push(command.to_owned());
    line.join(" ")
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
