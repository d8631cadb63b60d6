//! Orphans are reaped, every one of them, whatever else is going on.

use std::fs::File;
use std::sync::Mutex;

use crate::harness::{Folder, Launch, Place, probe, shell, wait_until};

fn a_burst_of_twenty_thousand_orphans_leaves_none_and_misses_none(place: Place) {
    const COUNT: usize = 20_000;
    // One at a time: two of these are more than the 32 768 pids that a machine has by default.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock();
    let folder = Folder::new("burst");
    // A file, since the log rather loses a line than waits for the reader of a pipe.
    let log = File::create(folder.path("log")).unwrap();
    let ended = Launch::new(place).options(&["-w"]).stderr(log).run(&probe(&["burst", &COUNT.to_string()]));
    assert_eq!(ended.status, 0);
    let log = std::fs::read_to_string(folder.path("log")).unwrap();
    assert_eq!(log.lines().filter(|line| line.contains("reaped the orphan probe (pid ")).count(), COUNT);
    for status in 0..200 {
        let end = format!("exited with status {status}");
        assert_eq!(log.lines().filter(|line| line.ends_with(&end)).count(), COUNT / 200, "{end}");
    }
}

fn an_orphan_that_died_of_a_real_time_signal_is_reaped(place: Place) {
    let ended = Launch::new(place).options(&["-w"]).run(&probe(&["burst", "1", "40"]));
    assert_eq!((ended.status, ended.stderr.lines().count()), (0, 1), "{}", ended.stderr);
    assert!(ended.stderr.ends_with("which was killed by SIGRTMIN+6\n"), "{}", ended.stderr);
}

fn children_can_be_waited_for_although_sigchld_was_ignored(place: Place) {
    let setup = probe(&["setup", "ignore=17", "--"]);
    for status in [0, 7] {
        let ended = Launch::new(place).by_way_of(&setup).run(&probe(&["exit", &status.to_string()]));
        assert_eq!(ended.status, status);
    }
}

fn orphans_are_reaped_while_the_program_goes_on(place: Place) {
    // The orphan's pid is printed by its parent, which leaves at once.
    let script = "sh -c 'sleep 0.05 >/dev/null & echo $!'; read line";
    let folder = Folder::new("goes-on");
    let fifo = folder.path("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let mut running = Launch::new(place).start(&shell(&format!("exec < {fifo}; {script}")));
    let keep_open = File::options().write(true).open(&fifo).unwrap();
    let orphan = running.line();
    let pid = running.pid();
    wait_until(&format!("the orphan {orphan} is gone"), || {
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
        children.split_whitespace().count() == 1
    });
    drop(keep_open);
    assert_eq!(running.wait().status, 1);
}

fn nothing_is_said_of_orphans_unless_it_is_asked_for(place: Place) {
    let burst = probe(&["burst", "3"]);
    assert_eq!(Launch::new(place).run(&burst).stderr, "");
    assert_eq!(Launch::new(place).options(&["-w"]).run(&burst).stderr.lines().count(), 3);
    assert_eq!(Launch::new(place).variable("RINIT_WARN_ON_REAP", "yes").run(&burst).stderr.lines().count(), 3);
    assert_eq!(Launch::new(place).options(&["-w", "-q"]).run(&burst).stderr, "");
}

in_both_places! {
    a_burst_of_twenty_thousand_orphans_leaves_none_and_misses_none
    an_orphan_that_died_of_a_real_time_signal_is_reaped
    children_can_be_waited_for_although_sigchld_was_ignored
    orphans_are_reaped_while_the_program_goes_on
    nothing_is_said_of_orphans_unless_it_is_asked_for
}
