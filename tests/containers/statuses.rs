//! What `docker run` ends with.

use crate::image::image;

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
