//! What is asked of rinit, rightly and wrongly.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::harness::{Folder, Launch, Place, has_a_command_line};

fn the_options_of_the_command_are_the_commands(place: Place) {
    for before in [&[] as &[&str], &["--"], &["-v", "--"], &["-q"], &["--forward-to", "child"]] {
        let ended = Launch::new(place).options(before).run(&["echo", "-v", "--", "--help", "-g"]);
        assert_eq!((ended.status, ended.stdout.as_str()), (0, "-v -- --help -g\n"), "{before:?}");
    }
}

fn arguments_are_bytes(place: Place) {
    let odd: Vec<u8> = (1..=255).collect();
    for before in [&[] as &[&str], &["--"], &["-q", "--"]] {
        let command = [
            OsStr::new("sh"),
            OsStr::new("-c"),
            OsStr::new("printf %s \"$1\" | od -An -v -tu1"),
            OsStr::new("sh"),
            OsStr::from_bytes(&odd),
        ];
        let ended = Launch::new(place).options(before).run(&command);
        let numbers: Vec<u8> = ended.stdout.split_whitespace().map(|number| number.parse().unwrap()).collect();
        assert_eq!(numbers, odd);
    }
}

fn a_bad_option_is_one_line_and_125_and_nothing_runs(place: Place) {
    if !has_a_command_line() {
        return;
    }
    for (options, named) in [
        (&["--bogus"] as &[&str], "'--bogus'"),
        (&["-Z"], "'-Z'"),
        (&["--forward-to=everyone"], "--forward-to='everyone': it takes child, group or all"),
        (&["--warn-on-reap=1"], "'--warn-on-reap'"),
        (&["-g", "--forward-to", "child"], "'--group'"),
    ] {
        is_refused(Launch::new(place).options(options), named);
    }
    is_refused(Launch::new(place).variable("RINIT_FORWARD_TO", "\n").options(&["-g"]), "RINIT_FORWARD_TO='\\n'");
}

fn a_bad_variable_is_one_line_and_125_and_nothing_runs(place: Place) {
    for (name, value, named) in [
        ("RINIT_FORWARD_TO", "everyone", "RINIT_FORWARD_TO='everyone': it takes child, group or all"),
        ("RINIT_FORWARD_TO", "\n", "RINIT_FORWARD_TO='\\n'"),
        ("RINIT_VERBOSITY", "loud", "RINIT_VERBOSITY='loud': it takes 0"),
        ("RINIT_SUBREAPER", "", "RINIT_SUBREAPER='': it takes 1, true"),
    ] {
        is_refused(Launch::new(place).variable(name, value), named);
    }
}

/// Checks that rinit says in one line what it cannot use, and runs nothing.
pub fn is_refused(launch: Launch, named: &str) {
    let folder = Folder::new("bad");
    let witness = folder.path("witness");
    let ended = launch.run(&["touch", &witness]);
    assert_eq!((ended.status, ended.stderr.lines().count()), (125, 1), "{named}: {}", ended.stderr);
    assert!(ended.stderr.starts_with("rinit: cannot use ") && ended.stderr.contains(named), "{}", ended.stderr);
    assert!(!std::path::Path::new(&witness).exists(), "{named}: the command ran");
}

fn no_command_shows_the_usage_and_is_125(place: Place) {
    let usage = if has_a_command_line() {
        "usage: rinit [OPTIONS] [--] COMMAND [ARG]..."
    } else {
        "usage: rinit [--] COMMAND [ARG]..."
    };
    for options in [&[] as &[&str], &["--"], &["-v"], &["-v", "--"]] {
        let ended = Launch::new(place).options(options).run(&[] as &[&str]);
        assert_eq!(ended.status, 125);
        assert!(ended.stderr.contains(usage), "{}", ended.stderr);
    }
}

fn questions_are_answered_on_stdout(place: Place) {
    if !has_a_command_line() {
        return;
    }
    for (option, part) in [
        ("--help", "--forward-to"),
        ("-h", "RINIT_FORWARD_TO"),
        ("-V", concat!("rinit ", env!("CARGO_PKG_VERSION"))),
        ("--version", "rinit "),
        ("-l", "MIT License"),
        ("--license", "MIT License"),
    ] {
        let ended = Launch::new(place).options(&[option]).run(&["false"]);
        assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{option}");
        assert!(ended.stdout.contains(part), "{option}: {}", ended.stdout);
    }
}

fn an_answer_that_cannot_be_written_is_an_error(place: Place) {
    if !has_a_command_line() {
        return;
    }
    let ended = Launch::new(place)
        .by_way_of(&["sh", "-c", "exec \"$@\" > /dev/full", "sh"])
        .options(&["--help"])
        .run(&[] as &[&str]);
    assert_eq!(
        (ended.status, ended.stderr.as_str()),
        (125, "rinit: cannot write to stdout: no space left on device\n")
    );
}

in_both_places! {
    the_options_of_the_command_are_the_commands
    arguments_are_bytes
    a_bad_option_is_one_line_and_125_and_nothing_runs
    a_bad_variable_is_one_line_and_125_and_nothing_runs
    no_command_shows_the_usage_and_is_125
    questions_are_answered_on_stdout
    an_answer_that_cannot_be_written_is_an_error
}
