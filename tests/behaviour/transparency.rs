//! The program cannot tell that it was started by rinit: it finds everything as rinit found it.

use std::os::unix::ffi::OsStrExt;

use crate::harness::{Folder, Launch, Place, probe, program};

/// What the probe says of itself after this set-up, with the init and without.
fn states(place: Place, settings: &[&str]) -> [String; 2] {
    [false, true].map(|with_init| {
        let folder = Folder::new("state");
        let setup: Vec<String> = [program("probe"), "setup".to_owned()]
            .into_iter()
            .chain(settings.iter().map(|s| (*s).to_owned()))
            .chain(["--".to_owned()])
            .collect();
        let launch = Launch::new(place)
            .by_way_of(&setup)
            .variable("PLAIN", "1")
            .variable("EMPTY", "")
            .variable("ODD", std::ffi::OsStr::from_bytes(b"\xff\xfe\n"));
        let launch = if with_init { launch } else { launch.without_init() };
        let ended = launch.run(&probe(&["state", &folder.path("state")]));
        assert_eq!(ended.status, 0, "{}", ended.stderr);
        // The pipes are new ones each time, and so is the folder.
        let state = std::fs::read_to_string(folder.path("state")).unwrap().replace(&folder.path(""), "(folder)");
        state.lines().map(|line| line.split("pipe:[").next().unwrap().to_owned() + "\n").collect()
    })
}

fn same_state(place: Place, settings: &[&str], telltale: &str) {
    let [without, with] = states(place, settings);
    assert!(without.contains(telltale), "the set-up {settings:?} does not show in {without}");
    assert_same(&with, &without, settings);
}

fn assert_same(with: &str, without: &str, settings: &[&str]) {
    let only_in = |one: &str, other: &str| {
        one.lines().filter(|line| !other.lines().any(|it| it == *line)).collect::<Vec<_>>().join("\n")
    };
    let (new, lost) = (only_in(with, without), only_in(without, with));
    assert!(with == without, "{settings:?}: with the init, there is\n{new}\ninstead of\n{lost}\n");
}

fn the_program_finds_everything_as_it_would_without_an_init(place: Place) {
    same_state(place, &[], "SigBlk:\t0000000000000000");
}

fn blocked_signals_stay_blocked(place: Place) {
    same_state(place, &["block=10"], "SigBlk:\t0000000000000200");
    same_state(place, &["block=1,15,17,40,64"], "SigBlk:\t8000008000014001");
}

fn blocked_signals_that_a_libc_keeps_for_itself_stay_blocked(place: Place) {
    same_state(place, &["block=32,33,34"], "SigBlk:\t0000000380000000");
}

fn ignored_signals_stay_ignored(place: Place) {
    same_state(place, &["ignore=1,13,22"], "SigIgn:\t0000000000201001");
}

fn sigchld_stays_ignored(place: Place) {
    same_state(place, &["ignore=17"], "SigIgn:\t0000000000010000");
}

fn closed_descriptors_stay_closed(place: Place) {
    for closed in ["0", "1", "2", "0,1", "0,2", "1,2", "0,1,2"] {
        let [without, with] = states(place, &[&format!("close={closed}")]);
        assert_same(&with, &without, &[closed]);
        for fd in closed.split(',') {
            assert!(!with.contains(&format!("fd {fd},")), "{with}");
        }
    }
}

fn further_descriptors_are_passed_on(place: Place) {
    same_state(place, &["open=3", "open=77"], "fd 77, flags 0");
}

fn directory_umask_limits_and_privileges_stay(place: Place) {
    same_state(place, &["chdir=/usr"], "working directory Ok(\"/usr\")");
    same_state(place, &["umask=63"], "Umask:\t0077");
    same_state(place, &["nofile=150"], "150                  151                  files");
    same_state(place, &["no_new_privs=1"], "NoNewPrivs:\t1");
}

fn variables_for_rinit_do_not_reach_the_program(place: Place) {
    let ended = Launch::new(place)
        .variable("RINIT_FORWARD_TO", "group")
        .variable("RINIT_ANYTHING", "x")
        .variable("KEPT", "1")
        .run(&["env"]);
    assert_eq!(ended.status, 0);
    assert!(ended.stdout.contains("KEPT=1") && !ended.stdout.contains("RINIT_"), "{}", ended.stdout);
}

fn sockets_handed_to_rinit_are_handed_to_the_program(place: Place) {
    // The probe shows its own pid as "(my pid)": LISTEN_PID names whoever asks, with the init and without.
    same_state(place, &["open=3", "listen=1"], "environment \"LISTEN_PID\"=\"(my pid)\"");
}

fn sockets_for_somebody_else_stay_somebody_elses(place: Place) {
    let ended = Launch::new(place).variable("LISTEN_PID", "4194304").run(&["env"]);
    assert!(ended.stdout.contains("LISTEN_PID=4194304\n"), "{}", ended.stdout);
}

fn the_program_is_the_leader_of_a_process_group_of_its_own(place: Place) {
    let ended = Launch::new(place).run(&[
        "sh",
        "-c",
        "read -r pid name state parent group rest < /proc/$$/stat; echo $((pid == group))",
    ]);
    assert_eq!(ended.stdout, "1\n");
}

in_both_places! {
    the_program_finds_everything_as_it_would_without_an_init
    blocked_signals_stay_blocked
    blocked_signals_that_a_libc_keeps_for_itself_stay_blocked
    ignored_signals_stay_ignored
    sigchld_stays_ignored
    closed_descriptors_stay_closed
    further_descriptors_are_passed_on
    directory_umask_limits_and_privileges_stay
    variables_for_rinit_do_not_reach_the_program
    sockets_handed_to_rinit_are_handed_to_the_program
    sockets_for_somebody_else_stay_somebody_elses
    the_program_is_the_leader_of_a_process_group_of_its_own
}
