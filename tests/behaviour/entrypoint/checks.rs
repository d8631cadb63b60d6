//! `--check`: what would be run, and whether it could be; and that nothing is.

use std::path::Path;

use rinit::config::settings;

use super::{path_of, twins};
use crate::harness::{Ended, Folder, Launch, Place, does_entrypoint_jobs, strace, strace_available};

in_both_places! {
    the_command_its_file_and_its_interpreter_are_named
    every_setting_is_there_with_where_it_comes_from
    the_user_and_home_are_those_of_the_program
    the_default_command_is_what_is_checked
    it_runs_nothing_and_exits_as_the_run_would_have
    what_cannot_be_prepared_is_found_too
    a_hook_that_is_not_there_is_found_too
    where_nothing_can_be_tried_it_does_not_say_that_it_would_run
    what_the_program_would_wait_for_is_not_waited_for
    no_command_is_125
}

/// Checks a command with these options, by options and by twins, and hands out what is found to be the same.
fn check(place: Place, told: &[(&str, &str)], command: &[&str]) -> Ended {
    let words: Vec<String> = told.iter().map(|(name, value)| format!("--{name}={value}")).collect();
    let by_options = Launch::new(place).options(&words).options(&["--check", "--"]).run(command);
    let by_twins =
        twins(told).into_iter().fold(Launch::new(place), |launch, (name, value)| launch.variable(name, value));
    let by_twins = by_twins.options(&["--check", "--"]).run(command);
    assert_eq!(by_options.status, by_twins.status, "{by_options:?} {by_twins:?}");
    // The values of a list are shown as they were given.
    let [by_options_said, by_twins_said] =
        [&by_options, &by_twins].map(|it| it.stdout.replace("\\n", ",").replace("(option)", "(environment)"));
    assert_eq!(by_options_said, by_twins_said);
    by_options
}

/// What it says of something.
#[track_caller]
fn said<'a>(ended: &'a Ended, name: &str) -> Vec<&'a str> {
    let lines = ended.stdout.lines();
    lines.filter_map(|line| line.split_once(' ')).filter(|(it, _)| *it == name).map(|(_, rest)| rest.trim()).collect()
}

#[track_caller]
fn would_run(ended: &Ended) {
    assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{}", ended.stdout);
    assert!(ended.stdout.ends_with("\nit would run\n"), "{}", ended.stdout);
}

fn the_command_its_file_and_its_interpreter_are_named(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("check");
    let script = folder.make("script", 0o755, "#!/bin/sh\nexit 3\n");
    let shell = std::fs::canonicalize("/bin/sh").unwrap().into_os_string().into_string().unwrap();
    let here = std::env::consts::ARCH;
    for command in [&script, "sh"] {
        let ended = check(place, &[], &[command, "a b", "-c"]);
        would_run(&ended);
        assert_eq!(said(&ended, "command"), [format!("'{command}' 'a b' '-c'")]);
        let [found] = said(&ended, "file")[..] else { panic!("{}", ended.stdout) };
        assert!(found == command || found.ends_with("/sh"), "{found}");
        let [runs] = said(&ended, "runs")[..] else { panic!("{}", ended.stdout) };
        assert!(runs.starts_with(&format!("{shell}, for {here}")), "{runs}");
    }
    let ended = check(place, &[], &[&crate::harness::program("probe")]);
    let [runs] = said(&ended, "runs")[..] else { panic!("{}", ended.stdout) };
    assert!(runs.ends_with(", static"), "{runs}");
    // In the folder where it would start.
    let there = path_of(&folder);
    let ended = check(place, &[("chdir", &there)], &["./script"]);
    would_run(&ended);
}

fn every_setting_is_there_with_where_it_comes_from(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let launch = Launch::new(place)
        .options(&["-g", "-v", "--umask", "22", "--set-env=A=1", "--set-env=B=2", "--drain=5s", "--check"])
        .variable("RINIT_DRAIN", "7s")
        .variable("RINIT_STOP_TIMEOUT", "9s")
        .variable("RINIT_PRE", "true\nfalse x");
    let ended = launch.run(&["true"]);
    would_run(&ended);
    for setting in settings() {
        let expected = match setting.long {
            "forward-to" => "group (option)",
            "verbosity" => "2 (option)",
            "umask" => "22 (option)",
            "set-env" => "A=1,B=2 (option)",
            "drain" => "5s (option)",
            "stop-timeout" => "9s (environment)",
            "pre" => "true\\nfalse x (environment)",
            _ => "- (default)",
        };
        let lines = said(&ended, setting.long);
        assert!(lines.contains(&expected), "{}: {lines:?}", setting.long);
    }
}

fn the_user_and_home_are_those_of_the_program(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let ended = check(place, &[("user", "0:0"), ("set-env", "HOME=/my home")], &["true"]);
    would_run(&ended);
    assert!(said(&ended, "user").iter().any(|it| it.contains("uid 0") && it.contains("gid 0")), "{}", ended.stdout);
    assert_eq!(said(&ended, "HOME"), ["/my home"]);
}

fn the_default_command_is_what_is_checked(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let told = [("default", "sh"), ("default", "-e")];
    for (command, words) in
        [(&[] as &[&str], "'sh' '-e'"), (&["-x"], "'sh' '-e' '-x'"), (&["true", "-x"], "'true' '-x'")]
    {
        let ended = check(place, &told, command);
        would_run(&ended);
        assert_eq!(said(&ended, "command"), [words]);
    }
    assert_eq!(check(place, &[("default", "no-such-command")], &["-x"]).status, 127);
}

fn it_runs_nothing_and_exits_as_the_run_would_have(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("check");
    let touch = format!("#!/bin/sh\necho ran >> {}\n", folder.path("witness"));
    let hook = folder.make("hook", 0o755, &touch);
    let no_loader = folder.make("no-loader", 0o755, "#!/no/such/interpreter\n");
    let plain = folder.make("plain", 0o644, "");
    let script = folder.make("script", 0o755, &touch);
    let bare = folder.make("bare", 0o755, touch.trim_start_matches("#!/bin/sh\n"));
    let noise = folder.make("noise", 0o755, b"\x7fELF\0\0\0");
    std::fs::create_dir(folder.path("hooks")).unwrap();
    folder.make("hooks/1", 0o755, &touch);
    for (command, status) in [
        (script.as_str(), 0),
        (&bare, 0),
        ("no-such-command", 127),
        ("/no/such/command", 127),
        (&plain, 126),
        (&no_loader, 126),
        (&noise, 126),
        ("/usr", 126),
    ] {
        let ended = check(place, &[("pre", &hook), ("pre-dir", &folder.path("hooks"))], &[command]);
        assert_eq!(ended.status, status, "{command}: {}", ended.stderr);
        assert!(!Path::new(&folder.path("witness")).exists(), "{command}");
        if status == 0 {
            would_run(&ended);
        } else {
            // As the run says it.
            let run = Launch::new(place).run(&[command]);
            assert_eq!((run.status, run.stderr), (ended.status, ended.stderr), "{command}");
            assert_eq!(ended.stdout, "", "{command}");
        }
    }
}

fn what_cannot_be_prepared_is_found_too(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    for told in [
        ("user", "nobody-by-this-name"),
        ("user", "0:"),
        ("user", ""),
        // There is no other in this namespace.
        ("user", "1234"),
        ("chdir", "/no/such/folder"),
        ("pre-dir", "/no/such/folder"),
        ("umask", "8"),
        ("secret-env", "PASSWORD"),
    ] {
        let launch = Launch::new(place).options(&[&format!("--{}={}", told.0, told.1), "--check"]);
        let ended = launch.variable("PASSWORD_FILE", "/no/such/file").run(&["true"]);
        assert_eq!((ended.status, ended.stdout.as_str()), (125, ""), "{told:?}: {}", ended.stderr);
        assert_eq!(ended.stderr.lines().count(), 1, "{told:?}: {}", ended.stderr);
        let run = Launch::new(place).options(&[&format!("--{}={}", told.0, told.1)]);
        let run = run.variable("PASSWORD_FILE", "/no/such/file").run(&["true"]);
        assert_eq!((run.status, run.stderr), (125, ended.stderr), "{told:?}");
    }
    let lower = ["sh", "-c", "ulimit -n 100; exec \"$@\"", "sh"];
    let ended = Launch::new(place).by_way_of(&lower).options(&["--check", "--rlimit=nofile=101"]).run(&["true"]);
    assert_eq!(ended.status, 125, "{}", ended.stderr);
}

fn a_hook_that_is_not_there_is_found_too(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    assert_eq!(Launch::new(place).options(&["--pre=no-such-hook"]).run(&["true"]).status, 127);
    let ended = check(place, &[("pre", "no-such-hook")], &["true"]);
    assert_eq!(ended.status, 127, "{ended:?}");
    assert!(ended.stderr.contains("no-such-hook"), "{}", ended.stderr);
}

fn where_nothing_can_be_tried_it_does_not_say_that_it_would_run(place: Place) {
    if !does_entrypoint_jobs() || !strace_available() {
        return;
    }
    let folder = Folder::new("check");
    // As a seccomp profile forbids it.
    let trace = strace(&folder.path("strace"), &["ptrace:error=EPERM"]);
    let ended = Launch::new(place).by_way_of(&trace).options(&["--check"]).run(&["/no/such/command"]);
    assert_ne!(ended.status, 0, "{ended:?}");
    assert!(!ended.stdout.contains("it would run"), "{ended:?}");
}

fn what_the_program_would_wait_for_is_not_waited_for(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let told = [("wait-for", "file:///no/such/file,tcp://127.0.0.1:1"), ("wait-timeout", "10m")];
    would_run(&check(place, &told, &["true"]));
    assert_eq!(check(place, &told, &["no-such-command"]).status, 127);
    let launch = Launch::new(place).options(&["--wait-for=tcp://127.0.0.1:99999", "--check"]);
    assert_eq!(launch.run(&["true"]).status, 125);
}

fn no_command_is_125(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let ended = Launch::new(place).options(&["--check"]).run(&[] as &[&str]);
    assert_eq!((ended.status, ended.stdout.as_str()), (125, ""));
    assert!(ended.stderr.starts_with("rinit: no command to run; usage: "), "{}", ended.stderr);
}
