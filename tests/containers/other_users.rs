//! Programs that run as somebody else than the init, which may not signal them then.

use crate::container::{Container, Ended};
use crate::image::{Image, image};

/// Ready when it says so; ends with a status of its own when it is told to, and on no signal that it cannot be sent.
const UNTIL_TOLD: &str = "echo ready as $(id -u); until [ -e /end ]; do sleep 0.02; done; exit 7";

/// Sends TERM twice, then lets the program end.
#[track_caller]
fn says_once_that_it_cannot_send_signals(image: &Image, command: &[&str], options: &[&str], ready: &str) {
    let container = image.under_init(command).options(options).start();
    container.wait_for(ready);
    container.kill("TERM");
    container.wait_for("rinit: cannot send SIGTERM");
    container.kill("TERM");
    container.wait_until("the second TERM has been taken", || !signal_is_pending(&container));
    container.exec("touch /end").expect_success();
    let ended = container.end();
    assert_eq!((ended.status, ended.stdout), (7, format!("{ready}\n")), "{}", ended.stderr);
    assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
}

/// Whether a signal waits for PID 1 to take it.
fn signal_is_pending(container: &Container) -> bool {
    let status = container.exec("grep -E '^(Sig|Shd)Pnd:' /proc/1/status").expect_success();
    status.lines().any(|line| !line.ends_with("\t0000000000000000"))
}

#[test]
fn a_program_that_became_root_under_an_unprivileged_init_gets_no_signals_and_the_init_goes_on() {
    let Some(image) = image() else { return };
    says_once_that_it_cannot_send_signals(image, &["su", "-c", UNTIL_TOLD], &["--user", "1000:1000"], "ready as 0");
}

#[test]
fn a_program_that_dropped_root_under_an_init_without_cap_kill_gets_no_signals_and_the_init_goes_on() {
    let Some(image) = image() else { return };
    let command = ["su", "-s", "/bin/sh", "worker", "-c", UNTIL_TOLD];
    // What a program needs to change its user and nothing else, as hardened setups grant it.
    let options = ["--cap-drop", "ALL", "--cap-add", "SETUID", "--cap-add", "SETGID"];
    says_once_that_it_cannot_send_signals(image, &command, &options, "ready as 1000");
}

#[test]
fn a_program_that_dropped_root_with_the_usual_capabilities_is_stopped_by_docker_stop() {
    let Some(image) = image() else { return };
    let container = image.under_init(&["su", "-s", "/bin/sh", "worker", "-c", UNTIL_TOLD]).start();
    container.wait_for("ready as 1000");
    container.stop(&[]);
    let ended = container.end();
    assert_eq!((ended.status, ended.stderr.as_str()), (143, ""));
}

#[test]
fn what_a_program_leaves_behind_that_an_unprivileged_init_may_not_signal_ends_with_the_container() {
    let Some(image) = image() else { return };
    // By its path: busybox's shell would not execute it, and then it is not root's.
    let script = "/bin/su -c 'echo root: ready; exec sleep 600' & exec signals";
    let launch = image.under_init(&["--drain=500ms", "sh", "-c", script]).options(&["--user", "1000:1000"]);
    let container = launch.start();
    container.wait_for("root: ready");
    container.wait_for("ready: pid");
    container.kill("INT");
    let ended = container.end();
    assert_eq!(ended.status, 2, "{ended:?}");
    // The log names what had to be left to the kernel.
    assert!(ended.of_init().iter().any(|line| line.contains("sleep (pid ")), "{ended:?}");
}

/// What is needed to change the user, but not to signal others.
const NO_CAP_KILL: [&str; 2] = ["--cap-drop", "KILL"];

/// The only line of the init about a deadline. It is about somebody who lives, and does not say anything else.
#[track_caller]
fn of_the_deadline(ended: &Ended) -> &str {
    let lines: Vec<&str> = ended.of_init().into_iter().filter(|line| line.contains(" did not end within ")).collect();
    let [line] = lines[..] else { panic!("{ended:?}") };
    let done = ["rinit: killed", "; killed"].iter().any(|killed| line.contains(killed));
    assert!(line.contains("CAP_KILL") && !done, "{line}");
    line
}

#[test]
fn what_a_program_leaves_behind_of_another_user_is_not_said_to_be_killed_without_cap_kill() {
    let Some(image) = image() else { return };
    let script = "su -s /bin/sh worker -c 'echo worker: ready; exec sleep 600' & exec signals";
    let container = image.under_init(&["--drain=500ms", "sh", "-c", script]).options(&NO_CAP_KILL).start();
    container.wait_for("worker: ready");
    container.wait_for("ready: pid");
    container.kill("INT");
    let ended = container.end();
    assert_eq!(ended.status, 2, "{ended:?}");
    let line = of_the_deadline(&ended);
    assert!(line.contains("sleep (pid ") && line.contains("1 of them got no signal at all"), "{line}");
}

#[test]
fn of_what_is_left_those_of_another_user_are_counted_without_cap_kill() {
    let Some(image) = image() else { return };
    let script = "su -s /bin/sh worker -c 'echo worker: ready; exec sleep 600' &
        sh -c \"trap '' TERM; echo root: ready; sleep 600; sleep 600\" & exec signals";
    let container = image.under_init(&["--drain=500ms", "sh", "-c", script]).options(&NO_CAP_KILL).start();
    container.wait_for("worker: ready");
    container.wait_for("root: ready");
    container.wait_for("ready: pid");
    container.kill("INT");
    let ended = container.end();
    assert_eq!(ended.status, 2, "{ended:?}");
    let line = of_the_deadline(&ended);
    assert!(line.contains("sh (pid ") && line.contains("sleep (pid "), "{line}");
    assert!(line.contains("; 1 of them got no signal at all"), "{line}");
}

/// Asks a program of another user to stop until it should be killed, and then lets it end by itself.
#[track_caller]
fn outlives_the_timeout(image: &Image, command: &[&str]) {
    let launch = image.under_init(&[&["--stop-timeout=300ms"], command].concat()).options(&NO_CAP_KILL);
    let container = launch.start();
    container.wait_for("ready as 1000");
    container.kill("TERM");
    container.wait_until("the timeout is over", || container.log().contains(" did not end within 300ms "));
    container.exec("touch /end").expect_success();
    let ended = container.end();
    assert_eq!(ended.status, 7, "{ended:?}");
    assert!(of_the_deadline(&ended).contains("cannot be killed"), "{ended:?}");
}

#[test]
fn a_program_of_another_user_is_not_said_to_be_killed_at_its_timeout_without_cap_kill() {
    let Some(image) = image() else { return };
    outlives_the_timeout(image, &["su", "-s", "/bin/sh", "worker", "-c", UNTIL_TOLD]);
}

#[test]
fn nor_is_one_that_has_a_relative_that_can_be_killed() {
    let Some(image) = image() else { return };
    // In the program's group, and of rinit's user.
    let script = format!("sleep 600 & exec /bin/su -s /bin/sh worker -c '{UNTIL_TOLD}'");
    outlives_the_timeout(image, &["sh", "-c", &script]);
}
