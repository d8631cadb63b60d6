//! What comes at a bad moment, or without an end, keeps nothing else waiting.

use std::fs::File;

use crate::harness::{Folder, Launch, Place, probe, shell, strace, strace_available, wait_until};

in_both_places! {
    a_flood_of_orphans_does_not_keep_the_end_of_the_drain_waiting
    a_flood_of_orphans_does_not_keep_a_request_to_stop_waiting
    an_orphan_that_ends_while_rinit_looks_for_names_is_reported_with_its_own
}

/// Each of them makes more orphans than rinit can reap beside it, for half a minute, unless it is killed.
const FLOOD: &str = "flood,flood,session,count=4";

/// One at a time: they are for all of the processors, and each has thousands of pids.
static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());

fn a_flood_of_orphans_does_not_keep_the_end_of_the_drain_waiting(place: Place) {
    let _turn = ONE_AT_A_TIME.lock();
    let folder = Folder::new("flood");
    // With -w, each of them takes longer. A file, since the log is long.
    let log = File::create(folder.path("log")).unwrap();
    let launch = Launch::new(place).options(&["--drain=1s", "-w"]).stderr(log);
    let ended = launch.run(&probe(&["leave", FLOOD, "then", "exit", "7"]));
    assert_eq!(ended.status, 7);
    assert!(ended.stdout.contains("flood goes on") && !ended.stdout.contains("flood is over"), "{}", ended.stdout);
    let log = std::fs::read_to_string(folder.path("log")).unwrap();
    let named = log.lines().find(|line| line.contains(" did not end within 1s "));
    assert!(named.is_some_and(|line| line.contains("flood (pid ")), "{named:?}");
}

fn a_flood_of_orphans_does_not_keep_a_request_to_stop_waiting(place: Place) {
    let _turn = ONE_AT_A_TIME.lock();
    let folder = Folder::new("flood");
    let log = File::create(folder.path("log")).unwrap();
    let launch = Launch::new(place).options(&["-w"]).stderr(log);
    let mut running = launch.start(&probe(&["leave", FLOOD, "then", "until", "15", "7"]));
    let mut lines: Vec<String> = (0..5).map(|_| running.line()).collect();
    lines.sort();
    assert_eq!(lines, [&["flood goes on"; 4][..], &["ready"]].concat());
    running.signal(libc::SIGTERM);
    running.expect_line("15");
    assert_eq!(running.wait().status, 7);
}

fn an_orphan_that_ends_while_rinit_looks_for_names_is_reported_with_its_own(place: Place) {
    const COUNT: usize = 20;
    if !strace_available() {
        return;
    }
    let folder = Folder::new("names");
    // Each look for a child that has ended takes so long that the next orphan ends during the look that finds nobody.
    let trace = strace(&folder.path("strace"), &["waitid:delay_exit=100000"]);
    let script = format!(
        "for i in $(seq {COUNT}); do (sleep $(awk \"BEGIN {{ print 1 + $i * 0.15 }}\") & exec true); done
         trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done"
    );
    let mut running = Launch::new(place).under(&trace).options(&["-w"]).start(&shell(&script));
    running.expect_line("ready");
    let pid = running.pid();
    wait_until("all orphans are gone", || {
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
        children.split_whitespace().count() == 1
    });
    running.signal(libc::SIGTERM);
    let ended = running.wait();
    assert_eq!(ended.status, 7);
    let of_sleep = ended.stderr.lines().filter(|line| line.starts_with("rinit: reaped the orphan sleep (pid ")).count();
    assert_eq!((of_sleep, ended.stderr.lines().count()), (COUNT, COUNT), "{}", ended.stderr);
}
