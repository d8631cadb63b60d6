//! rinit exits with the program's own status, or with 128+n if signal n killed it.

use crate::harness::{Launch, Place, probe, program, shell};

fn every_exit_status_is_passed_on(place: Place) {
    for status in 0..=255 {
        assert_eq!(Launch::new(place).run(&probe(&["exit", &status.to_string()])).status, status);
    }
}

fn death_by_any_signal_is_128_plus_its_number(place: Place) {
    // The signals that by default do something else than kill: CHLD, CONT, STOP, TSTP, TTIN, TTOU, URG, WINCH.
    let others = [17, 18, 19, 20, 21, 22, 23, 28];
    for signal in (1..=64).filter(|signal| !others.contains(signal)) {
        let ended = Launch::new(place).run(&probe(&["die", &signal.to_string()]));
        assert_eq!(ended.status, 128 + signal, "{}", ended.stderr);
    }
}

fn it_ends_with_the_program_and_not_with_its_children(place: Place) {
    let ended = Launch::new(place).run(&shell("sleep 300 >/dev/null 2>&1 & exit 3"));
    assert_eq!(ended.status, 3);
}

fn it_does_not_end_with_an_orphan(place: Place) {
    // The orphans end with statuses 0, 1 and 2, and the burst when they are gone.
    let ended = Launch::new(place).run(&shell(&format!("{} burst 3 && exit 3", program("probe"))));
    assert_eq!(ended.status, 3);
}

fn a_program_killed_by_a_signal_that_came_through_rinit_needs_no_word(place: Place) {
    for signal in [1, 2, 3, 10, 12, 15, 40] {
        let mut running = Launch::new(place).start(&shell("echo ready; exec sleep 300"));
        running.expect_line("ready");
        running.signal(signal);
        let ended = running.wait();
        assert_eq!((ended.status, ended.stderr.as_str()), (128 + signal, ""));
    }
}

fn a_program_killed_by_any_other_signal_is_explained_in_one_line(place: Place) {
    for (signal, part) in [(9, "SIGKILL"), (11, "SIGSEGV"), (6, "SIGABRT"), (15, "SIGTERM"), (40, "SIGRTMIN+6")] {
        let ended = Launch::new(place).run(&probe(&["die", &signal.to_string()]));
        let line = &ended.stderr;
        assert_eq!((ended.status, line.lines().count()), (128 + signal, 1), "{line}");
        assert!(line.starts_with("rinit: probe (pid ") && line.contains(&format!(" was killed by {part}")), "{line}");
    }
}

in_both_places! {
    every_exit_status_is_passed_on
    death_by_any_signal_is_128_plus_its_number
    it_ends_with_the_program_and_not_with_its_children
    it_does_not_end_with_an_orphan
    a_program_killed_by_a_signal_that_came_through_rinit_needs_no_word
    a_program_killed_by_any_other_signal_is_explained_in_one_line
}
