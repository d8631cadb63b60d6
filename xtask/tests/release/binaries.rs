//! The two binaries.

use std::process::Command;

use crate::harness::{as_pid_1, binaries, printed, status_as_pid_1};

#[test]
fn both_binaries_pass_the_exit_status_on() {
    for binary in binaries() {
        assert_eq!(status_as_pid_1(&binary, "exit 42"), Some(42), "{binary:?}");
    }
}

#[test]
fn both_binaries_forward_term_to_a_program_that_dies_of_it() {
    for binary in binaries() {
        assert_eq!(status_as_pid_1(&binary, "kill -TERM 1; sleep 60 & wait"), Some(143), "{binary:?}");
    }
}

#[test]
fn both_binaries_are_static_position_independent_and_protected() {
    for binary in binaries() {
        let headers = printed(Command::new("readelf").args(["--program-headers", "--wide"]).arg(&binary));
        assert!(headers.contains("DYN (Position-Independent Executable file)"), "{headers}");
        assert!(headers.contains("GNU_RELRO") && !headers.contains("INTERP"), "{headers}");
        let stack = headers.lines().find(|line| line.contains("GNU_STACK")).unwrap();
        assert!(stack.contains(" RW ") && !stack.contains("RWE"), "{stack}");
        let dynamic = printed(Command::new("readelf").args(["--dynamic", "--wide"]).arg(&binary));
        assert!(dynamic.contains("BIND_NOW") && !dynamic.contains("NEEDED"), "{dynamic}");
    }
}

/// Where Linux puts it decides how much memory the default one needs. The minimal one is mapped as one piece anyway, and would pay for it.
#[test]
fn only_the_default_binary_begins_at_a_multiple_of_64_kib() {
    let alignment = binaries().map(|binary| {
        let headers = printed(Command::new("readelf").args(["--program-headers", "--wide"]).arg(&binary));
        let code = headers.lines().find(|line| line.contains("LOAD")).unwrap();
        code.split_whitespace().last().unwrap().to_owned()
    });
    assert_eq!(alignment, ["0x10000", "0x1000"]);
}

#[test]
fn what_is_relocated_at_the_start_cannot_be_written_later() {
    for binary in binaries() {
        // rinit does this when the first signal has come, be it one that nobody minds.
        let script =
            "kill -WINCH 1; timeout 20 sh -c 'until grep -q \"r--p.*/rinit-\" /proc/1/maps; do sleep 0.01; done'
            while read -r range access rest; do case $rest in */rinit-*) echo $access; esac; done </proc/1/maps";
        let maps = printed(&mut as_pid_1(&binary, script));
        // Code, relocated tables, variables.
        assert_eq!(maps.lines().collect::<Vec<_>>(), ["r-xp", "r--p", "rw-p"], "{binary:?}");
    }
}
