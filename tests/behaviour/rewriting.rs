//! `--rewrite` and `--forward-to=all`: what is forwarded instead, and to whom besides the program.

use crate::command_line::is_refused;
use crate::harness::{Launch, Place, Running, probe};

in_both_places! {
    a_signal_is_replaced_by_another_however_they_are_spelled
    a_rewrite_is_not_chained
    a_dropped_signal_does_not_arrive_and_the_others_do
    a_queued_value_survives_the_rewrite
    a_signal_may_become_one_that_nobody_can_catch
    several_rewrites_are_one_list
    an_impossible_rewrite_is_refused
    all_get_what_is_forwarded_to_all_the_daemon_and_the_orphan_too
    not_only_the_requests_to_stop_are_for_all
    a_rewrite_holds_for_all
}

/// Signal 64 ends it, with 7.
fn start(place: Place, options: &[&str]) -> Running {
    let mut running = Launch::new(place).options(options).start(&probe(&["leave", "then", "until", "64", "7"]));
    running.expect_line("ready");
    running
}

fn ends(mut running: Running) {
    running.signal(64);
    running.expect_line("64");
    assert_eq!(running.wait().status, 7);
}

fn a_signal_is_replaced_by_another_however_they_are_spelled(place: Place) {
    for (rewrite, sent, arrives) in [
        ("TERM:INT", 15, 2),
        ("sigterm:SIGINT", 15, 2),
        ("SigTerm:int", 15, 2),
        ("15:2", 15, 2),
        ("TERM:RTMIN+3", 15, 37),
        ("RTMIN+3:TERM", 37, 15),
        ("SIGRTMIN:sigrtmax-1", 34, 63),
        ("RTMAX-2:30", 62, 30),
        ("HUP:HUP", 1, 1),
    ] {
        for options in [&["--rewrite", rewrite] as &[&str], &["-r", rewrite], &[&format!("--rewrite={rewrite}")]] {
            let mut running = start(place, options);
            running.signal(sent);
            running.expect_line(&arrives.to_string());
            running.signal(10);
            running.expect_line("10");
            ends(running);
        }
    }
}

fn a_rewrite_is_not_chained(place: Place) {
    let mut running = start(place, &["--rewrite=TERM:INT,INT:QUIT,QUIT:TERM"]);
    for (sent, arrives) in [(15, "2"), (2, "3"), (3, "15")] {
        running.signal(sent);
        running.expect_line(arrives);
    }
    ends(running);
}

fn a_dropped_signal_does_not_arrive_and_the_others_do(place: Place) {
    for drop in ["TERM:drop", "TERM:0", "15:DROP"] {
        let mut running = start(place, &["--rewrite", drop]);
        running.signal(15);
        // The lowest is delivered first.
        running.signal(40);
        running.expect_line("40");
        ends(running);
    }
}

fn a_queued_value_survives_the_rewrite(place: Place) {
    for options in [&["--rewrite=USR1:USR2,40:USR1"] as &[&str], &["--rewrite=USR1:USR2,40:USR1", "-g"]] {
        let mut running = start(place, options);
        running.queue(running.pid(), libc::SIGUSR1, 4711);
        running.expect_line("12 with 4711");
        running.queue(running.pid(), 40, 4712);
        running.expect_line("10 with 4712");
        ends(running);
    }
}

fn a_signal_may_become_one_that_nobody_can_catch(place: Place) {
    let running = start(place, &["--rewrite=TERM:KILL"]);
    running.signal(libc::SIGTERM);
    assert_eq!(running.wait().status, 137);
}

fn several_rewrites_are_one_list(place: Place) {
    let mut running = start(place, &["-r", "TERM:INT", "--rewrite=HUP:drop,USR1:USR2", "-r", "30:31"]);
    for (sent, arrives) in [(15, "2"), (10, "12"), (30, "31")] {
        running.signal(1);
        running.signal(sent);
        running.expect_line(arrives);
    }
    ends(running);
}

fn an_impossible_rewrite_is_refused(place: Place) {
    for value in [
        "KILL:TERM",
        "9:15",
        "STOP:TERM",
        "SIGSTOP:drop",
        "CHLD:USR1",
        "17:10",
        "TERM",
        "TERM:",
        ":TERM",
        "TERM:NONSENSE",
        "NONSENSE:TERM",
        "TERM:65",
        "65:TERM",
        "0:TERM",
        "TERM:-1",
        "TERM:INT:QUIT",
        "RTMIN+31:TERM",
        "RTMAX-31:TERM",
        "TERM:RTMIN-1",
        "TERM:INT;HUP:QUIT",
    ] {
        is_refused(Launch::new(place).options(&["--rewrite", value]), &format!("='{value}': it takes "));
        is_refused(Launch::new(place).variable("RINIT_REWRITE", value), &format!("RINIT_REWRITE='{value}': it takes "));
    }
    for value in ["", ",", "TERM:INT,", "TERM:INT,,HUP:QUIT", "TERM:INT,nonsense"] {
        is_refused(Launch::new(place).options(&["--rewrite", value]), "': it takes ");
    }
}

/// A program with a child in its group, one in a session of its own, and an orphan in another.
fn start_family(place: Place, options: &[&str]) -> Running {
    let family = ["leave", "child", "daemon,session", "orphan,session,daemon", "then", "until", "15", "7", "100"];
    let mut running = Launch::new(place).options(options).options(&["--drain=10m"]).start(&probe(&family));
    running.expect_line("ready");
    running
}

/// The next lines, in alphabetical order.
fn lines(running: &mut Running, count: usize) -> Vec<String> {
    let mut lines: Vec<String> = (0..count).map(|_| running.line()).collect();
    lines.sort();
    lines
}

fn all_get_what_is_forwarded_to_all_the_daemon_and_the_orphan_too(place: Place) {
    let mut running = start_family(place, &["--forward-to=all"]);
    running.signal(libc::SIGTERM);
    assert_eq!(lines(&mut running, 4), ["15", "child got 15", "daemon got 15", "orphan got 15"]);
    let ended = running.wait();
    assert_eq!((ended.status, ended.stderr.as_str()), (7, ""));
}

fn not_only_the_requests_to_stop_are_for_all(place: Place) {
    let mut running = start_family(place, &["--forward-to", "all"]);
    for signal in [10, 1, 40, 28] {
        running.signal(signal);
        let heard = ["", "child got ", "daemon got ", "orphan got "].map(|who| format!("{who}{signal}"));
        assert_eq!(lines(&mut running, 4), heard);
    }
    running.signal(libc::SIGTERM);
    assert_eq!(running.wait().status, 7);
}

fn a_rewrite_holds_for_all(place: Place) {
    let mut running = start_family(place, &["--forward-to=all", "--rewrite=HUP:0,INT:TERM,USR1:USR2"]);
    running.signal(libc::SIGHUP);
    running.signal(libc::SIGUSR1);
    assert_eq!(lines(&mut running, 4), ["12", "child got 12", "daemon got 12", "orphan got 12"]);
    running.signal(libc::SIGINT);
    assert_eq!(lines(&mut running, 4), ["15", "child got 15", "daemon got 15", "orphan got 15"]);
    assert_eq!(running.wait().status, 7);
}
