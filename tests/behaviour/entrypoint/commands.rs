//! `--default`: the command where there is none, and what comes before one that is only options.

use super::{both_ways, nothing_runs, prints};
use crate::harness::{Ended, Launch, Place, does_entrypoint_jobs};

in_both_places! {
    without_a_command_the_default_is_run
    before_a_word_that_begins_with_a_dash_the_default_comes
    any_other_command_is_run_as_it_is
    words_of_the_default_may_have_anything_in_them
    the_default_of_the_command_line_takes_the_place_of_the_other
    an_empty_default_is_none
    a_default_that_cannot_be_run_fails_as_a_command_does
}

const ECHO: [(&str, &str); 2] = [("default", "echo"), ("default", "default")];

/// As every image has it: `--` ends the options of rinit.
fn run(launch: Launch, command: &[&str]) -> Ended {
    launch.options(&["--"]).run(command)
}

fn without_a_command_the_default_is_run(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    for launch in both_ways(place, &ECHO) {
        prints(&run(launch, &[]), "default\n");
    }
    for launch in both_ways(place, &ECHO) {
        prints(&launch.run(&[] as &[&str]), "default\n");
    }
}

fn before_a_word_that_begins_with_a_dash_the_default_comes(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    for command in [&["-x"] as &[&str], &["--port", "1"], &["-"], &["--", "sh"], &["-v", "a b", ""]] {
        for launch in both_ways(place, &ECHO) {
            prints(&run(launch, command), &format!("default {}\n", command.join(" ")));
        }
    }
}

fn any_other_command_is_run_as_it_is(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    for launch in both_ways(place, &ECHO) {
        prints(&run(launch, &["sh", "-c", "echo $0 $*", "-x", "y"]), "-x y\n");
    }
    for launch in both_ways(place, &ECHO) {
        prints(&launch.run(&["sh", "-c", "echo a shell"]), "a shell\n");
    }
    // The empty word is none that begins with a dash.
    for launch in both_ways(place, &ECHO) {
        assert_eq!(run(launch, &["", "-x"]).status, 127);
    }
}

fn words_of_the_default_may_have_anything_in_them(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let told = [("default", "printf"), ("default", "%s;"), ("default", "a b, c"), ("default", "-x"), ("default", "'")];
    for launch in both_ways(place, &told) {
        prints(&run(launch, &["--y"]), "a b, c;-x;';--y;");
    }
    // As two words, too.
    let launch = Launch::new(place).options(&["--default", "echo", "--default", "-n", "--default", ""]);
    prints(&run(launch, &["-e"]), " -e");
}

fn the_default_of_the_command_line_takes_the_place_of_the_other(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let launch = Launch::new(place).variable("RINIT_DEFAULT", "echo\ntwin");
    prints(&run(launch.options(&["--default=echo", "--default=option"]), &[]), "option\n");
}

fn an_empty_default_is_none(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let ended = run(Launch::new(place).variable("RINIT_DEFAULT", ""), &[]);
    assert_eq!(ended.status, 125);
    assert!(ended.stderr.starts_with("rinit: no command to run; usage: "), "{}", ended.stderr);
    // Without one, a word that begins with a dash is a command like any other.
    let ended = run(Launch::new(place).options(&["--umask=22"]), &["-x"]);
    assert_eq!(ended.status, 127);
    assert!(ended.stderr.starts_with("rinit: cannot run '-x': "), "{}", ended.stderr);
}

fn a_default_that_cannot_be_run_fails_as_a_command_does(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    for (command, status) in [("no-such-command", 127), ("/usr", 126)] {
        for launch in both_ways(place, &[("default", command)]) {
            let ended = run(launch, &["-x"]);
            assert_eq!(ended.status, status, "{}", ended.stderr);
            assert!(ended.stderr.starts_with(&format!("rinit: cannot run '{command}'")), "{}", ended.stderr);
        }
    }
    let launch = Launch::new(place).options(&["--pre=false", "--default=echo", "--default=x"]);
    nothing_runs(launch, 1, &["the hook 'false'"]);
}
