//! `--parent-death-signal` and `--die-with-parent`: what becomes of rinit and its program without who started it.

use crate::command_line::is_refused;
use crate::harness::{
    Folder, Launch, Place, Running, init_path, namespaces_available, probe, program, send, strace, strace_available,
    wait_until,
};

in_both_places! {
    who_has_a_parent_notices_nothing
    both_at_once_are_refused
    what_is_no_signal_is_refused
}

/// Signal 64 ends it, with 7.
const LISTENS: [&str; 5] = ["leave", "then", "until", "64", "7"];

fn who_has_a_parent_notices_nothing(place: Place) {
    for options in [&["-p", "TERM"] as &[&str], &["--parent-death-signal=RTMIN+3"], &["--die-with-parent"]] {
        let mut running = Launch::new(place).options(options).start(&probe(&LISTENS));
        running.expect_line("ready");
        for signal in [10, 64] {
            running.signal(signal);
            running.expect_line(&signal.to_string());
        }
        let ended = running.wait();
        assert_eq!((ended.status, ended.stderr.as_str()), (7, ""), "{options:?}");
    }
}

fn both_at_once_are_refused(place: Place) {
    is_refused(Launch::new(place).options(&["-p", "TERM", "--die-with-parent"]), "die-with-parent");
}

fn what_is_no_signal_is_refused(place: Place) {
    for value in ["", "0", "65", "NONSENSE", "TERM,INT"] {
        let launch = Launch::new(place).options(&[&format!("--parent-death-signal={value}")]);
        is_refused(launch, &format!("='{value}': it takes "));
    }
}

/// rinit with a parent that may be killed: a shell, whose own parent adopts rinit then, and ends with its status.
fn with_a_parent() -> Launch {
    Launch::new(Place::Subreaper).by_way_of(&[&program("probe"), "keeper", "sh", "-c", "\"$@\" & wait", "sh"])
}

/// The shell. (For the harness, the keeper is in rinit's place, and the shell in its program's.)
fn parent(running: &Running) -> i32 {
    running.program_pid()
}

/// The child that a process has, or 0.
fn child_of(pid: i32) -> i32 {
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    children.split_whitespace().next().map_or(0, |pid| pid.parse().unwrap())
}

#[test]
fn when_the_parent_dies_the_program_gets_the_signal() {
    if !namespaces_available() {
        return;
    }
    for (options, heard) in [
        (&["-p", "TERM"] as &[&str], "15"),
        (&["--parent-death-signal=RTMIN+3"], "37"),
        (&["-p", "64"], "64"),
        (&["-p", "TERM", "--rewrite=TERM:USR2"], "12"),
    ] {
        let mut running = with_a_parent().options(options).start(&probe(&LISTENS));
        running.expect_line("ready");
        let init = child_of(parent(&running));
        send(parent(&running), libc::SIGKILL);
        running.expect_line(heard);
        if heard != "64" {
            send(init, 64);
            running.expect_line("64");
        }
        assert_eq!(running.wait().status, 7, "{options:?}");
    }
}

#[test]
fn a_death_of_the_parent_is_a_request_to_stop_as_any_other() {
    if !namespaces_available() {
        return;
    }
    let options = ["-p", "TERM", "--stop-timeout=100ms"];
    let mut running = with_a_parent().options(&options).start(&probe(&LISTENS));
    running.expect_line("ready");
    send(parent(&running), libc::SIGKILL);
    running.expect_line("15");
    assert_eq!(running.wait().status, 137);
}

#[test]
fn without_the_option_the_parents_death_changes_nothing() {
    if !namespaces_available() {
        return;
    }
    let mut running = with_a_parent().start(&probe(&LISTENS));
    running.expect_line("ready");
    let (parent, init) = (parent(&running), child_of(parent(&running)));
    send(parent, libc::SIGKILL);
    wait_until("the parent is gone", || !std::path::Path::new(&format!("/proc/{parent}")).exists());
    for signal in [10, 64] {
        send(init, signal);
        running.expect_line(&signal.to_string());
    }
    assert_eq!(running.wait().status, 7);
}

/// Kills rinit's parent while rinit is about to ask for the signal: too late to be told.
fn orphaned_too_early(option: &[&str]) -> Running {
    let folder = Folder::new("too-early");
    let trace = strace(&folder.path("strace"), &["prctl:delay_enter=1000000"]);
    let running = with_a_parent().under(&trace).options(option).start(&["sleep", "300"]);
    let mut name = init_path().rsplit('/').next().unwrap().to_owned();
    // As much as the kernel keeps of it.
    name.truncate(15);
    // prctl(PR_SET_PDEATHSIG, …), in a process that is rinit already.
    let asks = format!("{} 0x{:x} ", libc::SYS_prctl, libc::PR_SET_PDEATHSIG);
    wait_until("rinit is about to ask", || {
        let init = child_of(parent(&running));
        let of_init = |file: &str| std::fs::read_to_string(format!("/proc/{init}/{file}")).unwrap_or_default();
        of_init("comm").trim_end() == name && of_init("syscall").starts_with(&asks)
    });
    send(parent(&running), libc::SIGKILL);
    running
}

#[test]
fn a_parent_that_died_before_rinit_could_ask_is_noticed() {
    if namespaces_available() && strace_available() {
        let ended = orphaned_too_early(&["-p", "TERM"]).wait();
        assert_eq!((ended.status, ended.stderr.as_str()), (143, ""));
    }
}

#[test]
fn a_parent_that_died_before_rinit_could_ask_takes_it_along() {
    if namespaces_available() && strace_available() {
        let ended = orphaned_too_early(&["--die-with-parent"]).wait();
        assert_eq!(ended.status, 137, "{}", ended.stderr);
    }
}

#[test]
fn with_die_with_parent_neither_survives_the_parents_death() {
    if !namespaces_available() {
        return;
    }
    let mut running = with_a_parent().options(&["--die-with-parent"]).start(&probe(&LISTENS));
    running.expect_line("ready");
    send(parent(&running), libc::SIGKILL);
    let ended = running.wait();
    assert_eq!((ended.status, ended.stdout.as_str()), (137, "ready\n"));
}

#[test]
fn with_die_with_parent_the_program_does_not_survive_rinits_death() {
    if !namespaces_available() {
        return;
    }
    let mut running = with_a_parent().options(&["--die-with-parent"]).start(&probe(&LISTENS));
    running.expect_line("ready");
    send(child_of(parent(&running)), libc::SIGKILL);
    // The keeper ends when nothing is left.
    assert_eq!(running.wait().stdout, "ready\n");
}
