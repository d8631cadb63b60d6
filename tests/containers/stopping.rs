//! Signals from outside: `docker stop` and `docker kill`.

use std::time::Duration;

use crate::image::image;

/// A program that is ready when it says so, and handles no signal.
pub const NO_HANDLER: [&str; 3] = ["sh", "-c", "echo ready; exec sleep 600"];

/// The grace period of `docker stop` where a test has to wait for its end.
const SHORT_GRACE: [&str; 2] = ["--time", "2"];

#[test]
fn docker_stop_of_a_program_without_a_handler_takes_under_a_second_and_gives_143() {
    let Some(image) = image() else { return };
    let stop = || {
        let container = image.under_init(&NO_HANDLER).start();
        container.wait_for("ready");
        let duration = container.stop(&[]);
        assert_eq!(container.end().status, 143);
        duration
    };
    // A tenth of a second is usual, ten seconds is the default grace. A busy machine may be late once, not three times.
    let fastest = (0..3).map(|_| stop()).find(|duration| *duration < Duration::from_secs(1));
    assert!(fastest.is_some(), "docker stop took more than a second, three times");
}

#[test]
fn without_an_init_docker_stop_takes_the_whole_grace_period_and_gives_137() {
    let Some(image) = image() else { return };
    let container = image.alone(&NO_HANDLER).start();
    container.wait_for("ready");
    assert!(container.stop(&SHORT_GRACE) >= Duration::from_secs(2));
    assert_eq!(container.end().status, 137);
}

#[test]
fn a_program_that_goes_on_after_term_is_given_the_whole_grace_period() {
    let Some(image) = image() else { return };
    let container = image.under_init(&["stubborn"]).start();
    container.wait_for("ready");
    assert!(container.stop(&SHORT_GRACE) >= Duration::from_secs(2));
    let ended = container.end();
    assert_eq!(ended.status, 137);
    assert!(ended.stdout.contains("got SIGTERM, and go on"), "{ended:?}");
}

#[test]
fn docker_stop_sends_the_stop_signal_of_the_image_to_the_program() {
    let Some(image) = image() else { return };
    let container = image.under_init(&["signals"]).options(&["--stop-signal", "SIGINT"]).start();
    container.wait_for("ready");
    container.stop(&[]);
    let ended = container.end();
    assert!(ended.status == 2 && ended.stdout.ends_with("got SIGINT\n"), "{ended:?}");
}

#[test]
fn docker_stop_ends_a_program_that_was_stopped_in_the_container() {
    let Some(image) = image() else { return };
    let container = image.under_init(&NO_HANDLER).start();
    container.wait_for("ready");
    container.exec("kill -STOP $(pidof sleep)").expect_success();
    container.stop(&SHORT_GRACE);
    assert_eq!(container.end().status, 143);
}

#[test]
fn docker_kill_sends_any_signal_to_the_program() {
    let Some(image) = image() else { return };
    for (last, status) in [("INT", 2), ("USR1", 0), ("TERM", 15)] {
        let container = image.under_init(&["signals"]).start();
        container.wait_for("ready");
        for signal in ["HUP", "USR2", "WINCH"] {
            container.kill(signal);
            container.wait_for(&format!("got SIG{signal}"));
        }
        container.kill(last);
        let ended = container.end();
        assert_eq!(ended.status, status, "{ended:?}");
        assert!(ended.stdout.ends_with(&format!("got SIG{last}\n")), "{ended:?}");
    }
}

#[test]
fn docker_kill_sends_the_real_time_signals_by_the_numbers_that_docker_gives_them() {
    let Some(image) = image() else { return };
    // 34, 37 and 64: musl has its own idea of the first.
    for (signal, status) in [("RTMIN", 128 + 34), ("RTMIN+3", 128 + 37), ("RTMAX", 128 + 64)] {
        let container = image.under_init(&NO_HANDLER).start();
        container.wait_for("ready");
        container.kill(signal);
        assert_eq!(container.end().status, status, "{signal}");
    }
}

#[test]
fn docker_kill_without_a_signal_gives_137() {
    let Some(image) = image() else { return };
    let container = image.under_init(&NO_HANDLER).start();
    container.wait_for("ready");
    container.kill("KILL");
    assert_eq!(container.end().status, 137);
}

#[test]
fn kill_1_in_the_container_as_a_health_check_does_it_reaches_the_program() {
    let Some(image) = image() else { return };
    let container = image.under_init(&["signals"]).start();
    container.wait_for("ready");
    // However that ends: often enough, the end of the container that it asks for comes first.
    container.exec("kill 1");
    let ended = container.end();
    assert!(ended.status == 15 && ended.stdout.ends_with("got SIGTERM\n"), "{ended:?}");
}

#[test]
fn with_a_terminal_the_program_is_in_its_foreground_and_docker_stop_works() {
    let Some(image) = image() else { return };
    // Its process group, and the one in the foreground.
    let script = "echo group $(cut -d' ' -f5,8 /proc/self/stat); echo ready; exec sleep 600";
    let container = image.under_init(&["sh", "-c", script]).options(&["--tty"]).start();
    container.wait_for("ready");
    let log = container.log();
    let groups: Vec<&str> = log.lines().next().unwrap().split_whitespace().collect();
    assert!(matches!(groups[..], ["group", own, foreground] if own == foreground), "{log}");
    container.stop(&[]);
    assert_eq!(container.end().status, 143);
}
