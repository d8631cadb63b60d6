//! `--drain`: what the program leaves behind is asked to end, too, before the container does.

use std::time::{Duration, Instant};

use crate::container::{Container, Ended, Launch};
use crate::family::{all_of_it_has_cleaned_up, cleaned_up, family, start};
use crate::image::{Image, image};

/// More than clean-up takes, less than the grace period of `docker stop`.
pub const DRAIN: &str = "--drain=5s";

/// So much that a test would fail if a container waited until it is over.
const LONG_DRAIN: &str = "--drain=600s";

/// Ends with 7 once there is a file of that name.
const UNTIL_TOLD: &str = "echo main: ready; until [ -e /end ]; do sleep 0.02; done; exit 7";

/// Stops a family that runs under these options, and returns how the container ended.
#[track_caller]
fn stop_family(launch: Launch) -> Ended {
    let container = start(launch);
    container.stop(&["-t", "10"]);
    container.end()
}

/// The main program ends with 7 at once, and leaves so many processes behind that ignore TERM.
#[track_caller]
fn leave_deaf(image: &Image, count: usize) -> Ended {
    let script = format!("trap '' TERM; for i in $(seq {count}); do sleep 600 & done; exit 7");
    let container = image.under_init(&["--drain=500ms", "sh", "-c", &script]).start();
    container.end()
}

/// A program that ends when it gets INT, and a relative that tells of all signals, `count` of them.
#[track_caller]
fn program_and_witness(image: &Image, drain: &str, count: &str) -> Container {
    let container = image.under_init(&[drain, "sh", "-c", "probe catch $0 & exec signals", count]).start();
    container.wait_until("both are ready", || {
        let log = container.log();
        log.lines().any(|line| line == "ready") && log.lines().any(|line| line.starts_with("ready: pid"))
    });
    container
}

#[test]
fn docker_stop_lets_every_process_of_the_container_clean_up() {
    let Some(image) = image() else { return };
    let ended = stop_family(image.under_init(&family(&[DRAIN])));
    assert_eq!((ended.status, ended.of_init().len()), (7, 0), "{ended:?}");
    all_of_it_has_cleaned_up(&ended.stdout);
}

#[test]
fn without_a_drain_the_kernel_kills_all_but_the_main_program() {
    let Some(image) = image() else { return };
    let ended = stop_family(image.under_init(&family(&[])));
    assert_eq!((ended.status, ended.of_init().len()), (7, 0), "{ended:?}");
    assert_eq!(cleaned_up(&ended.stdout), ["main"]);
}

#[test]
fn it_can_be_had_by_docker_run_e() {
    let Some(image) = image() else { return };
    let ended = stop_family(image.under_init(&family(&[])).options(&["--env", "RINIT_DRAIN=5s"]));
    assert_eq!(ended.status, 7, "{ended:?}");
    all_of_it_has_cleaned_up(&ended.stdout);
}

#[test]
fn nonsense_by_docker_run_e_is_one_line_and_125() {
    let Some(image) = image() else { return };
    let ended = image.under_init(&["echo", "run"]).options(&["--env", "RINIT_DRAIN=1.5"]).run();
    assert_eq!((ended.status, ended.stdout.as_str()), (125, ""));
    assert!(ended.stderr.starts_with("rinit: cannot use RINIT_DRAIN='1.5': it takes "), "{ended:?}");
    assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
}

#[test]
fn a_process_that_came_by_docker_exec_is_asked_to_end_and_nobody_waits_longer_than_for_it() {
    let Some(image) = image() else { return };
    let container = image.under_init(&[LONG_DRAIN, "sh", "-c", UNTIL_TOLD]).start();
    container.wait_for("main: ready");
    // The main program goes on until this one listens. Its parent is outside, so that PID 1 will not be told of its end.
    container
        .exec_beside("trap 'sleep 0.3; echo exec: cleaned up; exit' TERM; touch /end; while :; do sleep 0.05; done");
    let ended = container.end();
    assert_eq!((ended.status, ended.of_init().len()), (7, 0), "{ended:?}");
    assert_eq!(cleaned_up(&ended.stdout), ["exec"]);
}

#[test]
fn what_a_process_that_came_by_docker_exec_leaves_behind_is_asked_to_end_as_well() {
    let Some(image) = image() else { return };
    let container = image.under_init(&[LONG_DRAIN, "sh", "-c", UNTIL_TOLD]).start();
    container.wait_for("main: ready");
    // It dies of the TERM, and its child, which has got that too, is an orphan during the drain.
    container.exec_beside(
        "sh -c 'trap \"sleep 0.3; echo child: cleaned up; exit\" TERM; touch /end; while :; do sleep 0.05; done' & wait",
    );
    let ended = container.end();
    assert_eq!((ended.status, ended.of_init().len()), (7, 0), "{ended:?}");
    assert_eq!(cleaned_up(&ended.stdout), ["child"]);
}

#[test]
fn a_process_that_is_new_and_an_orphan_during_the_drain_is_asked_to_end_as_well() {
    let Some(image) = image() else { return };
    let container = image.under_init(&[LONG_DRAIN, "sh", "-c", UNTIL_TOLD]).start();
    container.wait_for("main: ready");
    // Its answer to TERM is a process that would go on for ten minutes.
    container.exec_beside("(trap 'sleep 600 & exit' TERM; touch /end; while :; do sleep 0.05; done) & wait");
    let ended = container.end();
    assert_eq!((ended.status, ended.of_init().len()), (7, 0), "{ended:?}");
}

#[test]
fn a_process_that_came_by_docker_exec_and_ignores_term_is_killed_at_the_deadline() {
    let Some(image) = image() else { return };
    let container = image.under_init(&["--drain=500ms", "sh", "-c", UNTIL_TOLD]).start();
    container.wait_for("main: ready");
    container.exec_beside("trap '' TERM; touch /end; exec sleep 600");
    let ended = container.end();
    assert_eq!(ended.status, 7, "{ended:?}");
    assert!(matches!(ended.of_init()[..], [line] if line.contains("sleep (pid ")), "{ended:?}");
}

#[test]
fn what_ignores_term_is_killed_at_the_deadline_and_named_in_docker_logs() {
    let Some(image) = image() else { return };
    let ended = leave_deaf(image, 2);
    assert_eq!(ended.status, 7, "{ended:?}");
    let [line] = ended.of_init()[..] else { panic!("{ended:?}") };
    assert_eq!(line.matches("sleep (pid ").count(), 2, "{line}");
    assert!(line.contains("500ms"), "{line}");
}

#[test]
fn ten_of_many_are_named_and_the_others_counted() {
    let Some(image) = image() else { return };
    let ended = leave_deaf(image, 23);
    assert_eq!(ended.status, 7, "{ended:?}");
    let [line] = ended.of_init()[..] else { panic!("{ended:?}") };
    assert_eq!(line.matches("sleep (pid ").count(), 10, "{line}");
    assert!(line.contains(" 13 more"), "{line}");
}

#[test]
fn the_program_may_end_by_itself_and_what_it_leaves_has_all_the_time_that_was_given() {
    let Some(image) = image() else { return };
    let before = Instant::now();
    leave_deaf(image, 1);
    assert!(before.elapsed() >= Duration::from_millis(500));
}

#[test]
fn what_is_left_gets_term_and_cont_once_and_then_what_comes_from_outside() {
    let Some(image) = image() else { return };
    let container = program_and_witness(image, LONG_DRAIN, "4");
    container.kill("INT");
    container.wait_for("18");
    // Each of them is a request to stop, by `docker kill` and by `docker stop`.
    container.kill("INT");
    container.wait_for("2");
    container.stop(&["-t", "20"]);
    let ended = container.end();
    assert_eq!((ended.status, ended.of_init().len()), (2, 0), "{ended:?}");
    assert!(ended.stdout.ends_with("got SIGINT\n15\n18\n2\n15\n"), "{ended:?}");
}

#[test]
fn a_second_request_does_not_give_more_time() {
    let Some(image) = image() else { return };
    // More signals than it will get.
    let container = program_and_witness(image, "--drain=2s", "100");
    container.kill("INT");
    container.wait_for("18");
    container.kill("INT");
    let ended = container.end();
    assert_eq!(ended.status, 2, "{ended:?}");
    assert!(matches!(ended.of_init()[..], [line] if line.contains("probe (pid ")), "{ended:?}");
}

#[test]
fn docker_stop_kills_a_container_whose_drain_is_longer_than_the_grace_period() {
    let Some(image) = image() else { return };
    let container = program_and_witness(image, LONG_DRAIN, "100");
    // TERM ends the program, with 15, which nobody will ever know.
    container.stop(&["-t", "2"]);
    let ended = container.end();
    assert_eq!((ended.status, ended.of_init().len()), (137, 0), "{ended:?}");
    assert!(ended.stdout.contains("got SIGTERM\n15\n18\n"), "{ended:?}");
}

#[test]
fn a_process_that_was_stopped_in_the_container_is_resumed_to_clean_up() {
    let Some(image) = image() else { return };
    let container = start(image.under_init(&family(&[DRAIN])));
    let log = container.log();
    let pid = log.lines().find_map(|line| line.strip_prefix("daemon: ready: pid ")).unwrap();
    container.exec(&format!("kill -STOP {pid}")).expect_success();
    container.stop(&["-t", "10"]);
    let ended = container.end();
    assert_eq!(ended.status, 7, "{ended:?}");
    all_of_it_has_cleaned_up(&ended.stdout);
}

#[test]
fn with_the_pid_namespace_of_another_container_only_the_own_processes_are_asked_to_end() {
    let Some(image) = image() else { return };
    let neighbour = image.under_init(&["signals"]).start();
    neighbour.wait_for("ready");
    let shared = format!("container:{}", neighbour.name());
    let ended = stop_family(image.under_init(&family(&[DRAIN])).options(&["--pid", &shared]));
    assert_eq!((ended.status, ended.of_init().len()), (7, 0), "{ended:?}");
    all_of_it_has_cleaned_up(&ended.stdout);
    neighbour.kill("USR1");
    let ended = neighbour.end();
    assert!(ended.stdout.starts_with("ready") && ended.stdout.ends_with("\ngot SIGUSR1\n"), "{ended:?}");
    assert_eq!((ended.status, ended.stdout.lines().count()), (0, 2), "{ended:?}");
}
