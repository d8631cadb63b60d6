//! What `docker run` ends with.

use crate::image::image;
use crate::limits::starve;
use crate::stopping::NO_HANDLER;

#[test]
fn an_exit_code_comes_back_through_docker_run() {
    let Some(image) = image() else { return };
    for status in [0, 42, 255] {
        let ended = image.under_init(&["sh", "-c", &format!("exit {status}")]).run();
        assert_eq!((ended.status, ended.stdout.as_str(), ended.stderr.as_str()), (status, "", ""));
    }
}

#[test]
fn a_program_that_crashes_gives_128_and_its_signal() {
    let Some(image) = image() else { return };
    for (signal, status) in [("SEGV", 139), ("ABRT", 134), ("KILL", 137)] {
        let ended = image.under_init(&["sh", "-c", &format!("kill -{signal} $$")]).run();
        assert_eq!(ended.status, status, "{ended:?}");
    }
}

#[test]
fn status_127_is_a_missing_command_and_126_one_that_cannot_be_executed_as_docker_means_them() {
    let Some(image) = image() else { return };
    for (command, status) in [("no-such-command", 127), ("/bin/not-executable", 126), ("/etc", 126)] {
        let [by_docker, by_init] = [image.alone(&[command]), image.under_init(&[command])].map(|launch| launch.run());
        assert_eq!(by_docker.status, status, "{by_docker:?}");
        assert_eq!(by_init.status, status, "{by_init:?}");
        assert!(by_init.stderr.contains(command), "{by_init:?}");
    }
}

#[test]
fn status_125_is_a_wrong_option_as_docker_means_it() {
    let Some(image) = image() else { return };
    let by_docker = image.alone(&["true"]).options(&["--no-such-option"]).run();
    let by_init = image.alone(&["/rinit", "--no-such-option", "true"]).run();
    assert_eq!((by_docker.status, by_init.status), (125, 125), "{by_docker:?} {by_init:?}");
}

#[test]
fn docker_stop_of_a_program_without_a_handler_can_be_a_success() {
    let Some(image) = image() else { return };
    let container = image.under_init(&[&["--expect-status=143"], &NO_HANDLER[..]].concat()).start();
    container.wait_for("ready");
    container.stop(&[]);
    let ended = container.end();
    assert_eq!((ended.status, ended.stderr.as_str()), (0, ""));
}

#[test]
fn a_status_comes_back_through_docker_run_as_it_is_mapped() {
    let Some(image) = image() else { return };
    // Nothing is mapped twice, or back; the lists of the command line replace those of the environment.
    for (own, mapped) in [(3, 0), (4, 75), (75, 75), (5, 5), (1, 1)] {
        let script = format!("exit {own}");
        let launch = image.under_init(&["--map-status=4:75", "--expect-status=3", "sh", "-c", &script]);
        let ended = launch.options(&["--env", "RINIT_EXPECT_STATUS=5", "--env", "RINIT_MAP_STATUS=1:2"]).run();
        assert_eq!((ended.status, ended.stderr.as_str()), (mapped, ""), "{own}");
    }
}

#[test]
fn the_statuses_of_the_init_itself_are_not_mapped() {
    let Some(image) = image() else { return };
    let options = ["--expect-status", "125,126,127"];
    for (command, status) in [("no-such-command", 127), ("/bin/not-executable", 126)] {
        assert_eq!(image.under_init(&[&options[..], &[command]].concat()).run().status, status);
    }
    // The same number is the program's own here.
    assert_eq!(image.under_init(&[&options[..], &["sh", "-c", "exit 127"]].concat()).run().status, 0);
}

#[test]
fn an_oom_kill_that_is_mapped_to_success_is_hidden_from_docker_and_still_named_in_the_log() {
    let Some(image) = image() else { return };
    for option in ["--map-status=137:0", "--expect-status=137"] {
        let ended = starve(image, &[option]);
        assert_eq!(ended.status, 0, "{ended:?}");
        assert!(matches!(ended.of_init()[..], [line] if line.contains("OOM killer has acted")), "{option}: {ended:?}");
    }
}

#[test]
fn what_docker_exec_writes_to_the_output_of_pid_1_is_in_the_log() {
    let Some(image) = image() else { return };
    let container = image.under_init(&["signals"]).start();
    container.wait_for("ready");
    container.exec("echo a line for stdout > /proc/1/fd/1; echo a line for stderr > /proc/1/fd/2").expect_success();
    container.stop(&[]);
    let ended = container.end();
    assert!(ended.stdout.contains("a line for stdout\n"), "{ended:?}");
    assert_eq!(ended.stderr, "a line for stderr\n");
}
