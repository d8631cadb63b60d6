//! What becomes of a request to stop: `--rewrite`, `--stop-signal`, `--stop-delay`, `--forward-to=all`.

use std::fs;
use std::time::Duration;

use crate::draining::DRAIN;
use crate::family::{all_of_it_has_cleaned_up, cleaned_up, family, start};
use crate::image::{Folder, Image, image, words_under_init};

/// A web server's idea of QUIT and TERM: to finish what has been begun, or to drop it.
const WANTS_QUIT: [&str; 3] = [
    "sh",
    "-c",
    "trap 'echo finished; exit 3' QUIT; trap 'echo dropped; exit 4' TERM; echo ready; while :; do sleep 0.05; done",
];

/// An image in which the init with these options is the entrypoint, with more lines of a Dockerfile.
fn with_entrypoint(image: &Image, options: &[&str], more: &str) -> Image {
    let context = Folder::new();
    let entrypoint = words_under_init(&[options, &["--"]].concat());
    let dockerfile = format!("FROM {}\nENTRYPOINT {entrypoint:?}\n{more}\n", image.name());
    fs::write(context.path.join("Dockerfile"), dockerfile).unwrap();
    Image::build(&context.path)
}

#[test]
fn an_image_for_a_program_that_wants_quit_is_stopped_by_docker_stop() {
    let Some(image) = image() else { return };
    let image = with_entrypoint(image, &["--rewrite=TERM:QUIT"], "");
    let container = image.alone(&WANTS_QUIT).start();
    container.wait_for("ready");
    container.stop(&[]);
    let ended = container.end();
    assert_eq!((ended.status, ended.stdout.as_str(), ended.stderr.as_str()), (3, "ready\nfinished\n", ""));
}

#[test]
fn an_image_whose_stop_signal_is_a_real_time_one_is_stopped_by_docker_stop() {
    let Some(image) = image() else { return };
    let image = with_entrypoint(image, &["--rewrite", "RTMIN+3:TERM"], "STOPSIGNAL SIGRTMIN+3\nCMD [\"signals\"]");
    let container = image.alone(&[]).start();
    container.wait_for("ready");
    container.stop(&[]);
    let ended = container.end();
    assert!(ended.status == 15 && ended.stdout.ends_with("got SIGTERM\n"), "{ended:?}");
    assert_eq!(ended.stderr, "");
}

#[test]
fn a_real_time_signal_is_a_request_to_stop_if_it_is_said_to_be() {
    let Some(image) = image() else { return };
    let options = ["--stop-signal=RTMIN+3", "--rewrite=RTMIN+3:TERM", "--stop-timeout=500ms"];
    let container =
        image.under_init(&[&options[..], &["stubborn"]].concat()).options(&["--stop-signal", "SIGRTMIN+3"]).start();
    container.wait_for("ready");
    // TERM is none any more.
    container.kill("TERM");
    container.wait_for("got SIGTERM, and go on");
    assert_eq!(container.log().lines().filter(|line| line.starts_with("rinit: ")).count(), 0);
    container.stop(&["-t", "25"]);
    let ended = container.end();
    assert_eq!((ended.status, ended.stdout.matches("got SIGTERM, and go on").count()), (137, 2), "{ended:?}");
    assert!(matches!(ended.of_init()[..], [line] if line.contains("did not end within 500ms")), "{ended:?}");
}

#[test]
fn signals_that_are_dropped_by_docker_run_e_do_not_reach_the_program() {
    let Some(image) = image() else { return };
    let container = image.under_init(&["signals"]).options(&["--env", "RINIT_REWRITE=HUP:drop,USR2:0"]).start();
    container.wait_for("ready");
    for signal in ["HUP", "USR2", "USR1"] {
        container.kill(signal);
    }
    let ended = container.end();
    assert_eq!((ended.status, ended.stdout.matches("got ").count()), (0, 1), "{ended:?}");
}

#[test]
fn a_delayed_stop_comes_after_what_is_sent_later_and_a_second_one_ends_the_delay() {
    let Some(image) = image() else { return };
    let container = image.under_init(&["--stop-delay=600s", "signals"]).start();
    container.wait_for("ready");
    container.kill("TERM");
    // With the greater number, it is taken later though both should have come in between.
    container.kill("WINCH");
    container.wait_for("got SIGWINCH");
    assert!(!container.log().contains("got SIGTERM"), "{}", container.log());
    container.kill("TERM");
    let ended = container.end();
    assert!(ended.status == 15 && ended.stdout.ends_with("\ngot SIGWINCH\ngot SIGTERM\n"), "{ended:?}");
    assert_eq!(ended.stderr, "");
}

#[test]
fn docker_stop_takes_at_least_the_delay_and_the_program_works_meanwhile() {
    let Some(image) = image() else { return };
    let container = image.under_init(&["--stop-delay=1s", "signals"]).start();
    container.wait_for("ready");
    assert!(container.stop(&["-t", "25"]) >= Duration::from_secs(1));
    let ended = container.end();
    assert!(ended.status == 15 && ended.stdout.ends_with("got SIGTERM\n"), "{ended:?}");
}

#[test]
fn delay_timeout_and_drain_follow_one_another_within_the_grace_period() {
    let Some(image) = image() else { return };
    let options = ["--stop-delay=500ms", "--stop-timeout=4s", "--drain=4s"];
    let container = start(image.under_init(&family(&options)));
    // The delay, and twice the time that clean-up takes.
    assert!(container.stop(&["-t", "10"]) >= Duration::from_millis(500 + 300 + 300));
    let ended = container.end();
    assert_eq!((ended.status, ended.of_init().len()), (7, 0), "{ended:?}");
    all_of_it_has_cleaned_up(&ended.stdout);
}

#[test]
fn with_forward_to_all_docker_stop_reaches_every_process() {
    let Some(image) = image() else { return };
    // The main program ends when it is the last. Who is not asked keeps it from that.
    let script = "
        mkdir /done
        for name in a b; do sh -c \"$0\" $name & done
        setsid sh -c \"$0\" daemon &
        (sh -c \"$0\" orphan &)
        trap 'until [ $(ls /done | wc -l) = 5 ]; do sleep 0.05; done; exit 7' TERM
        while :; do sleep 0.05; done";
    let relative = "
        trap 'touch /done/$0; echo $0: cleaned up; exit' TERM
        echo $0: ready
        while :; do sleep 0.05; done";
    let container = image.under_init(&["--forward-to=all", "sh", "-c", script, relative]).start();
    for name in ["a", "b", "daemon", "orphan"] {
        container.wait_for(&format!("{name}: ready"));
    }
    container.exec_beside(&relative.replace("$0", "exec"));
    container.wait_for("exec: ready");
    container.stop(&["-t", "20"]);
    let ended = container.end();
    assert_eq!((ended.status, ended.of_init().len()), (7, 0), "{ended:?}");
    assert_eq!(cleaned_up(&ended.stdout).len(), 5, "{ended:?}");
}

#[test]
fn with_forward_to_all_in_the_pid_namespace_of_another_container_only_the_own_processes_are_reached() {
    let Some(image) = image() else { return };
    let neighbour = image.under_init(&["signals"]).start();
    neighbour.wait_for("ready");
    let shared = format!("container:{}", neighbour.name());
    let container = start(image.under_init(&family(&["--forward-to=all", DRAIN])).options(&["--pid", &shared]));
    container.stop(&["-t", "20"]);
    assert_eq!(container.end().status, 7);
    neighbour.kill("USR1");
    let ended = neighbour.end();
    assert_eq!((ended.status, ended.stdout.matches("got ").count()), (0, 1), "{ended:?}");
}
