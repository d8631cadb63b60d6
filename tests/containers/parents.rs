//! `--parent-death-signal` and `--die-with-parent`, where the parent may be outside of the PID namespace, and has no number.

use crate::image::image;
use crate::stopping::NO_HANDLER;

/// Goes on for a while, and ends as it wants to.
const A_WHILE: [&str; 3] = ["sh", "-c", "sleep 0.3; exit 7"];

const OPTIONS: [&str; 2] = ["--parent-death-signal=TERM", "--die-with-parent"];

#[test]
fn pid_1_whose_parent_has_no_number_does_not_take_it_for_dead() {
    let Some(image) = image() else { return };
    for option in OPTIONS {
        let ended = image.under_init(&[&[option], &A_WHILE[..]].concat()).run();
        assert_eq!((ended.status, ended.stderr.as_str()), (7, ""), "{option}");
    }
}

#[test]
fn nor_does_one_that_came_by_docker_exec() {
    let Some(image) = image() else { return };
    let container = image.under_init(&NO_HANDLER).start();
    container.wait_for("ready");
    // Its parent is outside, and is another one a moment later: what the engine starts it by ends, which may be before or
    // after it asks for the signal.
    for option in [OPTIONS, OPTIONS, OPTIONS, OPTIONS].concat() {
        let output = container.exec(&format!("exec /rinit {option} sh -c 'sleep 0.3; exit 7'"));
        assert_eq!(output.status.code(), Some(7), "{option}");
        assert!(
            output.stderr.starts_with("rinit: cannot follow rinit's parent, which is outside"),
            "{}",
            output.stderr
        );
    }
}

#[test]
fn nor_does_one_whose_parent_is_pid_1() {
    let Some(image) = image() else { return };
    for option in OPTIONS {
        let ended = image.under_init(&["/rinit", option, "sh", "-c", "sleep 0.3; exit 7"]).run();
        assert_eq!((ended.status, ended.stderr.as_str()), (7, ""), "{option}");
    }
}

#[test]
fn a_killed_shell_takes_an_init_below_it_and_its_program_along() {
    let Some(image) = image() else { return };
    // The shell waits for the init, and so does not become it.
    let container = image.under_init(&NO_HANDLER).start();
    container.wait_for("ready");
    container.exec_beside("echo $$ > /pid; /rinit --die-with-parent sh -c 'echo below: ready; exec sleep 500'; true");
    container.wait_for("below: ready");
    container.exec("kill -KILL $(cat /pid)").expect_success();
    container.wait_until("both are gone", || {
        let commands = container.exec("cat /proc/[0-9]*/cmdline 2> /dev/null; true").expect_success();
        !commands.contains("--die-with-parent") && !commands.contains("sleep\x00500")
    });
}

#[test]
fn a_program_below_a_killed_shell_gets_the_signal_that_was_asked_for() {
    let Some(image) = image() else { return };
    let container = image.under_init(&NO_HANDLER).start();
    container.wait_for("ready");
    container.exec_beside("echo $$ > /pid; /rinit -p INT signals; true");
    container.wait_for("ready: pid");
    container.exec("kill -KILL $(cat /pid)").expect_success();
    container.wait_for("got SIGINT");
}
