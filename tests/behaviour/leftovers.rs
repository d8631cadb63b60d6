//! `--drain`: who is left behind, told from who is not, and what they hear.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::harness::{Launch, Place, namespaces_available, probe, send, stop, wait_until};

in_both_places! {
    a_leftover_whose_first_thread_has_ended_is_asked_and_waited_for
    a_leftover_whose_first_thread_has_ended_is_killed_and_named
    a_request_of_another_convention_reaches_what_is_left_as_term
    a_request_that_is_dropped_does_not_reach_what_is_left
    what_was_started_just_before_the_program_ended_gets_term_once
}

fn a_leftover_whose_first_thread_has_ended_is_asked_and_waited_for(place: Place) {
    let words = ["leave", "worker,headless,needs=300", "then", "exit", "7"];
    let ended = Launch::new(place).options(&["--drain=10m"]).run(&probe(&words));
    assert_eq!((ended.status, ended.stderr.as_str()), (7, ""));
    assert_eq!(ended.stdout, "worker got 15\nworker is done\n");
}

fn a_leftover_whose_first_thread_has_ended_is_killed_and_named(place: Place) {
    for kind in ["deaf,headless", "deaf,headless,daemon,session"] {
        let words = ["leave", &format!("beheaded,{kind}"), "then", "exit", "7"];
        let ended = Launch::new(place).options(&["--drain=300ms", "-w"]).run(&probe(&words));
        assert_eq!((ended.status, ended.stderr.lines().count()), (7, 2), "{}", ended.stderr);
        let reaped = ended.stderr.lines().find(|line| line.contains("reaped the orphan beheaded (pid "));
        assert!(reaped.is_some_and(|line| line.ends_with("was killed by SIGKILL")), "{}", ended.stderr);
        assert!(ended.stderr.contains("killed beheaded (pid "), "{}", ended.stderr);
    }
}

/// An image made for systemd, whose STOPSIGNAL its program does not know.
const SYSTEMDS: [&str; 3] = ["--drain=10m", "--stop-signal=RTMIN+3,TERM,INT,QUIT", "--rewrite=RTMIN+3:TERM,QUIT:drop"];

fn a_request_of_another_convention_reaches_what_is_left_as_term(place: Place) {
    let words = ["leave", "one,terms=4", "then", "exit", "7"];
    let mut running = Launch::new(place).options(&SYSTEMDS).start(&probe(&words));
    // That of the drain.
    running.expect_line("one got 15");
    for (signal, heard) in [(37, 15), (libc::SIGINT, 2), (37, 15), (libc::SIGTERM, 15)] {
        running.signal(signal);
        running.expect_line(&format!("one got {heard}"));
    }
    let ended = running.wait();
    assert_eq!((ended.status, ended.stderr.as_str()), (7, ""));
}

fn a_request_that_is_dropped_does_not_reach_what_is_left(place: Place) {
    let words = ["leave", "one,terms=2", "then", "exit", "7"];
    let mut running = Launch::new(place).options(&SYSTEMDS).start(&probe(&words));
    running.expect_line("one got 15");
    running.signal(libc::SIGQUIT);
    // It is taken later: the lowest is delivered first.
    running.signal(37);
    running.expect_line("one got 15");
    let ended = running.wait();
    assert_eq!((ended.status, ended.stderr.as_str(), ended.stdout.contains("got 3")), (7, "", false));
}

fn what_was_started_just_before_the_program_ended_gets_term_once(place: Place) {
    for _ in 0..5 {
        let words = ["leave", "orphan,daemon,terms=2", "child,terms=2", "then", "exit", "7"];
        let mut running = Launch::new(place).options(&["--drain=10m"]).start(&probe(&words));
        let mut both_hear = |signal: i32| {
            let mut heard = [running.line(), running.line()];
            heard.sort();
            assert_eq!(heard, ["child", "orphan"].map(|name| format!("{name} got {signal}")));
            // In the meantime, rinit looks at them a few times.
            std::thread::sleep(Duration::from_millis(350));
            let next = if signal == libc::SIGTERM { libc::SIGINT } else { libc::SIGTERM };
            running.signal(next);
        };
        both_hear(libc::SIGTERM);
        both_hear(libc::SIGINT);
        let ended = running.wait();
        assert_eq!((ended.status, ended.stderr.as_str(), ended.stdout.lines().count()), (7, "", 6), "{}", ended.stdout);
    }
}

/// A zombie that only its parent can reap, which came by `docker exec`, and does not.
#[test]
fn what_somebody_outside_does_not_reap_is_not_waited_for() {
    if !namespaces_available() {
        return;
    }
    let mut running =
        Launch::new(Place::Pid1).options(&["--drain=10m"]).start(&probe(&["leave", "then", "until", "10", "7"]));
    running.expect_line("ready");
    let guest = Command::new("nsenter")
        .args(["--preserve-credentials", "--user", "--pid", "--mount", "--target", &running.pid().to_string()])
        .args(probe(&["leave", "then", "until", "15", "5"]))
        .stdout(Stdio::piped())
        .spawn();
    let mut guest = guest.unwrap();
    let mut line = String::new();
    BufReader::new(guest.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    stop(guest.id() as i32);
    running.signal(libc::SIGUSR1);
    // rinit has ended when its memory is gone. The kernel keeps it until the zombie is.
    let pid = running.pid();
    let has_memory = || std::fs::read_to_string(format!("/proc/{pid}/status")).is_ok_and(|it| it.contains("VmRSS:"));
    wait_until("rinit has ended", || !has_memory());
    send(guest.id() as i32, libc::SIGCONT);
    assert_eq!(guest.wait().unwrap().code(), Some(5));
    let ended = running.wait();
    assert_eq!((ended.status, ended.stderr.as_str()), (7, ""));
}
