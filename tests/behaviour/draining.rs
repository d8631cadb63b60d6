//! `--drain`: what the program leaves behind gets its time to end, and no more than that.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::harness::{Ended, Launch, Place, Running, namespaces_available, probe, send, stop};

in_both_places! {
    what_is_left_finishes_its_work_when_the_program_exits
    what_is_left_finishes_its_work_when_the_program_is_stopped
    without_a_drain_nothing_that_is_left_hears_anything
    a_daemon_and_an_orphan_in_sessions_of_their_own_are_asked_too
    it_ends_the_moment_nothing_is_left
    with_nothing_left_it_ends_at_once
    the_status_is_the_programs_whatever_it_is
    what_does_not_end_is_killed_and_named
    of_many_ten_are_named_and_the_others_counted
    an_odd_name_cannot_break_the_line
    a_process_that_is_orphaned_during_the_drain_is_asked_too
    a_process_that_is_orphaned_during_the_drain_is_killed_too
    two_hundred_processes_that_are_orphaned_during_the_drain_are_asked_too
    what_is_stopped_is_resumed_to_end
    a_request_to_stop_is_sent_on_to_all_that_is_left_and_changes_nothing_else
    a_request_to_stop_does_not_restart_the_clock
    five_thousand_processes_are_asked_to_end_and_waited_for
    five_thousand_processes_that_do_not_listen_are_killed
    what_was_frozen_past_the_deadline_gets_its_chance
    orphans_that_end_during_the_drain_are_reported
}

fn start(place: Place, drain: &str, words: &[&str]) -> Running {
    Launch::new(place).options(&["--drain", drain]).start(&probe(&[&["leave"], words].concat()))
}

fn run(place: Place, drain: &str, words: &[&str]) -> Ended {
    start(place, drain, words).wait()
}

/// No longer than this does any of these tests take. That the machine is slow is no failure; what hangs is.
const AGES: &str = "10m";

fn is_quiet(ended: &Ended, status: i32) {
    assert_eq!((ended.status, ended.stderr.as_str()), (status, ""), "{}", ended.stdout);
}

fn what_is_left_finishes_its_work_when_the_program_exits(place: Place) {
    let ended = run(place, AGES, &["worker,needs=300", "then", "exit", "7"]);
    is_quiet(&ended, 7);
    assert_eq!(ended.stdout, "worker got 15\nworker is done\n");
}

fn what_is_left_finishes_its_work_when_the_program_is_stopped(place: Place) {
    let mut running = start(place, AGES, &["worker,needs=300", "then", "until", "15", "7"]);
    running.expect_line("ready");
    running.signal(libc::SIGTERM);
    let ended = running.wait();
    is_quiet(&ended, 7);
    assert_eq!(ended.stdout, "ready\n15\nworker got 15\nworker is done\n");
}

fn without_a_drain_nothing_that_is_left_hears_anything(place: Place) {
    let ended = Launch::new(place).run(&probe(&["leave", "worker", "then", "exit", "7"]));
    is_quiet(&ended, 7);
    assert_eq!(ended.stdout, "");
}

fn a_daemon_and_an_orphan_in_sessions_of_their_own_are_asked_too(place: Place) {
    let ended = run(place, AGES, &["daemon,session", "orphan,daemon,session", "then", "exit", "7"]);
    is_quiet(&ended, 7);
    let mut heard: Vec<&str> = ended.stdout.lines().collect();
    heard.sort();
    assert_eq!(heard, ["daemon got 15", "orphan got 15"]);
}

fn it_ends_the_moment_nothing_is_left(place: Place) {
    // The harness would not wait for ten minutes.
    let ended = run(place, AGES, &["one,plain,count=20", "two,needs=500", "then", "exit", "7"]);
    is_quiet(&ended, 7);
}

fn with_nothing_left_it_ends_at_once(place: Place) {
    for drain in ["10m", "600", "600s", "600000ms"] {
        is_quiet(&run(place, drain, &["then", "exit", "7"]), 7);
    }
}

fn the_status_is_the_programs_whatever_it_is(place: Place) {
    let mut running =
        Launch::new(place).options(&["--drain=100ms"]).start(&["sh", "-c", "sleep 300 & echo ready; exec sleep 300"]);
    running.expect_line("ready");
    running.signal(libc::SIGTERM);
    is_quiet(&running.wait(), 143);
    assert_eq!(run(place, "100ms", &["deaf,deaf", "then", "exit", "0"]).status, 0);
}

/// The pid that this one says it has, among these lines.
fn introduced(stdout: &str, name: &str) -> String {
    let line = stdout.lines().find_map(|line| line.strip_prefix(&format!("{name} is ")));
    line.unwrap_or_else(|| panic!("{name} is not in {stdout}")).to_owned()
}

fn what_does_not_end_is_killed_and_named(place: Place) {
    let before = Instant::now();
    let words = ["first,deaf,introduced", "gentle", "second,deaf,session,daemon,introduced", "then", "exit", "7"];
    let ended = run(place, "300ms", &words);
    assert!(before.elapsed() >= Duration::from_millis(300), "{:?}", before.elapsed());
    let line = &ended.stderr;
    assert_eq!((ended.status, line.lines().count()), (7, 1), "{line}");
    assert!(line.starts_with("rinit: ") && !line.contains("gentle"), "{line}");
    for name in ["first", "second"] {
        let named = format!("{name} (pid {})", introduced(&ended.stdout, name));
        assert!(line.contains(&named), "{named} is not in {line}");
    }
}

fn of_many_ten_are_named_and_the_others_counted(place: Place) {
    for (count, named, others) in [(10, 10, None), (11, 10, Some(" and 1 more")), (27, 10, Some(" and 17 more"))] {
        let ended = run(place, "200ms", &[&format!("deaf,deaf,count={count}"), "then", "exit", "7"]);
        let line = &ended.stderr;
        assert_eq!((ended.status, line.lines().count()), (7, 1), "{line}");
        assert_eq!(line.matches("deaf (pid ").count(), named, "{line}");
        assert_eq!(line.contains(" more, "), others.is_some(), "{line}");
        assert!(line.contains(others.unwrap_or("")), "{line}");
    }
}

fn an_odd_name_cannot_break_the_line(place: Place) {
    let ended = run(place, "200ms", &["a\nb) 'c\x1b[1m,deaf", "then", "exit", "7"]);
    let line = &ended.stderr;
    assert_eq!((ended.status, line.lines().count()), (7, 1), "{line}");
    assert!(line.contains("a\\nb) 'c") && !line.contains('\x1b'), "{line}");
}

fn a_process_that_is_orphaned_during_the_drain_is_asked_too(place: Place) {
    for words in [&["parent,forks", "then", "exit", "7"], &["parent,forks,session,needs=100", "then", "exit", "7"]] {
        let ended = run(place, AGES, words);
        is_quiet(&ended, 7);
        assert!(ended.stdout.starts_with("parent got 15\n"), "{}", ended.stdout);
        assert!(ended.stdout.ends_with("late got 15\n"), "{}", ended.stdout);
    }
}

fn a_process_that_is_orphaned_during_the_drain_is_killed_too(place: Place) {
    let ended = run(place, "500ms", &["parent,forks=deaf", "then", "exit", "7"]);
    assert_eq!((ended.status, ended.stderr.lines().count()), (7, 1), "{}", ended.stderr);
    assert!(ended.stderr.contains("late (pid "), "{}", ended.stderr);
}

fn two_hundred_processes_that_are_orphaned_during_the_drain_are_asked_too(place: Place) {
    let ended = run(place, "30s", &["parent,forks,count=200", "then", "exit", "7"]);
    is_quiet(&ended, 7);
    assert_eq!(ended.stdout.matches("late got 15\n").count(), 200);
}

fn what_is_stopped_is_resumed_to_end(place: Place) {
    let words = ["one,plain,stopped", "two,stopped", "three,stopped,session,needs=100", "then", "exit", "7"];
    let ended = run(place, AGES, &words);
    is_quiet(&ended, 7);
    let mut heard: Vec<&str> = ended.stdout.lines().collect();
    heard.sort();
    assert_eq!(heard, ["three got 15", "three is done", "two got 15"]);
}

fn a_request_to_stop_is_sent_on_to_all_that_is_left_and_changes_nothing_else(place: Place) {
    let options = ["--rewrite=INT:USR1", "--stop-delay=10m", "--stop-timeout=100ms"];
    let words = ["leave", "one,terms=2", "two,terms=2,session,daemon", "then", "exit", "7"];
    let mut running = Launch::new(place).options(&["--drain=10m"]).options(&options).start(&probe(&words));
    // As received, at once, and with no clock but the drain's.
    for signal in [15, 2, 15] {
        let mut heard = [running.line(), running.line()];
        heard.sort();
        assert_eq!(heard, ["one", "two"].map(|name| format!("{name} got {signal}")));
        match signal {
            15 => running.signal(2),
            _ => {
                std::thread::sleep(Duration::from_millis(300));
                running.signal(15);
                break;
            }
        }
    }
    let ended = running.wait();
    is_quiet(&ended, 7);
    assert_eq!(ended.stdout.matches(" got 15").count(), 4, "{}", ended.stdout);
}

fn a_request_to_stop_does_not_restart_the_clock(place: Place) {
    let mut running = start(place, "1s", &["busy,terms=1000000", "deaf,deaf", "then", "exit", "7"]);
    running.expect_line("busy got 15");
    let pid = running.pid();
    // If they restarted it, there would be no end of this.
    // SAFETY: kill takes numbers; our child is the ancestor of what has this pid, so that it is not used again soon.
    while unsafe { libc::kill(pid, libc::SIGTERM) } == 0 {
        std::thread::sleep(Duration::from_millis(100));
    }
    let ended = running.wait();
    assert_eq!((ended.status, ended.stderr.lines().count()), (7, 1), "{}", ended.stderr);
    assert!(ended.stdout.matches("busy got 15\n").count() > 1, "{}", ended.stdout);
}

/// One test at a time has that many: there are 32 768 pids in a machine by default, and another test needs 20 000.
static MANY: Mutex<()> = Mutex::new(());

fn five_thousand_processes_are_asked_to_end_and_waited_for(place: Place) {
    let _turn = MANY.lock();
    let ended = run(place, AGES, &["crowd,plain,count=4990", "far,plain,session,count=10", "then", "exit", "7"]);
    is_quiet(&ended, 7);
}

fn five_thousand_processes_that_do_not_listen_are_killed(place: Place) {
    let _turn = MANY.lock();
    let ended = run(place, "1s", &["crowd,deaf,count=5000", "then", "exit", "7"]);
    let line = &ended.stderr;
    assert_eq!((ended.status, line.lines().count()), (7, 1), "{line}");
    assert_eq!(line.matches("crowd (pid ").count(), 10, "{line}");
    assert!(line.contains(" 4990 "), "{line}");
}

fn what_was_frozen_past_the_deadline_gets_its_chance(place: Place) {
    let mut running = start(place, "3s", &["worker,terms=2", "then", "exit", "7"]);
    running.expect_line("worker got 15");
    let (init, worker) = (running.pid(), running.program_pid());
    stop(init);
    stop(worker);
    std::thread::sleep(Duration::from_millis(3500));
    send(init, libc::SIGCONT);
    send(worker, libc::SIGCONT);
    running.signal(libc::SIGTERM);
    is_quiet(&running.wait(), 7);
}

fn orphans_that_end_during_the_drain_are_reported(place: Place) {
    let ended = Launch::new(place).options(&["--drain=10m", "-w"]).run(&probe(&[
        "leave",
        "one",
        "two,plain,session",
        "then",
        "exit",
        "7",
    ]));
    assert_eq!((ended.status, ended.stderr.lines().count()), (7, 2), "{}", ended.stderr);
    for part in ["reaped the orphan one (pid ", "reaped the orphan two (pid "] {
        assert!(ended.stderr.contains(part), "{}", ended.stderr);
    }
}

/// A process that comes as those of `docker exec` do: its parent is outside.
#[test]
fn who_came_by_docker_exec_is_part_of_what_is_left() {
    if !namespaces_available() {
        return;
    }
    let mut running = start(Place::Pid1, AGES, &["then", "until", "15", "7"]);
    running.expect_line("ready");
    let target = running.pid().to_string();
    let guest = Command::new("nsenter")
        .args(["--preserve-credentials", "--user", "--pid", "--mount", "--target", &target])
        .args(probe(&["leave", "then", "until", "15", "5", "300"]))
        .stdout(Stdio::piped())
        .spawn();
    let mut guest = guest.unwrap();
    let mut heard = BufReader::new(guest.stdout.take().unwrap());
    let mut line = String::new();
    heard.read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    running.signal(libc::SIGTERM);
    is_quiet(&running.wait(), 7);
    let status = guest.wait().unwrap();
    let mut rest = String::new();
    heard.read_to_string(&mut rest).unwrap();
    // It was not killed: it had its time. SIGCONT may come before the end, or not.
    assert_eq!((status.code(), rest.replace("18\n", "").as_str()), (Some(5), "15\n"));
}
