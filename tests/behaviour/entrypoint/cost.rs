//! What is not asked for costs nothing; and what the minimal build cannot do, it refuses to be asked for.

use super::nothing_runs;
use crate::harness::{
    Folder, Launch, Place, does_entrypoint_jobs, init_path, is_minimal, probe, strace, strace_available,
};

in_both_places! {
    without_options_nothing_is_looked_up_or_changed
    a_job_does_not_bring_the_others_along
    the_minimal_build_refuses
}

/// The system calls of the init, and of its child until that is the program.
fn calls(place: Place, options: &[&str]) -> Vec<String> {
    let folder = Folder::new("cost");
    let trace = strace(&folder.path("strace"), &[]);
    let ended = Launch::new(place).under(&trace).options(options).run(&probe(&["exit", "7"]));
    assert_eq!((ended.status, ended.stderr.as_str()), (7, ""));
    let log = std::fs::read_to_string(folder.path("strace")).unwrap();
    let start = format!("execve(\"{}\"", init_path());
    let end = format!("execve(\"{}\"", probe(&[])[0]);
    let own = log.lines().skip_while(|line| !line.contains(&start));
    let pid = log.lines().find(|line| line.contains(&start)).unwrap().split_whitespace().next().unwrap();
    // What the child does before it is the program, while the init waits for it.
    let before = own.clone().take_while(|line| !line.contains(&end));
    let after = own.skip_while(|line| !line.contains(&end)).filter(|line| line.split_whitespace().next() == Some(pid));
    before.chain(after).map(str::to_owned).collect()
}

fn without_options_nothing_is_looked_up_or_changed(place: Place) {
    if !strace_available() {
        return;
    }
    let calls = calls(place, &[]);
    let opened: Vec<&String> = calls.iter().filter(|call| call.contains("open")).collect();
    assert!(matches!(opened[..], [one] if one.contains("\"/dev/tty\"")), "{opened:?}");
    for part in [
        "stat(",
        "statat(",
        "statx(",
        "access(",
        "socket",
        "connect",
        "getdents",
        "umask",
        "fchown",
        "fchmod",
        "setgroups",
        "getgroups",
        "setres",
        "getres",
        "getuid",
        "geteuid",
        "capget",
        "capset",
        "ptrace",
        "mount",
        "setrlimit",
        "read(",
    ] {
        let found: Vec<&String> = calls.iter().filter(|call| call.contains(part)).collect();
        assert!(found.is_empty(), "{found:?}");
    }
    // What libc asks when it starts, and the folder that is left.
    for (part, most) in [("prlimit", 1), ("readlink", 1), ("chdir", 1), ("clone", 1), (" prctl(", 1)] {
        let found: Vec<&String> =
            calls.iter().filter(|call| call.contains(part) && !call.contains("resumed")).collect();
        assert!(found.len() <= most, "{found:?}");
    }
}

fn a_job_does_not_bring_the_others_along(place: Place) {
    if !does_entrypoint_jobs() || !strace_available() {
        return;
    }
    let calls = calls(place, &["--set-env=A=1"]);
    for part in ["/etc/", "umask", "setgroups", "setres", "fchown", "getdents", "socket"] {
        let found: Vec<&String> = calls.iter().filter(|call| call.contains(part)).collect();
        assert!(found.is_empty(), "{found:?}");
    }
}

fn the_minimal_build_refuses(place: Place) {
    if !is_minimal() {
        return;
    }
    for name in [
        "USER",
        "WAIT_FOR",
        "WAIT_TIMEOUT",
        "WAIT_INTERVAL",
        "SECRET_ENV",
        "UNSET_ENV",
        "DEFAULT_ENV",
        "SET_ENV",
        "DEFAULT",
        "PRE",
        "PRE_DIR",
        "CHDIR",
        "UMASK",
        "RLIMIT",
    ] {
        for value in ["root", ""] {
            let name = format!("RINIT_{name}");
            nothing_runs(Launch::new(place).variable(&name, value), 125, &[&name, "minimal build"]);
        }
    }
    // What is no setting of any build is not refused.
    let ended = Launch::new(place).variable("RINIT_USERS", "x").run(&probe(&["exit", "7"]));
    assert_eq!((ended.status, ended.stderr.as_str()), (7, ""));
}
