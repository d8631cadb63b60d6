//! What a shell wrapper does before it says `exec "$@"`, done by the init. What needs root and more than one user is tested
//! in containers.

mod checks;
mod commands;
mod cost;
mod hooks;
mod messages;
mod surroundings;
mod users;
mod variables;
mod waits;

use std::path::Path;

use rinit::config::{Takes, settings};

use crate::harness::{Ended, Folder, Launch, Place};

/// Two launches that were told the same: by options, and by their twins in the environment.
fn both_ways(place: Place, told: &[(&str, &str)]) -> [Launch; 2] {
    let words: Vec<String> = told.iter().map(|(name, value)| format!("--{name}={value}")).collect();
    let twins = twins(told).into_iter();
    let by_twins = twins.fold(Launch::new(place), |launch, (name, value)| launch.variable(name, value));
    [Launch::new(place).options(&words), by_twins]
}

/// The twins of these options. What is there several times is one variable.
fn twins(told: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut twins: Vec<(String, String)> = vec![];
    for (name, value) in told {
        let setting = settings().find(|setting| setting.long == *name).unwrap();
        let between = if matches!(setting.takes, Takes::Lines(_)) { "\n" } else { "," };
        match twins.iter_mut().find(|(other, _)| *other == setting.twin()) {
            Some((_, values)) => *values = format!("{values}{between}{value}"),
            None => twins.push((setting.twin(), (*value).to_owned())),
        }
    }
    twins
}

/// Checks that nothing runs, neither a hook nor the program, and that the reason is one line with these parts in it.
#[track_caller]
fn nothing_runs(launch: Launch, status: i32, parts: &[&str]) {
    let folder = Folder::new("nothing");
    let witness = folder.path("witness");
    let ended = launch.variable("WITNESS", &witness).run(&["touch", &witness]);
    assert_eq!((ended.status, ended.stderr.lines().count()), (status, 1), "{parts:?}: {ended:?}");
    assert!(ended.stderr.starts_with("rinit: "), "{}", ended.stderr);
    for part in parts {
        assert!(ended.stderr.contains(part), "{part:?} is not in {}", ended.stderr);
    }
    assert!(!Path::new(&witness).exists(), "{parts:?}: something ran");
}

/// A hook that would run if anything did; for [`nothing_runs`].
const HOOK: (&str, &str) = ("pre", "sh -c touch${IFS}$WITNESS");

/// Checks that all went well, and that nobody had anything to say about it.
#[track_caller]
fn prints(ended: &Ended, stdout: &str) {
    assert_eq!((ended.status, ended.stdout.as_str(), ended.stderr.as_str()), (0, stdout, ""));
}

/// A folder itself.
fn path_of(folder: &Folder) -> String {
    folder.path("").trim_end_matches('/').to_owned()
}
