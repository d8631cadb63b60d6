//! `--secret-env`, `--unset-env`, `--default-env`, `--set-env`: the environment that the program gets.

use super::{HOOK, both_ways, nothing_runs, path_of, prints};
use crate::harness::{Ended, Folder, Launch, Place, does_entrypoint_jobs};

in_both_places! {
    a_secret_is_what_is_in_its_file_without_the_line_ends_behind_it
    several_secrets_are_read_and_other_variables_of_such_names_are_paths_as_before
    a_secret_without_a_file_is_as_it_was
    an_empty_variable_is_as_good_as_none
    a_secret_that_is_there_twice_is_refused
    a_secret_whose_file_cannot_be_used_is_refused
    a_secret_in_a_pipe_that_nobody_fills_is_refused
    a_secret_of_just_the_largest_size_is_not_too_large
    variables_are_unset_then_set_where_they_are_not_then_set
    a_variable_is_set_in_the_place_of_others_and_may_have_anything_in_it
    hooks_have_the_same_environment_as_the_program
    the_command_is_found_in_the_path_that_is_set
    what_is_no_variable_is_refused
}

const SECRET: (&str, &str) = ("secret-env", "PASSWORD");

/// What the program has, of variables whose names are or begin like these, in the order of names.
#[track_caller]
fn variables(launch: Launch, names: &[&str]) -> Vec<String> {
    let Ended { status, stdout, stderr } = launch.run(&["env", "--null"]);
    assert_eq!((status, stderr.as_str()), (0, ""), "{stdout:?}");
    let is_one = |text: &&str| names.iter().any(|name| text.starts_with(name));
    let mut found: Vec<String> = stdout.split_terminator('\0').filter(is_one).map(str::to_owned).collect();
    found.sort();
    found
}

fn a_secret_is_what_is_in_its_file_without_the_line_ends_behind_it(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("secret");
    for (number, (content, value)) in [
        ("pass", "pass"),
        ("pass\n", "pass"),
        ("pass\n\n\n", "pass"),
        ("\n first\nsecond \n", "\n first\nsecond "),
        ("pass\r\n", "pass\r"),
        ("a=b\u{e9}", "a=b\u{e9}"),
        ("", ""),
        ("\n", ""),
    ]
    .into_iter()
    .enumerate()
    {
        let path = folder.make(&number.to_string(), 0o600, content);
        for launch in both_ways(place, &[SECRET]) {
            let found = variables(launch.variable("PASSWORD_FILE", &path), &["PASSWORD"]);
            assert_eq!(found, [format!("PASSWORD={value}")], "{content:?}");
        }
    }
}

fn several_secrets_are_read_and_other_variables_of_such_names_are_paths_as_before(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("secret");
    let [first, second] = ["first", "second"].map(|name| folder.make(name, 0o600, name));
    for launch in both_ways(place, &[SECRET, ("secret-env", "A_TOKEN")]) {
        let launch = launch.variable("PASSWORD_FILE", &first).variable("A_TOKEN_FILE", &second);
        let launch = launch.variable("SSL_CERT_FILE", &second).variable("A_TOKEN_FILE_FILE", "x");
        let found = variables(launch, &["PASSWORD", "A_TOKEN", "SSL_CERT_FILE"]);
        let expected = ["A_TOKEN=second", "A_TOKEN_FILE_FILE=x", "PASSWORD=first", &format!("SSL_CERT_FILE={second}")];
        assert_eq!(found, expected);
    }
}

fn a_secret_without_a_file_is_as_it_was(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    for launch in both_ways(place, &[SECRET]) {
        assert_eq!(variables(launch.variable("PASSWORD", "plain\n"), &["PASSWORD"]), ["PASSWORD=plain\n"]);
    }
    for launch in both_ways(place, &[SECRET]) {
        assert_eq!(variables(launch, &["PASSWORD"]), [""; 0]);
    }
}

fn an_empty_variable_is_as_good_as_none(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("secret");
    let path = folder.make("secret", 0o600, "from the file");
    for launch in both_ways(place, &[SECRET]) {
        let launch = launch.variable("PASSWORD_FILE", &path).variable("PASSWORD", "");
        assert_eq!(variables(launch, &["PASSWORD"]), ["PASSWORD=from the file"]);
    }
    for launch in both_ways(place, &[SECRET]) {
        let launch = launch.variable("PASSWORD_FILE", "").variable("PASSWORD", "plain");
        assert_eq!(variables(launch, &["PASSWORD"]), ["PASSWORD=plain"]);
    }
}

fn a_secret_that_is_there_twice_is_refused(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("secret");
    let path = folder.make("secret", 0o600, "the same");
    for launch in both_ways(place, &[HOOK, SECRET]) {
        let launch = launch.variable("PASSWORD_FILE", &path).variable("PASSWORD", "the same");
        nothing_runs(launch, 125, &["'PASSWORD'", "both PASSWORD and PASSWORD_FILE are set"]);
    }
}

fn a_secret_whose_file_cannot_be_used_is_refused(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("secret");
    let large = folder.make("large", 0o600, vec![b'x'; (1 << 20) + 1]);
    let zero = folder.make("zero", 0o600, "pass\0word");
    let (missing, a_folder) = (folder.path("missing"), folder.path(""));
    for (path, why) in [
        (missing.as_str(), "no such file"),
        (&a_folder, "it is no regular file"),
        (&large, "larger than 1 MiB"),
        ("/dev/zero", "it is no regular file"),
        (&zero, "zero byte"),
    ] {
        for launch in both_ways(place, &[HOOK, SECRET]) {
            nothing_runs(launch.variable("PASSWORD_FILE", path), 125, &["'PASSWORD'", &format!("'{path}'"), why]);
        }
    }
}

fn a_secret_in_a_pipe_that_nobody_fills_is_refused(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("secret");
    let path = folder.path("pipe");
    nix::unistd::mkfifo(path.as_str(), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let launch = Launch::new(place).options(&["--secret-env=PASSWORD"]).variable("PASSWORD_FILE", &path);
    nothing_runs(launch, 125, &["'PASSWORD'"]);
}

fn a_secret_of_just_the_largest_size_is_not_too_large(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("secret");
    let largest = folder.make("largest", 0o600, vec![b'\n'; 1 << 20]);
    for launch in both_ways(place, &[SECRET]) {
        assert_eq!(variables(launch.variable("PASSWORD_FILE", &largest), &["PASSWORD"]), ["PASSWORD="]);
    }
    // For the kernel, a single variable is too large far earlier.
    let long = folder.make("long", 0o600, vec![b'x'; 200_000]);
    let launch = Launch::new(place).options(&["--secret-env=PASSWORD"]).variable("PASSWORD_FILE", &long);
    nothing_runs(launch, 126, &["its arguments and environment are longer than the kernel allows"]);
}

fn variables_are_unset_then_set_where_they_are_not_then_set(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("secret");
    let secret = folder.make("secret", 0o600, "secret");
    let told = [
        ("unset-env", "XA"),
        ("unset-env", "XB,XNONE"),
        ("default-env", "XB=default"),
        ("default-env", "XC=default"),
        ("default-env", "XE=default"),
        ("set-env", "XD=set"),
        ("set-env", "XE=set"),
        ("secret-env", "XF,XG"),
        ("set-env", "XG=set"),
    ];
    for launch in both_ways(place, &told) {
        let launch = ["XA", "XB", "XC", "XD"].into_iter().fold(launch, |launch, name| launch.variable(name, "given"));
        let launch = launch.variable("XF_FILE", &secret).variable("XG_FILE", &secret);
        let expected = ["XB=default", "XC=given", "XD=set", "XE=set", "XF=secret", "XG=set"];
        assert_eq!(variables(launch, &["X"]), expected);
    }
}

fn a_variable_is_set_in_the_place_of_others_and_may_have_anything_in_it(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let told = [("set-env", "XA=a, b=c"), ("set-env", "XA='last'"), ("set-env", "XB="), ("default-env", "XEMPTY=x")];
    for launch in both_ways(place, &told) {
        let launch = launch.variable("XA", "given").variable("XEMPTY", "");
        assert_eq!(variables(launch, &["X"]), ["XA='last'", "XB=", "XEMPTY="]);
    }
    // An option is not cut into lines, as its twin is.
    let launch = Launch::new(place).options(&["--set-env", "XA=two\nlines, and a comma"]);
    assert_eq!(variables(launch, &["X"]), ["XA=two\nlines, and a comma"]);
    // A list on the command line takes the place of the other.
    let launch = Launch::new(place).options(&["--set-env=XB=option"]).variable("RINIT_SET_ENV", "XA=twin\nXB=twin");
    assert_eq!(variables(launch, &["X"]), ["XB=option"]);
}

fn hooks_have_the_same_environment_as_the_program(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("secret");
    let path = folder.make("secret", 0o600, "pass\n");
    let told = [SECRET, ("set-env", "PASSWORD_X=1"), ("pre", "env"), ("unset-env", "PASSWORD_Y")];
    for launch in both_ways(place, &told) {
        let ended = launch.variable("PASSWORD_FILE", &path).variable("PASSWORD_Y", "1").run(&["echo", "program"]);
        let (hook, _) = ended.stdout.split_once("program\n").unwrap();
        let mut found: Vec<&str> = hook.lines().filter(|line| line.starts_with("PASSWORD")).collect();
        found.sort_unstable();
        assert_eq!(found, ["PASSWORD=pass", "PASSWORD_X=1"]);
        assert!(!hook.contains("RINIT_"), "{hook}");
    }
}

fn the_command_is_found_in_the_path_that_is_set(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("path");
    let tool = folder.make("tool-of-its-own", 0o755, "#!/bin/sh\necho $0\n");
    let path = format!("PATH={}:/usr/bin:/bin", path_of(&folder));
    for launch in both_ways(place, &[("set-env", &path), ("pre", "tool-of-its-own")]) {
        prints(&launch.run(&["tool-of-its-own"]), &format!("{tool}\n{tool}\n"));
    }
}

fn what_is_no_variable_is_refused(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    for (name, values, takes) in [
        ("secret-env", &["", "A=B", "A,,B"] as &[&str], "names of variables"),
        ("unset-env", &["", "A=B", ","], "names of variables"),
        ("set-env", &["A", "=B"], "NAME=VALUE"),
        ("default-env", &["A", "=B"], "NAME=VALUE"),
    ] {
        for value in values {
            for launch in both_ways(place, &[HOOK, (name, value)]) {
                nothing_runs(launch, 125, &["rinit: cannot use ", &format!("='{value}': it takes {takes}")]);
            }
        }
    }
}
