//! `-v` says who sent a signal, and so does what is said of a program that did not heed it.

use std::fs::File;

use crate::harness::{Ended, Folder, Launch, Place, Pty, probe, shell};

in_both_places! {
    a_signal_from_inside_came_from_a_process_with_a_pid_and_a_name
    a_signal_from_outside_came_from_there
    a_signal_of_a_terminal_that_hangs_up_came_from_the_kernel
    a_request_that_is_held_back_has_a_sender
    who_asked_is_said_of_a_program_that_did_not_end_in_time
}

/// Checks that one line of the log is so. PID is that of the program, which says it first of all.
#[track_caller]
fn says(ended: &Ended, start: &str, end: &str) {
    let pid = ended.stdout.lines().next().unwrap();
    let start = start.replace("PID", pid);
    let end = end.replace("PID", pid);
    let is_it = |line: &str| line.starts_with(&format!("rinit: {start}")) && line.contains(&end);
    assert_eq!(ended.stderr.lines().filter(|line| is_it(line)).count(), 1, "{start:?} … {end:?}: {}", ended.stderr);
}

fn a_signal_from_inside_came_from_a_process_with_a_pid_and_a_name(place: Place) {
    let script = "echo $$; trap 'exit 7' USR1; kill -s USR1 $PPID; while :; do sleep 0.01; done";
    let ended = Launch::new(place).options(&["-v"]).run(&shell(script));
    assert_eq!(ended.status, 7, "{}", ended.stderr);
    says(&ended, "sent SIGUSR1 to sh (pid PID); ", "; SIGUSR1 came from sh (pid PID)");
    // It is what came that somebody sent, whatever was made of it.
    let ended =
        Launch::new(place).options(&["-v", "--rewrite=HUP:USR1"]).run(&shell(&script.replace("-s USR1", "-s HUP")));
    assert_eq!(ended.status, 7, "{}", ended.stderr);
    says(&ended, "sent SIGUSR1 to sh (pid PID); ", "; SIGHUP came from sh (pid PID)");
}

fn a_signal_from_outside_came_from_there(place: Place) {
    let script = "echo $$; trap 'exit 7' USR1; echo ready; while :; do sleep 0.01; done";
    let mut running = Launch::new(place).options(&["-v"]).start(&shell(script));
    running.line();
    running.expect_line("ready");
    running.signal(libc::SIGUSR1);
    let ended = running.wait();
    assert_eq!(ended.status, 7, "{}", ended.stderr);
    says(&ended, "sent SIGUSR1 to sh (pid PID); ", "; SIGUSR1 came from outside of the container");
}

fn a_signal_of_a_terminal_that_hangs_up_came_from_the_kernel(place: Place) {
    let folder = Folder::new("hangs-up");
    let log = File::create(folder.path("log")).unwrap();
    let mut terminal = Pty::new();
    let launch = Launch::new(place).options(&["-v"]).on_terminal(&terminal).stderr(log);
    let running = launch.start(&probe(&["leave", "then", "until", "1", "7"]));
    terminal.expect("ready");
    drop(terminal);
    assert_eq!(running.wait().status, 7);
    let log = std::fs::read_to_string(folder.path("log")).unwrap();
    assert!(log.contains("; SIGHUP came from the kernel\n"), "{log}");
}

fn a_request_that_is_held_back_has_a_sender(place: Place) {
    let script = "echo $$; trap 'exit 7' TERM; kill -s TERM $PPID; while :; do sleep 0.01; done";
    let ended = Launch::new(place).options(&["-v", "--stop-delay=200ms"]).run(&shell(script));
    assert_eq!(ended.status, 7, "{}", ended.stderr);
    says(&ended, "hold SIGTERM from sh (pid PID) back for 200ms", "");
    says(&ended, "sent SIGTERM to sh (pid PID); ", "; SIGTERM came from sh (pid PID)");
}

fn who_asked_is_said_of_a_program_that_did_not_end_in_time(place: Place) {
    let options = ["--stop-timeout=200ms"];
    let script = "echo $$; trap '' TERM; kill -s TERM $PPID; while :; do sleep 0.01; done";
    let ended = Launch::new(place).options(&options).run(&shell(script));
    assert_eq!(ended.status, 137, "{}", ended.stderr);
    says(&ended, "sh (pid PID) did not end within 200ms of SIGTERM from sh (pid PID); killed; ", "");
    // The one who asked first, whoever comes later: the shell asks when it has heard of that.
    let script = "echo $$; trap '' TERM; trap 'kill -s TERM $PPID' INT; echo ready; while :; do sleep 0.01; done";
    let mut running = Launch::new(place).options(&options).start(&shell(script));
    running.line();
    running.expect_line("ready");
    running.signal(libc::SIGINT);
    let ended = running.wait();
    assert_eq!(ended.status, 137, "{}", ended.stderr);
    says(&ended, "sh (pid PID) did not end within 200ms of SIGINT from outside of the container; killed; ", "");
}
