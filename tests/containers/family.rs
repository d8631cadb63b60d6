//! A program that does not run alone, and each of whose processes has something to clean up when it is asked to end.

use crate::container::{Container, Launch};

/// A worker, with a name and an exit status as its arguments: cleans up when it gets TERM, which takes a while, and says so.
pub const WORKER: &str = r#"
    trap "sleep 0.3; echo $0: cleaned up; exit $1" TERM
    echo $0: ready: pid $$
    while :; do sleep 0.05; done"#;

/// The main program, which is a worker too, leaves one of each kind behind. It ends with 7, when it gets TERM.
const FAMILY: [&str; 5] = [
    "sh",
    "-c",
    r#"
    sh -c 'sh -c "$0" grandchild 0 & wait' "$1" &
    setsid sh -c "$1" daemon 0 &
    (sh -c "$1" orphan 0 &)
    exec sh -c "$1" main 7"#,
    "sh",
    WORKER,
];

/// All but the main program.
pub const RELATIVES: [&str; 3] = ["grandchild", "daemon", "orphan"];

/// The words that start it under these options of the init.
pub fn family<'a>(options: &[&'a str]) -> Vec<&'a str> {
    [options, &FAMILY].concat()
}

/// Starts it, and waits until all of it is ready.
#[track_caller]
pub fn start(launch: Launch) -> Container {
    let container = launch.start();
    for name in ["main"].iter().chain(&RELATIVES) {
        container.wait_for(&format!("{name}: ready"));
    }
    container
}

/// Which processes of it have cleaned up, in that order, as the container's output says.
pub fn cleaned_up(stdout: &str) -> Vec<&str> {
    stdout.lines().filter_map(|line| line.strip_suffix(": cleaned up")).collect()
}

/// The main program's time is over when it has ended; all others clean up after that.
#[track_caller]
pub fn all_of_it_has_cleaned_up(stdout: &str) {
    let names = cleaned_up(stdout);
    assert!(names.first() == Some(&"main") && names.len() == 4, "{stdout}");
    assert!(RELATIVES.iter().all(|name| names.contains(name)), "{stdout}");
}
