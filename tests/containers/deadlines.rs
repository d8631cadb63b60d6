//! `--stop-timeout`: programs that do not end when they are asked to, and containers that are frozen meanwhile.

use std::thread;
use std::time::{Duration, Instant};

use crate::container::Container;
use crate::family::{WORKER, cleaned_up};
use crate::image::{Image, image};

/// Time enough for the test to freeze the container.
const TIMEOUT: Duration = Duration::from_secs(3);
const STOP_TIMEOUT: &str = "--stop-timeout=3s";

/// For what is measured from outside: two clocks, and the moment that a call of docker takes.
const MORE: Duration = Duration::from_millis(500);

/// A program that notices after TERM when it has been frozen, by the seconds that are gone, says so, and does the rest then.
fn after_the_frost(rest: &str) -> String {
    format!(
        "on_term() {{
            echo got TERM
            read before rest < /proc/uptime
            while sleep 0.05; do
                read now rest < /proc/uptime
                [ $((${{now%.*}} - ${{before%.*}})) -lt 2 ] || break
                before=$now
            done
            echo was frozen
            {rest}
        }}
        trap on_term TERM
        echo ready
        while :; do sleep 0.05; done"
    )
}

/// Sends TERM, lets the deadline pass while the container is frozen, and says when that was over.
#[track_caller]
fn freeze_beyond_the_deadline(image: &Image, options: &[&str], script: &str) -> (Container, Instant) {
    let container = image.under_init(&[options, &["sh", "-c", script]].concat()).start();
    container.wait_for("ready");
    container.kill("TERM");
    container.wait_for("got TERM");
    container.pause();
    thread::sleep(TIMEOUT + MORE);
    let thaw = Instant::now();
    container.unpause();
    (container, thaw)
}

#[test]
fn a_program_that_goes_on_after_term_is_killed_long_before_docker_would() {
    let Some(image) = image() else { return };
    let container = image.under_init(&["--stop-timeout=500ms", "stubborn"]).start();
    container.wait_for("ready");
    assert!(container.stop(&["-t", "25"]) >= Duration::from_millis(500));
    let ended = container.end();
    assert_eq!(ended.status, 137, "{ended:?}");
    assert!(ended.stdout.contains("got SIGTERM, and go on"), "{ended:?}");
    // docker would have killed it without a word.
    let [line] = ended.of_init()[..] else { panic!("{ended:?}") };
    assert!(line.starts_with("rinit: stubborn (pid "), "{line}");
    assert!(line.contains(" did not end within 500ms of SIGTERM") && line.contains("; killed; "), "{line}");
}

#[test]
fn a_program_that_ends_in_time_gives_its_own_status_and_nothing_is_said() {
    let Some(image) = image() else { return };
    let container = image.under_init(&["--stop-timeout=20s", "signals"]).start();
    container.wait_for("ready");
    container.stop(&["-t", "25"]);
    let ended = container.end();
    assert_eq!((ended.status, ended.stderr.as_str()), (15, ""));
}

#[test]
fn without_a_request_to_stop_there_is_no_deadline() {
    let Some(image) = image() else { return };
    let container = image.under_init(&["--stop-timeout=100ms", "signals"]).start();
    container.wait_for("ready");
    container.kill("HUP");
    container.wait_for("got SIGHUP");
    thread::sleep(MORE);
    container.kill("USR1");
    assert_eq!(container.end().status, 0);
}

#[test]
fn a_program_that_was_frozen_beyond_the_deadline_still_has_its_chance() {
    let Some(image) = image() else { return };
    let (container, _) = freeze_beyond_the_deadline(image, &[STOP_TIMEOUT], &after_the_frost("sleep 0.3; exit 7"));
    let ended = container.end();
    assert_eq!((ended.status, ended.of_init().len()), (7, 0), "{ended:?}");
    assert_eq!(ended.stdout, "ready\ngot TERM\nwas frozen\n");
}

#[test]
fn a_program_that_makes_nothing_of_its_second_chance_is_killed_when_that_is_over() {
    let Some(image) = image() else { return };
    let (container, thaw) = freeze_beyond_the_deadline(image, &[STOP_TIMEOUT], &after_the_frost("echo go on"));
    let ended = container.end();
    assert!(thaw.elapsed() >= TIMEOUT, "it had {:?}", thaw.elapsed());
    assert_eq!((ended.status, ended.stdout.as_str()), (137, "ready\ngot TERM\nwas frozen\ngo on\n"));
    let lines = ended.of_init();
    assert!(matches!(lines[..], [line] if line.contains("did not end within 3s of SIGTERM")), "{lines:?}");
}

#[test]
fn what_is_left_and_was_frozen_beyond_the_deadline_of_the_drain_still_has_its_chance() {
    let Some(image) = image() else { return };
    // TERM ends the main program, which has a child like that, and the drain begins.
    let script = "sh -c \"$0\" & echo main: ready; until [ -e /end ]; do sleep 0.02; done; exit 7";
    let left = after_the_frost("sleep 0.3; echo left: cleaned up; exit");
    let container = image.under_init(&["--drain=3s", "sh", "-c", script, &left]).start();
    container.wait_for("ready");
    container.wait_for("main: ready");
    container.kill("TERM");
    container.wait_for("got TERM");
    container.pause();
    thread::sleep(TIMEOUT + MORE);
    container.unpause();
    let ended = container.end();
    assert_eq!((ended.status, ended.of_init().len()), (143, 0), "{ended:?}");
    assert_eq!(cleaned_up(&ended.stdout), ["left"]);
}

#[test]
fn what_a_killed_program_leaves_behind_is_drained() {
    let Some(image) = image() else { return };
    // The daemon has a group of its own, and is none of those who are killed with the program.
    let script = "setsid sh -c \"$0\" daemon 0 & exec stubborn";
    let container = image.under_init(&["--stop-timeout=500ms", "--drain=5s", "sh", "-c", script, WORKER]).start();
    container.wait_for("ready");
    container.wait_for("daemon: ready");
    container.stop(&["-t", "20"]);
    let ended = container.end();
    assert_eq!((ended.status, ended.of_init().len()), (137, 1), "{ended:?}");
    assert_eq!(cleaned_up(&ended.stdout), ["daemon"]);
}

#[test]
fn what_is_in_the_group_of_a_killed_program_is_killed_with_it() {
    let Some(image) = image() else { return };
    // The child has its time after the TERM only if it is not killed: --drain would give it that.
    let script = "sh -c \"$0\" child 0 & exec stubborn";
    let container = image.under_init(&["--stop-timeout=500ms", "--drain=5s", "sh", "-c", script, WORKER]).start();
    container.wait_for("ready");
    container.wait_for("child: ready");
    container.stop(&["-t", "20"]);
    let ended = container.end();
    assert_eq!((ended.status, ended.of_init().len()), (137, 1), "{ended:?}");
    assert!(cleaned_up(&ended.stdout).is_empty(), "{ended:?}");
}
