//! Containers, and what is said of each.

use super::super::findings::{Level, findings};
use super::super::process::{Home, Process, Sleep, Terminal};
use super::process;
use crate::signal::{Signal, SignalSet};

/// The findings must be these, in this order: level, check and pid, and words of the message.
#[track_caller]
fn assert_found(processes: &[Process], expected: &[(&str, &str)]) {
    let found = findings(processes);
    let lines: Vec<String> = found
        .iter()
        .map(|finding| format!("{} {} {}: {}", finding.level, finding.check, finding.pid, finding.message))
        .collect();
    assert_eq!(lines.len(), expected.len(), "{lines:#?}");
    for (line, (start, words)) in lines.iter().zip(expected) {
        assert!(line.starts_with(start) && line.contains(words), "{line}\nis not\n{start}: ...{words}...");
    }
}

#[test]
fn a_shell_as_pid_1_passes_nothing_on() {
    let shell = process(1, 0, "/bin/sh -c app;true");
    assert_found(
        &[shell.clone(), process(7, 1, "app")],
        &[
            ("warning stop 1", "app (pid 7) never sees a TERM; docker stop waits"),
            ("info pid1 1", "sh (pid 1) is a shell"),
        ],
    );
    let script = process(1, 0, "/entrypoint.sh").run_by("/bin/bash");
    assert_found(
        &[script, process(7, 1, "app")],
        &[("warning stop 1", "entrypoint.sh (pid 1)"), ("info pid1 1", "is a shell")],
    );
    let busybox = process(1, 0, "busybox sh");
    assert_found(&[busybox], &[("warning stop 1", "what it runs never sees a TERM"), ("info pid1 1", "is a shell")]);
    assert_found(&[shell.clone().ignoring()], &[("warning stop 1", "ignores TERM"), ("info pid1 1", "is a shell")]);
    assert_found(
        &[shell.handling(Signal::TERM), process(7, 1, "app")],
        &[("info pid1 1", "a shell"), ("info stop 1", "sh (pid 1) has a trap for SIGTERM")],
    );
}

#[test]
fn an_application_as_pid_1_needs_a_handler() {
    let java = process(1, 0, "java -Xrs -jar app.jar");
    assert_found(
        std::slice::from_ref(&java),
        &[("warning stop 1", "java (pid 1) has no handler for TERM"), ("info pid1 1", "the application itself")],
    );
    assert_found(
        &[java.clone().handling(Signal::INT)],
        &[("warning stop 1", "docker run --stop-signal=SIGINT"), ("info pid1 1", "")],
    );
    assert_found(&[java.clone().ignoring()], &[("warning stop 1", "ignores TERM"), ("info pid1 1", "")]);
    assert_found(&[java.clone().handling(Signal::TERM)], &[("info pid1 1", ""), ("info stop 1", "handles TERM")]);
    assert_found(&[java.waiting()], &[("info pid1 1", "no init that is known here"), ("info stop 1", "blocks TERM")]);
}

#[test]
fn under_an_init_a_program_without_a_handler_ends_at_once() {
    for (command, known) in [
        (
            "/sbin/docker-init -- sleep 9",
            "docker-init (pid 1) is tini, an init: it passes signals on to sleep (pid 7), and",
        ),
        ("/usr/bin/tini-static -- sleep 9", "tini-static (pid 1) is tini, an init"),
        ("catatonit -- sleep 9", "catatonit (pid 1) is an init: it passes signals on to sleep (pid 7), and"),
        ("rinit -- sleep 9", "rinit (pid 1) is an init: it passes signals on to sleep (pid 7), and"),
        ("rinit --forward-to all -- sleep 9", "on to sleep (pid 7), sees to the end of all others"),
        ("dumb-init -- sleep 9", "on to sleep (pid 7) and its process group"),
        ("dumb-init -c -- sleep 9", "on to sleep (pid 7), and"),
        ("tini -vg -- sleep 9", "on to sleep (pid 7) and its process group"),
        ("tini -- sleep -g", "on to sleep (pid 7), and"),
    ] {
        assert_found(
            &[process(1, 0, command).waiting(), process(7, 1, "sleep 9")],
            &[("info pid1 1", known), ("info stop 7", "ends the container at once, status 143")],
        );
    }
}

#[test]
fn an_init_is_known_by_its_name_where_nobody_may_see_what_it_waits_for() {
    let unseen = |command| Process { sleep: Sleep::Unknown, exe: Vec::new(), ..process(1, 0, command) };
    let expected = [("info pid1 1", "is an init"), ("info stop 7", "at once")];
    assert_found(&[unseen("tini -- sleep 9"), process(7, 1, "sleep 9")], &expected);
    // Who has the name and no handler is no init.
    let expected = [("warning stop 1", "no handler"), ("info pid1 1", "the application")];
    assert_found(&[process(1, 0, "tini"), process(7, 1, "sleep 9")], &expected);
}

#[test]
fn under_rinit_a_program_can_ignore_what_it_is_sent() {
    let program = process(7, 1, "app").ignoring().handling(Signal::QUIT);
    let check = |command, expected: (&str, &str)| {
        let mut found = vec![("info pid1 1", "rinit (pid 1) is an init")];
        found.insert(usize::from(expected.0.starts_with("warning")) ^ 1, expected);
        assert_found(&[process(1, 0, command).waiting(), program.clone()], &found);
    };
    check(
        "rinit -- app",
        (
            "warning stop 7",
            "app (pid 7) ignores SIGTERM, which reaches it: docker stop waits for its whole grace period",
        ),
    );
    check("rinit -r TERM:QUIT app", ("info stop 7", "handles SIGQUIT"));
    check("rinit --rewrite TERM:0 app", ("warning stop 7", "drops TERM (--rewrite)"));
    let rinit = process(1, 0, "rinit -- app").waiting().with("RINIT_REWRITE=TERM:QUIT");
    assert_found(&[rinit, program], &[("info pid1 1", ""), ("info stop 7", "handles SIGQUIT")]);
}

#[test]
fn a_program_that_ignores_term_may_heed_another_signal() {
    let rinit = process(1, 0, "rinit app").waiting().with("A=b");
    let program = process(7, 1, "app").ignoring();
    assert_found(
        &[rinit.clone(), program.clone()],
        &[("warning stop 7", "(rinit --rewrite TERM:SIGINT)"), ("info pid1 1", "")],
    );
    let shell = process(7, 1, "sh x").ignoring();
    assert_found(&[rinit.clone(), shell], &[("warning stop 7", "let it handle SIGTERM, or not"), ("info pid1 1", "")]);
    let deaf = Process { ignored: SignalSet::ALL, ..program };
    assert_found(
        &[rinit, deaf],
        &[("warning stop 7", "let it handle SIGTERM, or not be waited for"), ("info pid1 1", "reaps orphans")],
    );
}

#[test]
fn options_that_nobody_may_see_are_mentioned() {
    let said = |first: Process| findings(&[first, process(7, 1, "app")])[0].message.contains("RINIT_DRAIN");
    assert!(said(process(1, 0, "rinit app").waiting()));
    assert!(!said(process(1, 0, "rinit app").waiting().with("A=b")));
    assert!(!said(process(1, 0, "tini app").waiting()));
}

#[test]
fn a_shell_under_an_init_ends_before_its_program() {
    let family = |command| [process(1, 0, command).waiting(), process(7, 1, "sh run"), process(8, 7, "app")];
    assert_found(
        &family("tini -- sh run"),
        &[("warning stop 7", "app (pid 8) is then killed"), ("info pid1 1", "passes signals on to sh (pid 7)")],
    );
    assert_found(&family("rinit -g sh run"), &[("info pid1 1", ""), ("info stop 7", "at once")]);
    let [init, shell, app] = family("rinit sh run");
    assert_found(
        &[init, shell.handling(Signal::TERM), app],
        &[("info pid1 1", ""), ("info stop 7", "a trap for SIGTERM")],
    );
}

#[test]
fn an_init_under_an_init_is_not_the_program() {
    let inner = process(2, 1, "tini -- app").waiting();
    assert_found(
        &[process(1, 0, "docker-init -- tini -- app").waiting(), inner, process(3, 2, "app").ignoring()],
        &[("warning stop 3", "ignores SIGTERM"), ("info pid1 1", "on to app (pid 3)")],
    );
}

#[test]
fn a_stopped_program_is_resumed_by_rinit_alone() {
    let stopped = Process { state: b'T', ..process(7, 1, "app") };
    let check = |command, expected: &[(&str, &str)]| {
        assert_found(&[process(1, 0, command).waiting(), stopped.clone()], expected);
    };
    check("tini app", &[("warning stop 7", "kill -CONT 7"), ("info pid1 1", "")]);
    check("rinit app", &[("info pid1 1", ""), ("info stop 7", "at once")]);
}

#[test]
fn zombies_are_the_fault_of_their_parent() {
    let rinit = process(1, 0, "rinit app").waiting();
    let zombies = |parent| [3, 4, 5].map(|pid| process(pid, parent, "child").ended());
    let [a, b, c] = zombies(2);
    assert_found(
        &[rinit.clone(), process(2, 1, "app"), a, b, c],
        &[("warning zombies 2", "app (pid 2) has 3 zombies"), ("info pid1 1", ""), ("info stop 2", "")],
    );
    let [a, b, _] = zombies(1);
    assert_found(
        &[process(1, 0, "app").handling(Signal::TERM), a, b],
        &[("warning zombies 1", "put an init before it"), ("info pid1 1", ""), ("info stop 1", "")],
    );
    let [a, ..] = zombies(1);
    assert_found(
        &[rinit.clone(), process(2, 1, "app"), a],
        &[("warning zombies 1", "is it stopped, or traced?"), ("info pid1 1", ""), ("info stop 2", "")],
    );
    let [a, ..] = zombies(0);
    assert_found(
        &[rinit, process(2, 1, "app"), a],
        &[("warning zombies 0", "outside of the PID namespace"), ("info pid1 1", ""), ("info stop 2", "")],
    );
}

#[test]
fn a_stop_does_not_reach_daemons() {
    let check = |command, expected: &[(&str, &str)]| {
        let daemons = [8, 9].map(|pid| process(pid, 1, "redis").in_session(pid));
        let [a, b] = daemons;
        assert_found(&[process(1, 0, command).waiting(), process(7, 1, "app"), a, b], expected);
    };
    let well = [("info pid1 1", ""), ("info stop 7", "")];
    let daemons = ("warning sessions 8", "redis (pid 8) and 1 more of that name: in a session of its own");
    check("rinit app", &[daemons, well[0], well[1]]);
    check("tini -g -- app", &[daemons, well[0], well[1]]);
    check("rinit --drain 5s app", &well);
    check("rinit --forward-to=all app", &well);
    let orphan = process(8, 1, "worker");
    assert_found(
        &[process(1, 0, "rinit app").waiting(), process(7, 1, "app"), orphan],
        &[("warning sessions 8", "an orphan of PID 1"), well[0], well[1]],
    );
}

#[test]
fn sessions_of_workers_are_their_parents_to_end() {
    let well = [("info pid1 1", ""), ("info stop 1", "")];
    let postgres = process(1, 0, "postgres").handling(Signal::TERM);
    let worker = process(30, 1, "postgres").in_session(30);
    let info = ("info sessions 30", "below postgres (pid 1), which has to end it");
    assert_found(&[postgres.clone(), worker], &[well[0], well[1], info]);
    let daemon = process(31, 1, "crond").in_session(31);
    // Its children are its own to end.
    let job = process(32, 31, "job").in_session(31);
    assert_found(&[postgres, daemon, job], &[("warning sessions 31", "crond (pid 31)"), well[0], well[1]]);
}

#[test]
fn what_came_by_docker_exec_is_nobodys_daemon() {
    let shell = process(40, 0, "bash").in_session(40).ignoring();
    let child = process(41, 40, "top").in_session(40);
    assert_found(
        &[process(1, 0, "rinit app").waiting(), process(7, 1, "app"), shell, child],
        &[("info pid1 1", ""), ("info stop 7", "")],
    );
}

#[test]
fn in_a_pod_each_container_has_a_first_process() {
    let pause = process(1, 0, "/pause").handling(Signal::TERM);
    let app = process(7, 0, "app").in_session(7);
    assert_found(&[pause.clone(), app.clone()], &[("info pid1 1", "several containers share")]);
    let shell = Process { terminal: Terminal::Yes, ..process(9, 0, "bash").in_session(9).ignoring() };
    assert_found(
        &[pause, app.ignoring(), shell],
        &[("warning stop 7", "app (pid 7) ignores TERM"), ("info pid1 1", "")],
    );
    assert_found(&[process(1, 0, "catatonit -P").waiting()], &[("info pid1 1", "several containers share")]);
}

#[test]
fn on_a_machine_only_zombies_are_wrong() {
    let thread = Process { home: Home::Kernel, ..process(2, 0, "kthreadd") };
    let service = process(40, 1, "crond").in_session(40);
    let zombie = process(41, 40, "job").ended();
    let systemd = process(1, 0, "/usr/lib/systemd/systemd");
    assert_found(
        &[systemd, thread, service, zombie],
        &[
            ("warning zombies 40", "crond (pid 40) has a zombie"),
            ("info pid1 1", "1 threads of the kernel are left out"),
        ],
    );
}

#[test]
fn whatever_the_parents_are_it_ends() {
    // /proc is read while processes come and go: parents may be missing, or lead in a circle.
    let circle = [process(1, 0, "rinit app").waiting(), process(5, 6, "a"), process(6, 5, "b"), process(9, 77, "c")];
    assert!(findings(&circle).iter().all(|finding| finding.level == Level::Info || finding.pid.as_raw() > 4));
    assert_eq!(findings(&[]), []);
    assert_eq!(findings(&[process(5, 1, "app")]), []);
    let own_parent = process(1, 1, "rinit app").waiting();
    assert!(!findings(&[own_parent]).is_empty());
}
