//! nginx: a folder of hooks, and QUIT where others get TERM.

use std::sync::OnceLock;

use super::guide::Migration;
use super::{wait_for_answer, wait_for_words};
use crate::container::Launch;
use crate::image::Image;

fn migration() -> Option<&'static Migration> {
    static MIGRATION: OnceLock<Option<Migration>> = OnceLock::new();
    MIGRATION.get_or_init(|| Migration::of("nginx", &[])).as_ref()
}

/// With a log of the signals that it gets.
fn nginx(image: &Image) -> Launch {
    image.alone(&["nginx", "-g", "daemon off; error_log /dev/stderr notice;"])
}

/// It says which signal it got, and from whom.
fn answers_after_its_hook_and_ends_well_when_it_is_stopped(launch: Launch, said: &str) {
    let container = launch.options(&["--env", "PORT=8081"]).start();
    wait_for_answer(&container, "wget -q -O - http://127.0.0.1:8081/", "hello");
    container.stop(&[]);
    let ended = container.end();
    assert_eq!(ended.status, 0, "{ended:?}");
    assert!(ended.stderr.contains(said), "{ended:?}");
    assert!(ended.stderr.contains("gracefully shutting down"), "{ended:?}");
}

#[test]
fn nginx_under_its_script_answers_after_its_hook_and_ends_well_on_docker_stop() {
    let Some(images) = migration() else { return };
    answers_after_its_hook_and_ends_well_when_it_is_stopped(nginx(&images.before), "(SIGQUIT) received");
}

#[test]
fn nginx_under_rinit_answers_after_its_hook_and_ends_well_on_docker_stop() {
    let Some(images) = migration() else { return };
    answers_after_its_hook_and_ends_well_when_it_is_stopped(nginx(&images.after), "(SIGQUIT) received from 1,");
}

#[test]
fn nginx_gets_quit_for_term_where_only_rinit_can_be_told() {
    let Some(images) = migration() else { return };
    let launch = nginx(&images.after).options(&["--stop-signal", "TERM", "--env", "RINIT_REWRITE=TERM:QUIT"]);
    answers_after_its_hook_and_ends_well_when_it_is_stopped(launch, "(SIGQUIT) received from 1,");
}

#[test]
fn nginx_is_not_started_when_its_hook_fails() {
    let Some(images) = migration() else { return };
    // Nothing can be written where the hook wants to write.
    for image in [&images.before, &images.after] {
        let ended = nginx(image).options(&["--read-only"]).run();
        assert!(ended.status != 0 && !ended.stderr.contains("[notice]"), "{ended:?}");
    }
    let ended = nginx(&images.after).options(&["--read-only"]).run();
    assert_eq!(ended.of_init().len(), 1, "{ended:?}");
    assert!(ended.of_init()[0].contains("the hook '/docker-entrypoint.d/10-port.sh'"), "{ended:?}");
}

#[test]
fn the_user_of_nginx_workers_is_as_without_rinit() {
    let Some(images) = migration() else { return };
    let container = nginx(&images.after).start();
    wait_for_words(&container, "start worker process");
    let users = container.exec("stat -c %U $(pidof nginx | sed 's|[0-9]*|/proc/&|g') | sort -u").expect_success();
    assert_eq!(users, "root\nwww-data\n");
}
