//! What is not rinit's own is left alone: processes beside it, and those of which a /proc that is not its own tells.
//!
//! Pids are numbered for these tests, so that a process with a wrong number would be hit for certain.

use std::fs::File;

use crate::harness::{Folder, Launch, Place, namespaces_available, probe, program, shell, wait_until};

/// Sets the pid of the next process in this PID namespace.
const NUMBER: &str = "number() { echo $(($1 - 1)) >/proc/sys/kernel/ns_last_pid || exit 99; }";

/// Starts rinit as process 300 beside process 500, which has the same parent, and tells how both are in the end.
const BESIDE: &str = "number 499; \"$0\" leave sibling then exit 0
    number 300; \"$@\"; echo \"ended with $?\"; kill -s USR1 500; exec sleep 300";

/// Has a process 500 that is a child of process 300, and goes on in a PID namespace in which neither exists, with this /proc.
/// It waits without starting anything, which would take the number.
const ELSEWHERE: &str = "export number; number 300
    \"$0\" keeper sh -c 'echo 499 >/proc/sys/kernel/ns_last_pid; exec \"$0\" leave foreign then exit 0' \"$0\" &
    until read -r _ _ _ parent _ </proc/500/stat && [ $parent = 300 ]; do :; done 2>/dev/null
    exec unshare --pid --fork --kill-child";

/// A program that leaves one behind in its group, and one in another session, and asks rinit to stop.
fn family() -> Vec<String> {
    shell(&format!(
        "exec 2>/dev/null; trap 'echo program got 15; exit 7' TERM; {} leave child daemon,session then exit 0
         kill -s TERM $PPID; while :; do sleep 0.01; done",
        program("probe")
    ))
}

/// All lines until rinit has ended and the process beside it has answered; and the log.
fn family_beside_a_stranger(options: &[&str], script: &str) -> (Vec<String>, String) {
    let folder = Folder::new("strangers");
    let log = File::create(folder.path("log")).unwrap();
    let mut running = Launch::new(Place::Pid1)
        .by_way_of(&["sh", "-c", &format!("{NUMBER}; {script}"), &program("probe")])
        .options(options)
        .stderr(log)
        .start(&family());
    let mut lines = vec![];
    while lines.last().is_none_or(|line| line != "sibling got 10") {
        lines.push(running.line());
        assert_ne!(lines.last().unwrap(), "", "the sibling does not answer: {lines:?}");
    }
    (lines, std::fs::read_to_string(folder.path("log")).unwrap())
}

const FAMILY_AND_END: [&str; 5] = ["child got 15", "daemon got 15", "ended with 7", "program got 15", "sibling got 10"];

#[test]
fn as_subreaper_it_never_touches_what_is_not_its_own() {
    if !namespaces_available() {
        return;
    }
    for options in [&["--drain=10m"] as &[&str], &["--forward-to=all", "--drain=10m"]] {
        let (mut lines, log) = family_beside_a_stranger(options, BESIDE);
        lines.sort();
        assert_eq!((lines.as_slice(), log.as_str()), (FAMILY_AND_END.map(str::to_owned).as_slice(), ""));
    }
}

#[test]
fn as_subreaper_it_kills_nothing_that_is_not_its_own() {
    if !namespaces_available() {
        return;
    }
    let options = ["--drain=200ms", "--stop-timeout=200ms", "--rewrite=TERM:USR1,USR1:0"];
    // USR1 would end the shell; it is to be killed.
    let script = BESIDE.replace("sibling", "sibling,terms=1000");
    let folder = Folder::new("strangers");
    let log = File::create(folder.path("log")).unwrap();
    let mut running = Launch::new(Place::Pid1)
        .by_way_of(&["sh", "-c", &format!("{NUMBER}; {script}"), &program("probe")])
        .options(&options)
        .stderr(log)
        .start(&shell(&format!(
            "{} leave deaf,deaf other,deaf,session then exit 0; trap '' USR1; kill -s TERM $PPID; while :; do sleep 0.01; done",
            program("probe")
        )));
    running.expect_line("ended with 137");
    running.expect_line("sibling got 10");
    let log = std::fs::read_to_string(folder.path("log")).unwrap();
    assert!(log.contains("other (pid ") && !log.contains("sibling"), "{log}");
}

/// A shell that mounts something over /proc, and becomes what follows.
const NO_PROC: [&str; 5] =
    ["unshare", "--mount", "sh", "-c", "mount -t tmpfs none /proc || exit 99; exec \"$0\" \"$@\""];

fn without_proc(place: Place, options: &[&str], command: &[String]) -> crate::harness::Ended {
    Launch::new(place).by_way_of(&NO_PROC).options(options).run(command)
}

#[test]
fn as_pid_1_it_needs_no_proc_to_reach_all() {
    if !namespaces_available() {
        return;
    }
    for options in [&["--drain=10m"] as &[&str], &["--forward-to=all", "--drain=10m"]] {
        let ended = without_proc(Place::Pid1, options, &family());
        assert_eq!((ended.status, ended.stderr.as_str()), (7, ""));
        let mut lines: Vec<&str> = ended.stdout.lines().collect();
        lines.sort();
        assert_eq!(lines, ["child got 15", "daemon got 15", "program got 15"]);
    }
}

#[test]
fn as_pid_1_without_proc_it_kills_what_is_left_and_says_so() {
    if !namespaces_available() {
        return;
    }
    let command = shell(&format!("{} leave deaf,deaf,session,count=3 then exit 7", program("probe")));
    let ended = without_proc(Place::Pid1, &["--drain=200ms"], &command);
    assert_eq!((ended.status, ended.stderr.lines().count()), (7, 1), "{}", ended.stderr);
}

#[test]
fn as_subreaper_without_proc_the_group_stands_for_all_and_that_is_one_warning() {
    if !namespaces_available() {
        return;
    }
    let ended = without_proc(
        Place::Subreaper,
        &["--drain=10m"],
        &shell(&format!("{} leave child then exit 7", program("probe"))),
    );
    assert_eq!((ended.status, ended.stdout.as_str()), (7, "child got 15\n"), "{}", ended.stderr);
    is_one_warning(&ended.stderr);
    let mut running = Launch::new(Place::Subreaper)
        .by_way_of(&NO_PROC)
        .options(&["--forward-to=all"])
        .start(&probe(&["leave", "child", "daemon,session", "then", "until", "64", "7", "100"]));
    running.expect_line("ready");
    for signal in [10, 1, 40, 64] {
        running.signal(signal);
        let mut heard = [running.line(), running.line()];
        heard.sort();
        assert_eq!(heard, [format!("{signal}"), format!("child got {signal}")]);
    }
    let ended = running.wait();
    assert_eq!(ended.status, 7, "{}", ended.stderr);
    assert!(!ended.stdout.contains("daemon"), "{}", ended.stdout);
    is_one_warning(&ended.stderr);
}

fn is_one_warning(log: &str) {
    assert!(log.lines().count() == 1 && log.starts_with("rinit: ") && log.contains("/proc"), "{log}");
}

#[test]
fn as_subreaper_without_proc_what_is_killed_is_said_to_be_of_the_group_only() {
    if !namespaces_available() {
        return;
    }
    let command = shell(&format!("{} leave deaf,deaf far,deaf,session then exit 7", program("probe")));
    let ended = without_proc(Place::Subreaper, &["--drain=200ms", "-w"], &command);
    assert_eq!(ended.status, 7, "{}", ended.stderr);
    let line = ended.stderr.lines().find(|line| line.contains(" did not end within 200ms ")).unwrap();
    assert!(line.starts_with("rinit: killed what was left of its process group "), "{line}");
    // It is one of them that ended, as rinit knows by its end.
    assert_eq!(ended.stderr.matches("which was killed by SIGKILL").count(), 1, "{}", ended.stderr);
}

#[test]
fn as_subreaper_the_proc_of_another_namespace_does_not_mislead_it() {
    if !namespaces_available() {
        return;
    }
    let script = format!("{ELSEWHERE} sh -c '{NUMBER}; {BESIDE}' \"$0\" \"$@\"");
    for options in [&["--drain=300ms"] as &[&str], &["--forward-to=all", "--drain=300ms"]] {
        let (lines, log) = family_beside_a_stranger(options, &script);
        let got = |name: &str| lines.iter().any(|line| line.starts_with(&format!("{name} got 15")));
        assert!(got("program") && got("child") && !got("sibling") && !got("foreign"), "{lines:?}");
        assert!(lines.contains(&"ended with 7".to_owned()), "{lines:?}");
        assert_eq!(log.matches("there is no /proc of this PID namespace").count(), 1, "{log}");
        assert!(!log.contains("foreign"), "{log}");
    }
}

#[test]
fn as_pid_1_the_proc_of_another_namespace_does_not_mislead_it() {
    if !namespaces_available() {
        return;
    }
    let script = format!("{NUMBER}; {ELSEWHERE} \"$@\"");
    for command in ["leave own,deaf then exit 7", "leave own,deaf,session other,deaf,daemon,count=3 then exit 7"] {
        let command = format!("echo 499 >/proc/sys/kernel/ns_last_pid; exec {} {command}", program("probe"));
        let ended = Launch::new(Place::Pid1)
            .by_way_of(&["sh", "-c", &script, &program("probe")])
            .options(&["--drain=300ms"])
            .run(&shell(&command));
        assert_eq!((ended.status, ended.stderr.lines().count()), (7, 1), "{}", ended.stderr);
        assert!(!ended.stdout.contains("foreign") && !ended.stderr.contains("foreign"), "{ended:?}");
    }
}

#[test]
fn the_proc_of_another_namespace_lends_no_names() {
    if !namespaces_available() {
        return;
    }
    // It is process 500 here, as the foreign one is out there, that sends rinit a signal, and an orphan that rinit reaps.
    let command = "trap 'kill -s KILL 500' USR1
        sh -c 'echo 499 >/proc/sys/kernel/ns_last_pid; sh -c \"kill -s USR1 $0; exec sleep 300\" & exit' $PPID
        while :; do sleep 0.01; done";
    // PID 1, and a child of it.
    for host in ["", "sh -c '\"$@\"; exit $?' sh "] {
        let script = format!("{NUMBER}; {ELSEWHERE} {host}\"$@\"");
        let folder = Folder::new("names");
        let log = File::create(folder.path("log")).unwrap();
        let running = Launch::new(Place::Pid1)
            .by_way_of(&["sh", "-c", &script, &program("probe")])
            .options(&["-v", "-w"])
            .stderr(log)
            .start(&shell(command));
        let log = || std::fs::read_to_string(folder.path("log")).unwrap();
        wait_until("rinit has told of the orphan's end", || log().contains("SIGKILL\n"));
        assert!(log().contains("reaped the orphan a process (pid 500), which was killed by SIGKILL\n"), "{}", log());
        assert!(log().contains("; SIGUSR1 came from a process (pid 500)\n"), "{}", log());
        assert!(!log().contains("foreign"), "{}", log());
        drop(running);
    }
}
