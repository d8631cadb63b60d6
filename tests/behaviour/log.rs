//! The log is silent by default, says who and why, and never stands in the way of anything.

use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
use std::time::Duration;

use crate::harness::{Folder, Launch, Place, probe, program, shell, wait_until};

fn it_says_nothing_when_all_is_well(place: Place) {
    assert_eq!(Launch::new(place).run(&["true"]).stderr, "");
    assert_eq!(Launch::new(place).run(&["false"]).stderr, "");
}

fn with_v_it_tells_of_start_signals_orphans_and_end(place: Place) {
    let script = format!("trap 'exit 3' TERM; {} burst 1; echo ready; while :; do sleep 0.01; done", program("probe"));
    let mut running = Launch::new(place).options(&["-v"]).start(&shell(&script));
    running.expect_line("ready");
    running.signal(libc::SIGTERM);
    let log = running.wait().stderr;
    for part in [
        "rinit: started sh (pid ",
        "rinit: sent SIGTERM to sh (pid ",
        "rinit: reaped the orphan probe (pid ",
        "exited with status 3",
    ] {
        assert!(log.contains(part), "{part:?} is not in {log}");
    }
}

fn a_reader_that_is_gone_is_not_felt_by_the_program_nor_by_rinit(place: Place) {
    let (reader, writer) = pipe().unwrap();
    // It has SIGPIPE at its default, and would die of it.
    let mut running = Launch::new(place).options(&["-vv"]).stderr(writer).start(&probe(&["catch", "51"]));
    running.expect_line("ready");
    drop(reader);
    for _ in 0..50 {
        running.signal(libc::SIGUSR1);
        // Nothing but USR1: no SIGPIPE of rinit's own is forwarded.
        running.expect_line("10");
    }
    let before = cpu_ticks(running.pid());
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(cpu_ticks(running.pid()), before, "rinit is busy with something");
    running.signal(libc::SIGUSR1);
    assert_eq!(running.wait().status, 0);
}

/// What a process has used of the processor.
fn cpu_ticks(pid: i32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    // What follows the name, from the state on, is fields 3 and up; utime and stime are 14 and 15.
    let fields = stat.rsplit(')').next().unwrap().split_whitespace();
    fields.skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum()
}

/// A pipe into which nothing more goes.
fn full_pipe() -> (PipeReader, PipeWriter) {
    use std::os::fd::AsRawFd;
    let (reader, mut writer) = pipe().unwrap();
    // SAFETY: fcntl takes numbers here. Non-blocking only until it is full.
    unsafe { libc::fcntl(writer.as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK) };
    while writer.write(&[b'.'; 4096]).is_ok() {}
    // SAFETY: as above.
    unsafe { libc::fcntl(writer.as_raw_fd(), libc::F_SETFL, 0) };
    (reader, writer)
}

fn a_reader_that_does_not_read_does_not_hold_up_signals(place: Place) {
    let (mut reader, writer) = full_pipe();
    let mut running = Launch::new(place).options(&["-vv"]).stderr(writer).start(&probe(&["catch", "20"]));
    running.expect_line("ready");
    for _ in 0..20 {
        running.signal(libc::SIGUSR1);
        running.expect_line("10");
    }
    assert_eq!(running.wait().status, 0);
    let mut all = String::new();
    reader.read_to_string(&mut all).unwrap();
    assert!(all.bytes().all(|byte| byte == b'.'), "nothing was squeezed in");
}

fn a_terminal_that_nobody_reads_does_not_hold_up_signals(place: Place) {
    let terminal = nix::pty::openpty(None, None).unwrap();
    let mut running = Launch::new(place).options(&["-vv"]).stderr(terminal.slave).start(&probe(&["catch", "3000"]));
    running.expect_line("ready");
    // Far more lines than a terminal takes.
    for _ in 0..3000 {
        running.signal(libc::SIGUSR1);
        running.expect_line("10");
    }
    assert_eq!(running.wait().status, 0);
    let mut seen = [0; 4096];
    let length = nix::unistd::read(&terminal.master, &mut seen).unwrap();
    let seen = String::from_utf8_lossy(&seen[..length]).into_owned();
    assert!(seen.starts_with("rinit: started probe (pid ") && seen.contains("sent SIGUSR1 to probe (pid "), "{seen}");
}

fn every_line_of_a_file_arrives_whole(place: Place) {
    let folder = Folder::new("whole");
    let log = std::fs::File::create(folder.path("log")).unwrap();
    let mut running = Launch::new(place).options(&["-v"]).stderr(log).start(&probe(&["catch", "200"]));
    running.expect_line("ready");
    for _ in 0..200 {
        running.signal(libc::SIGUSR1);
        running.expect_line("10");
    }
    assert_eq!(running.wait().status, 0);
    let lines = || std::fs::read_to_string(folder.path("log")).unwrap();
    wait_until("all lines are written", || {
        lines().lines().filter(|line| line.starts_with("rinit: sent SIGUSR1 to probe (pid ")).count() == 200
    });
}

in_both_places! {
    it_says_nothing_when_all_is_well
    with_v_it_tells_of_start_signals_orphans_and_end
    a_reader_that_is_gone_is_not_felt_by_the_program_nor_by_rinit
    a_reader_that_does_not_read_does_not_hold_up_signals
    a_terminal_that_nobody_reads_does_not_hold_up_signals
    every_line_of_a_file_arrives_whole
}
