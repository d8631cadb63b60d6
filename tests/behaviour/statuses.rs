//! `--expect-status` and `--map-status`: what rinit exits with instead of the program's status.

use crate::command_line::is_refused;
use crate::harness::{Launch, Place, has_a_command_line, probe, shell};

in_both_places! {
    an_expected_status_is_success_and_no_other_is
    a_status_is_mapped_to_another_once
    death_by_a_signal_is_a_status_too
    a_program_that_was_killed_in_time_is_a_status_too
    several_lists_are_one
    rinits_own_failures_are_not_mapped
    the_programs_127_is_its_own
    the_command_line_replaces_the_list_of_the_environment
    a_death_that_is_expected_needs_no_word_and_one_that_is_mapped_does
    what_is_no_status_is_refused
}

fn status(place: Place, options: &[&str], status: i32) -> i32 {
    Launch::new(place).options(options).run(&probe(&["exit", &status.to_string()])).status
}

fn an_expected_status_is_success_and_no_other_is(place: Place) {
    for options in [&["-e", "3"] as &[&str], &["--expect-status=3"], &["--expect-status", "3"]] {
        for (own, shown) in [(3, 0), (0, 0), (1, 1), (4, 4), (255, 255)] {
            assert_eq!(status(place, options, own), shown, "{options:?} {own}");
        }
    }
    for own in [0, 1, 255] {
        assert_eq!(status(place, &["-e", &own.to_string()], own), 0);
    }
}

fn a_status_is_mapped_to_another_once(place: Place) {
    let options = ["--map-status=3:4,4:5,5:3,0:9,255:1"];
    for (own, shown) in [(3, 4), (4, 5), (5, 3), (0, 9), (255, 1), (6, 6)] {
        assert_eq!(status(place, &options, own), shown, "{own}");
    }
}

fn death_by_a_signal_is_a_status_too(place: Place) {
    for (options, signal, shown) in [
        (&["-e", "143"] as &[&str], 15, 0),
        (&["-e", "143"], 1, 129),
        (&["--map-status", "143:0,129:2"], 1, 2),
        (&["--map-status", "192:7"], 64, 7),
    ] {
        let mut running = Launch::new(place).options(options).start(&shell("echo ready; exec sleep 300"));
        running.expect_line("ready");
        running.signal(signal);
        let ended = running.wait();
        assert_eq!((ended.status, ended.stderr.as_str()), (shown, ""), "{options:?} {signal}");
    }
}

fn a_program_that_was_killed_in_time_is_a_status_too(place: Place) {
    let mut running = Launch::new(place)
        .options(&["--stop-timeout=100ms", "-e", "137"])
        .start(&probe(&["leave", "then", "until", "64", "7"]));
    running.expect_line("ready");
    running.signal(libc::SIGTERM);
    assert_eq!(running.wait().status, 0);
}

fn several_lists_are_one(place: Place) {
    let options = ["-e", "3,4", "--expect-status=5", "--map-status=6:16,7:17", "--map-status", "8:18"];
    for (own, shown) in [(3, 0), (4, 0), (5, 0), (6, 16), (7, 17), (8, 18), (9, 9)] {
        assert_eq!(status(place, &options, own), shown, "{own}");
    }
}

fn rinits_own_failures_are_not_mapped(place: Place) {
    let options = ["-e", "124,125,126,127", "--map-status=124:1,125:1,126:1,127:1"];
    assert_eq!(Launch::new(place).options(&options).run(&["no-such-command"]).status, 127);
    assert_eq!(Launch::new(place).options(&options).run(&["/dev/null"]).status, 126);
    assert_eq!(Launch::new(place).options(&options).run(&[] as &[&str]).status, 125);
}

fn the_programs_127_is_its_own(place: Place) {
    for own in [125, 126, 127] {
        assert_eq!(status(place, &["-e", "125,126,127"], own), 0);
        assert_eq!(status(place, &["--map-status=125:1,126:1,127:1"], own), 1);
    }
}

fn the_command_line_replaces_the_list_of_the_environment(place: Place) {
    if !has_a_command_line() {
        return;
    }
    let with = |options: &[&str], own: &str| {
        let launch = Launch::new(place).variable("RINIT_EXPECT_STATUS", "3").variable("RINIT_MAP_STATUS", "5:6");
        launch.options(options).run(&probe(&["exit", own])).status
    };
    assert_eq!([with(&[], "3"), with(&[], "5")], [0, 6]);
    assert_eq!([with(&["-e", "4"], "3"), with(&["-e", "4"], "4"), with(&["-e", "4"], "5")], [3, 0, 6]);
    assert_eq!([with(&["--map-status=7:8"], "3"), with(&["--map-status=7:8"], "5")], [0, 5]);
}

fn a_death_that_is_expected_needs_no_word_and_one_that_is_mapped_does(place: Place) {
    let ended = Launch::new(place).options(&["-e", "139"]).run(&probe(&["die", "11"]));
    assert_eq!((ended.status, ended.stderr.as_str()), (0, ""));
    let ended = Launch::new(place).options(&["--map-status=139:3"]).run(&probe(&["die", "11"]));
    assert_eq!((ended.status, ended.stderr.lines().count()), (3, 1), "{}", ended.stderr);
    assert!(ended.stderr.contains(" was killed by SIGSEGV"), "{}", ended.stderr);
}

fn what_is_no_status_is_refused(place: Place) {
    for value in ["256", "-1", "three", "", "3:4", "0x3", "3;4"] {
        is_refused(
            Launch::new(place).options(&[&format!("--expect-status={value}")]),
            &format!("='{value}': it takes "),
        );
    }
    for value in ["3", "256:0", "0:256", "3:", ":3", "3:4:5", "", "TERM:0"] {
        is_refused(Launch::new(place).options(&[&format!("--map-status={value}")]), &format!("='{value}': it takes "));
    }
}
