//! Every signal that rinit gets is forwarded, with the value that it was queued with.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;

use crate::harness::{
    Ended, Folder, ForwardTo, Launch, Place, Running, probe, shell, stop, strace, strace_available, wait_until,
};

/// All but KILL and STOP.
fn catchable() -> impl Iterator<Item = i32> {
    (1..=64).filter(|signal| ![9, 19].contains(signal))
}

fn catching(place: Place, to: ForwardTo, count: usize) -> Running {
    let mut running = Launch::new(place).forwarding(to).start(&probe(&["catch", &count.to_string()]));
    running.expect_line("ready");
    running
}

fn each_catchable_signal_arrives_with_its_number(place: Place) {
    for to in ForwardTo::BOTH {
        let mut running = catching(place, to, catchable().count());
        for signal in catchable() {
            running.signal(signal);
            running.expect_line(&signal.to_string());
        }
        assert_eq!(running.wait().status, 0);
    }
}

fn a_hundred_queued_real_time_signals_arrive_as_a_hundred_in_order_with_their_values(place: Place) {
    for to in ForwardTo::BOTH {
        for signal in [34, 50, 64] {
            let mut running = catching(place, to, 100);
            let pid = running.pid();
            for value in 1..=100 {
                running.queue(pid, signal, value);
            }
            for value in 1..=100 {
                running.expect_line(&format!("{signal} with {value}"));
            }
            assert_eq!(running.wait().status, 0);
        }
    }
}

fn a_hundred_real_time_signals_sent_with_kill_arrive_as_a_hundred(place: Place) {
    let mut running = catching(place, ForwardTo::Child, 100);
    (0..100).for_each(|_| running.signal(40));
    (0..100).for_each(|_| running.expect_line("40"));
    assert_eq!(running.wait().status, 0);
}

fn an_ordinary_signal_keeps_its_value_too(place: Place) {
    for to in ForwardTo::BOTH {
        let mut running = catching(place, to, 1);
        running.queue(running.pid(), libc::SIGUSR1, 4711);
        running.expect_line("10 with 4711");
        assert_eq!(running.wait().status, 0);
    }
}

fn a_queued_signal_arrives_without_its_value_where_the_kernel_will_not_queue_it(place: Place) {
    if !strace_available() {
        return;
    }
    for error in ["EAGAIN", "EPERM", "ENOSYS"] {
        for (to, call) in ForwardTo::BOTH.into_iter().zip(["rt_sigqueueinfo", "pidfd_send_signal"]) {
            let folder = Folder::new("queue");
            let trace = strace(&folder.path("strace"), &[&format!("{call}:error={error}")]);
            let mut running = Launch::new(place).under(&trace).forwarding(to).start(&probe(&["catch", "1"]));
            running.expect_line("ready");
            running.queue(running.pid(), libc::SIGUSR1, 4711);
            running.expect_line("10");
            assert_eq!(running.wait().status, 0, "{call} {error}");
        }
    }
}

fn the_group_gets_what_is_forwarded_to_the_group_and_only_then(place: Place) {
    let child = "sh -c 'trap \"echo child got TERM; exit\" TERM; echo ready; while :; do sleep 0.01; done' & wait";
    let mut running =
        Launch::new(place).forwarding(ForwardTo::Group).start(&shell(&format!("trap 'wait; exit 7' TERM; {child}")));
    running.expect_line("ready");
    running.signal(libc::SIGTERM);
    running.expect_line("child got TERM");
    assert_eq!(running.wait().status, 7);

    let mut running =
        Launch::new(place).forwarding(ForwardTo::Child).start(&shell(&format!("trap 'exit 7' TERM; {child}")));
    running.expect_line("ready");
    running.signal(libc::SIGTERM);
    let ended = running.wait();
    assert_eq!((ended.status, ended.stdout.as_str()), (7, "ready\n"));
}

fn a_program_that_has_left_its_group_still_gets_what_is_forwarded_to_it(place: Place) {
    // Its child stays behind in the group, so that the group still exists.
    let mut running = Launch::new(place).forwarding(ForwardTo::Group).start(&probe(&["leave-group"]));
    running.expect_line("ready");
    running.queue(running.pid(), libc::SIGUSR1, 4711);
    running.expect_line("10 with 4711");
    assert_eq!(running.wait().status, 0);
}

fn a_signal_that_was_pending_before_the_init_was_started_reaches_the_program(place: Place) {
    let setup = probe(&["setup", "block=10,40", "raise=10", "raise=40", "--"]);
    let ended = Launch::new(place).by_way_of(&setup).run(&probe(&["catch", "2"]));
    assert_eq!((ended.status, ended.stdout.as_str()), (0, "ready\n10\n40\n"));
}

fn a_signal_from_inside_the_container_is_forwarded(place: Place) {
    let ended = Launch::new(place).run(&shell("trap 'exit 5' USR1; kill -USR1 $PPID; while :; do sleep 0.01; done"));
    assert_eq!(ended.status, 5);
}

fn a_second_stop_request_is_forwarded_like_the_first(place: Place) {
    let mut running = catching(place, ForwardTo::Child, 3);
    for _ in 0..3 {
        running.signal(libc::SIGTERM);
        running.expect_line("15");
    }
    assert_eq!(running.wait().status, 0);
}

fn a_stopped_program_is_resumed_to_hear_a_stop_request_also_while_orphans_are_reported(place: Place) {
    // Children are waited for in another way then.
    let mut running = Launch::new(place).options(&["-w"]).start(&shell("echo ready; exec sleep 300"));
    running.expect_line("ready");
    stop(running.program_pid());
    running.signal(libc::SIGTERM);
    assert_eq!(running.wait().status, 143);
}

fn a_stopped_program_is_resumed_to_hear_a_stop_request(place: Place) {
    for (to, signal) in ForwardTo::BOTH.into_iter().flat_map(|to| [15, 2, 3].map(|signal| (to, signal))) {
        let mut running = Launch::new(place).forwarding(to).start(&shell("echo ready; exec sleep 300"));
        running.expect_line("ready");
        stop(running.program_pid());
        running.signal(signal);
        assert_eq!(running.wait().status, 128 + signal);
    }
}

fn a_stop_request_in_the_first_microseconds_is_not_lost(place: Place) {
    if !strace_available() {
        return;
    }
    // In the child, between its first system call and exec, and in rinit, between the first block and the loop.
    for (call, to) in
        ["setpgid", "execve", "close_range", "chdir"].iter().flat_map(|call| ForwardTo::BOTH.map(|to| (call, to)))
    {
        let folder = Folder::new("early");
        let trace = strace(&folder.path("strace"), &[&format!("{call}:delay_enter=100000")]);
        let running = Launch::new(place).under(&trace).forwarding(to).start(&["/bin/sleep", "300"]);
        // There is a child, and it is still far from the program, or rinit from its loop.
        let pid = running.pid();
        wait_until("rinit has blocked all signals", || {
            let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
            status.contains("SigBlk:\tfffffffffffbfeff")
        });
        running.signal(libc::SIGTERM);
        assert_eq!(running.wait().status, 143, "{call} {to:?}");
    }
}

/// A program that runs until it is told to end with 6, while rinit gets TERM three times and may not pass it on.
fn unsignallable(place: Place) -> Ended {
    let folder = Folder::new("eperm");
    let trace = strace(&folder.path("strace"), &["kill:error=EPERM"]);
    let fifo = folder.path("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let script = shell("echo ready; read line < \"$0\"; exit 6");
    let mut running = Launch::new(place).under(&trace).start(&[script, vec![fifo.clone()]].concat());
    running.expect_line("ready");
    for _ in 0..3 {
        running.signal(libc::SIGTERM);
        let pending = || running.status_line("ShdPnd").is_some_and(|pending| pending.ends_with("4000"));
        wait_until("the init has taken the signal", || !pending());
    }
    // If the init is gone, so is the reader.
    if let Ok(mut writer) = File::options().write(true).custom_flags(libc::O_NONBLOCK).open(&fifo) {
        writeln!(writer, "end").unwrap();
    }
    running.wait()
}

fn a_program_that_may_not_be_signalled_goes_on(place: Place) {
    if strace_available() {
        assert_eq!(unsignallable(place).status, 6);
    }
}

fn a_program_that_may_not_be_signalled_is_one_warning(place: Place) {
    if strace_available() {
        let log = unsignallable(place).stderr;
        assert_eq!(
            (log.lines().count(), log.matches("rinit: cannot send SIGTERM to sh (pid ").count()),
            (1, 1),
            "{log}"
        );
    }
}

fn a_flood_of_signals_does_not_keep_it_from_seeing_the_programs_end(place: Place) {
    let mut running = Launch::new(place).start(&shell("trap '' HUP; echo ready; sleep 0.1; exit 4"));
    running.expect_line("ready");
    let pid = running.pid();
    // Until rinit is gone: kill then says ESRCH, or, once it is a zombie, its parent has reaped it soon.
    // SAFETY: kill takes numbers.
    let flood = std::thread::spawn(move || while unsafe { libc::kill(pid, libc::SIGHUP) } == 0 {});
    assert_eq!(running.wait().status, 4);
    flood.join().unwrap();
}

in_both_places! {
    each_catchable_signal_arrives_with_its_number
    a_hundred_queued_real_time_signals_arrive_as_a_hundred_in_order_with_their_values
    a_hundred_real_time_signals_sent_with_kill_arrive_as_a_hundred
    an_ordinary_signal_keeps_its_value_too
    a_queued_signal_arrives_without_its_value_where_the_kernel_will_not_queue_it
    the_group_gets_what_is_forwarded_to_the_group_and_only_then
    a_program_that_has_left_its_group_still_gets_what_is_forwarded_to_it
    a_signal_that_was_pending_before_the_init_was_started_reaches_the_program
    a_signal_from_inside_the_container_is_forwarded
    a_second_stop_request_is_forwarded_like_the_first
    a_stopped_program_is_resumed_to_hear_a_stop_request
    a_stopped_program_is_resumed_to_hear_a_stop_request_also_while_orphans_are_reported
    a_stop_request_in_the_first_microseconds_is_not_lost
    a_program_that_may_not_be_signalled_goes_on
    a_program_that_may_not_be_signalled_is_one_warning
    a_flood_of_signals_does_not_keep_it_from_seeing_the_programs_end
}
