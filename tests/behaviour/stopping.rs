//! `--stop-signal`, `--stop-delay`, `--stop-timeout`: what happens from a request to stop until the program has ended.

use std::time::{Duration, Instant};

use crate::command_line::is_refused;
use crate::harness::{Folder, Launch, Place, Running, probe, send, stop, strace, strace_available};

in_both_places! {
    without_options_two_requests_end_as_the_program_likes
    without_options_no_clock_is_asked_and_no_wait_is_limited
    a_stopped_program_is_resumed_to_hear_a_stop_signal_of_the_users_and_no_other
    the_delay_holds_the_first_request_back_and_nothing_else
    a_second_request_ends_the_delay_and_the_first_is_not_sent_any_more
    a_delayed_request_arrives_with_its_value
    a_program_that_ends_during_the_delay_is_not_waited_for
    a_program_that_is_stopped_when_the_delay_is_over_is_resumed
    the_timeout_kills_the_group_and_says_so
    the_timeout_kills_the_program_alone_where_the_group_is_not_its_own
    further_requests_arrive_and_do_not_restart_the_clock
    no_clock_runs_without_a_request
    a_request_that_is_dropped_is_none
    a_signal_that_is_rewritten_to_a_stop_signal_is_no_request_and_one_that_is_rewritten_from_it_is
    only_the_users_stop_signals_start_the_clock
    the_timeout_begins_when_the_delay_is_over
    delay_timeout_drain_and_rewrite_work_together
    a_program_that_was_frozen_past_the_deadline_gets_its_chance
    nonsense_is_refused
}

/// When this one arrives, all of the lower ones that came before have been dealt with: the lowest is delivered first.
const AFTER: i32 = 40;

/// A program that tells of signals until this one, and then ends with 7.
fn start(place: Place, options: &[&str], until: i32) -> Running {
    let command = probe(&["leave", "then", "until", &until.to_string(), "7"]);
    let mut running = Launch::new(place).options(options).start(&command);
    running.expect_line("ready");
    running
}

fn without_options_two_requests_end_as_the_program_likes(place: Place) {
    // The first makes it end, 0.6 seconds later. The second is for a process that does not listen any more.
    let mut running = Launch::new(place).start(&probe(&["leave", "then", "until", "15", "7", "600"]));
    running.expect_line("ready");
    running.signal(libc::SIGTERM);
    running.expect_line("15");
    std::thread::sleep(Duration::from_millis(300));
    running.signal(libc::SIGTERM);
    let ended = running.wait();
    assert_eq!((ended.status, ended.stderr.as_str()), (7, ""));
}

fn without_options_no_clock_is_asked_and_no_wait_is_limited(place: Place) {
    if !strace_available() {
        return;
    }
    let folder = Folder::new("cost");
    let trace = strace(&folder.path("strace"), &[]);
    let mut running =
        Launch::new(place).under(&trace).start(&probe(&["leave", "orphan,daemon", "then", "until", "15", "7"]));
    running.expect_line("ready");
    running.signal(libc::SIGUSR1);
    running.expect_line("10");
    running.signal(libc::SIGTERM);
    assert_eq!(running.wait().status, 7);
    let log = std::fs::read_to_string(folder.path("strace")).unwrap();
    let start = format!("execve(\"{}\"", crate::harness::init_path());
    let is_start = |line: &&str| line.contains(&start);
    let pid = log.lines().find(is_start).unwrap().split_whitespace().next().unwrap();
    let of_init = log.lines().filter(|line| line.split_whitespace().next() == Some(pid));
    let calls: Vec<&str> = of_init.skip_while(|line| !is_start(line)).collect();
    for (number, call) in calls.iter().enumerate() {
        for part in ["clock_", "timer", "alarm", "gettimeofday", "nanosleep", "eventfd", "poll", "pidfd"] {
            assert!(!call.contains(part), "{call}");
        }
        // After the program's start, it opens nothing.
        let started = calls[..number].iter().any(|call| call.contains("clone") || call.contains("fork("));
        assert!(!(started && call.contains("open")), "{call}");
    }
    // The end of a call that had to wait is on a line of its own.
    let waits = calls.iter().filter(|call| call.contains("rt_sigtimedwait") && !call.ends_with("<unfinished ...>"));
    assert!(waits.clone().count() >= 3);
    for wait in waits {
        assert!(wait.contains(", NULL, 8"), "{wait}");
    }
}

fn a_stopped_program_is_resumed_to_hear_a_stop_signal_of_the_users_and_no_other(place: Place) {
    let mut running = start(place, &["--stop-signal", "USR1,RTMIN+3", "--stop-signal=HUP"], 64);
    for signal in [10, 37, 1] {
        stop(running.program_pid());
        // Not one of them any more; so it does not hear of it before the other.
        running.signal(libc::SIGTERM);
        running.signal(signal);
        let mut heard: Vec<String> = (0..3).map(|_| running.line()).collect();
        heard.sort();
        let mut sent = ["15".to_owned(), "18".to_owned(), signal.to_string()];
        sent.sort();
        assert_eq!(heard, sent);
    }
    stop(running.program_pid());
    running.signal(libc::SIGTERM);
    crate::harness::wait_until("the program has TERM pending", || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", running.program_pid())).unwrap();
        status.contains("ShdPnd:\t0000000000004000")
    });
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", running.program_pid())).unwrap();
    assert!(stat.contains(") T "), "{stat}");
}

fn the_delay_holds_the_first_request_back_and_nothing_else(place: Place) {
    let mut running = start(place, &["--stop-delay=500ms"], 15);
    let before = Instant::now();
    running.signal(libc::SIGTERM);
    for signal in [10, 1, 40] {
        running.signal(signal);
        // If this machine is very slow, TERM may come in between; not before its time.
        let line = running.line();
        if line == "15" {
            break;
        }
        assert_eq!(line, signal.to_string());
    }
    let ended = running.wait();
    assert!(ended.stdout.ends_with("15\n"), "{}", ended.stdout);
    assert!(before.elapsed() >= Duration::from_millis(500), "{:?}", before.elapsed());
    assert_eq!((ended.status, ended.stderr.as_str()), (7, ""));
}

fn a_second_request_ends_the_delay_and_the_first_is_not_sent_any_more(place: Place) {
    for (first, second) in [(15, 15), (15, 2), (3, 15)] {
        let mut running = start(place, &["--stop-delay", "10m"], 64);
        running.signal(first);
        running.signal(AFTER);
        running.expect_line("40");
        running.signal(second);
        running.expect_line(&second.to_string());
        // No third one is held back.
        for signal in [10, 15, 15, 64] {
            running.signal(signal);
            running.expect_line(&signal.to_string());
        }
        assert_eq!(running.wait().status, 7);
    }
}

fn a_delayed_request_arrives_with_its_value(place: Place) {
    let mut running = start(place, &["--stop-delay=300ms", "--stop-signal=RTMIN+3,TERM"], 37);
    running.queue(running.pid(), 37, 4711);
    running.expect_line("37 with 4711");
    assert_eq!(running.wait().status, 7);
}

fn a_program_that_ends_during_the_delay_is_not_waited_for(place: Place) {
    let mut running = start(place, &["--stop-delay=10m"], AFTER);
    running.signal(libc::SIGTERM);
    running.signal(AFTER);
    running.expect_line("40");
    assert_eq!(running.wait().status, 7);
}

fn a_program_that_is_stopped_when_the_delay_is_over_is_resumed(place: Place) {
    let mut running = start(place, &["--stop-delay=300ms"], 15);
    stop(running.program_pid());
    running.signal(libc::SIGTERM);
    running.expect_line("15");
    assert_eq!(running.wait().status, 7);
}

/// A deaf program with children: one in its group, deaf too, and one in a group of its own.
const DEAF: [&str; 7] = ["leave", "deaf,deaf", "other,session", "then", "until", "64", "0"];

fn the_timeout_kills_the_group_and_says_so(place: Place) {
    // If the one in the group survived, the drain would wait for it.
    let options = ["--stop-timeout=300ms", "--drain=10m"];
    let mut running = Launch::new(place).options(&options).start(&probe(&DEAF));
    running.expect_line("ready");
    let before = Instant::now();
    running.signal(libc::SIGTERM);
    running.expect_line("15");
    running.expect_line("other got 15");
    assert!(before.elapsed() >= Duration::from_millis(300), "{:?}", before.elapsed());
    let ended = running.wait();
    assert_eq!((ended.status, ended.stderr.lines().count()), (137, 1), "{}", ended.stderr);
    assert!(ended.stderr.starts_with("rinit: probe (pid "), "{}", ended.stderr);
    assert!(ended.stderr.contains(") did not end within 300ms of SIGTERM"), "{}", ended.stderr);
}

fn the_timeout_kills_the_program_alone_where_the_group_is_not_its_own(place: Place) {
    let mut running = Launch::new(place)
        .options(&["--stop-timeout=300ms", "--drain=10m", "--isolate=none"])
        .start(&probe(&["leave", "fellow", "then", "until", "64", "0"]));
    running.expect_line("ready");
    running.signal(libc::SIGQUIT);
    running.expect_line("3");
    running.expect_line("fellow got 15");
    let ended = running.wait();
    assert_eq!(ended.status, 137);
    assert!(ended.stderr.contains(" of SIGQUIT"), "{}", ended.stderr);
}

fn further_requests_arrive_and_do_not_restart_the_clock(place: Place) {
    let running = start(place, &["--stop-timeout=1s"], 64);
    let pid = running.pid();
    let mut sent = 0;
    // If they restarted it, there would be no end of this.
    // SAFETY: kill takes numbers; our child is the ancestor of what has this pid, so that it is not used again soon.
    while unsafe { libc::kill(pid, libc::SIGTERM) } == 0 {
        sent += 1;
        std::thread::sleep(Duration::from_millis(100));
    }
    let ended = running.wait();
    assert_eq!(ended.status, 137);
    let heard = ended.stdout.matches("15\n").count();
    assert!(heard > 1 && heard <= sent, "{heard} of {sent}");
}

fn no_clock_runs_without_a_request(place: Place) {
    let mut running = start(place, &["--stop-timeout=100ms"], 64);
    running.signal(libc::SIGUSR1);
    running.expect_line("10");
    std::thread::sleep(Duration::from_millis(500));
    running.signal(64);
    let ended = running.wait();
    assert_eq!((ended.status, ended.stderr.as_str()), (7, ""));
}

fn a_request_that_is_dropped_is_none(place: Place) {
    let mut running = start(place, &["--stop-timeout=100ms", "--stop-delay=10m", "--rewrite=TERM:drop,QUIT:0"], 64);
    for _ in 0..3 {
        running.signal(libc::SIGTERM);
        running.signal(libc::SIGQUIT);
        running.signal(AFTER);
        running.expect_line("40");
    }
    std::thread::sleep(Duration::from_millis(500));
    // It is the first, and held back.
    running.signal(libc::SIGINT);
    running.signal(AFTER);
    running.expect_line("40");
    running.signal(64);
    running.expect_line("64");
    let ended = running.wait();
    assert_eq!((ended.status, ended.stderr.as_str()), (7, ""));
}

fn a_signal_that_is_rewritten_to_a_stop_signal_is_no_request_and_one_that_is_rewritten_from_it_is(place: Place) {
    let options = ["--stop-timeout=100ms", "--rewrite=USR1:TERM,TERM:USR1"];
    let mut running = start(place, &options, 64);
    running.signal(libc::SIGUSR1);
    running.expect_line("15");
    std::thread::sleep(Duration::from_millis(500));
    running.signal(libc::SIGUSR2);
    running.expect_line("12");
    running.signal(libc::SIGTERM);
    running.expect_line("10");
    assert_eq!(running.wait().status, 137);
}

fn only_the_users_stop_signals_start_the_clock(place: Place) {
    let mut running = start(place, &["--stop-signal=rtmin+3", "--stop-timeout=100ms"], 64);
    for signal in [15, 2, 3] {
        running.signal(signal);
        running.expect_line(&signal.to_string());
    }
    std::thread::sleep(Duration::from_millis(500));
    running.signal(libc::SIGUSR1);
    running.expect_line("10");
    running.signal(37);
    running.expect_line("37");
    let ended = running.wait();
    assert_eq!(ended.status, 137);
    assert!(ended.stderr.contains(" of SIGRTMIN+3"), "{}", ended.stderr);
}

fn the_timeout_begins_when_the_delay_is_over(place: Place) {
    let mut running = start(place, &["--stop-delay=600ms", "--stop-timeout=500ms"], 64);
    let before = Instant::now();
    running.signal(libc::SIGTERM);
    running.expect_line("15");
    let ended = running.wait();
    assert!(before.elapsed() >= Duration::from_millis(1100), "{:?}", before.elapsed());
    assert_eq!(ended.status, 137);
}

fn delay_timeout_drain_and_rewrite_work_together(place: Place) {
    let mut running = Launch::new(place)
        .options(&["--stop-delay=10m", "--stop-timeout=300ms", "--drain=500ms", "--rewrite=TERM:USR2"])
        .start(&probe(&["leave", "deaf,deaf,session", "other,session", "then", "until", "64", "0"]));
    running.expect_line("ready");
    running.signal(libc::SIGINT);
    running.signal(AFTER);
    running.expect_line("40");
    running.signal(libc::SIGTERM);
    running.expect_line("12");
    // What the drain sends is not rewritten.
    running.expect_line("other got 15");
    let ended = running.wait();
    let lines: Vec<&str> = ended.stderr.lines().collect();
    assert_eq!((ended.status, lines.len()), (137, 2), "{}", ended.stderr);
    assert!(lines[0].contains("did not end within 300ms of SIG"), "{}", ended.stderr);
    assert!(lines[1].contains("deaf (pid ") && !lines[1].contains("other"), "{}", ended.stderr);
}

fn a_program_that_was_frozen_past_the_deadline_gets_its_chance(place: Place) {
    let mut running = start(place, &["--stop-timeout=3s"], 10);
    running.signal(libc::SIGTERM);
    running.expect_line("15");
    let (init, program) = (running.pid(), running.program_pid());
    // As a freezer does, or a laptop that is closed. (A freezer itself would need cgroups.)
    stop(init);
    stop(program);
    std::thread::sleep(Duration::from_millis(3500));
    send(init, libc::SIGCONT);
    send(program, libc::SIGCONT);
    // It works off what it had left to do: the signal is what it takes to end.
    running.signal(libc::SIGUSR1);
    let ended = running.wait();
    assert_eq!((ended.status, ended.stderr.as_str()), (7, ""), "{}", ended.stdout);
}

fn nonsense_is_refused(place: Place) {
    for option in ["--stop-delay", "--stop-timeout", "--drain"] {
        for value in ["1.5", "-1", "soon", "", "10x", "ms", "1 s", "99999999999999999999s", "18446744073709551615m"] {
            is_refused(Launch::new(place).options(&[&format!("{option}={value}")]), &format!("='{value}': it takes "));
        }
    }
    for value in ["", "NONSENSE", "0", "65", "TERM;INT", "RTMIN+31"] {
        is_refused(Launch::new(place).options(&["--stop-signal", value]), &format!("='{value}': it takes "));
    }
    is_refused(Launch::new(place).options(&["--stop-signal=TERM,,INT"]), "': it takes ");
}
