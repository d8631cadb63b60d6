//! Redis: another user, a default command, a umask, and data that is there after a stop.

use std::sync::OnceLock;

use super::guide::Migration;
use super::{as_user, ids_of, wait_for_answer, wait_for_words};
use crate::image::Image;

fn migration() -> Option<&'static Migration> {
    static MIGRATION: OnceLock<Option<Migration>> = OnceLock::new();
    MIGRATION.get_or_init(|| Migration::of("redis", &[])).as_ref()
}

fn answers_as_redis_and_saves_on_docker_stop(image: &Image) {
    // Its arguments alone, of which none makes it save before it is stopped.
    let container = image.alone(&["--save", "3600 1"]).start();
    wait_for_words(&container, "Ready to accept connections");
    assert_eq!(container.exec("redis-cli ping").expect_success(), "PONG\n");
    assert_eq!(ids_of(&container, "redis-server"), "uid 101 101 101 101, gid 102 102 102 102, groups 105");
    assert_eq!(container.exec("redis-cli set key value").expect_success(), "OK\n");
    assert!(!container.exec("test -e dump.rdb").status.success());
    container.stop(&[]);
    let ended = container.end();
    assert_eq!(ended.status, 0, "{ended:?}");

    container.start_again();
    wait_for_answer(&container, "redis-cli get key", "value");
    assert_eq!(container.exec("stat -c '%U %a' dump.rdb").expect_success(), "redis 600\n");
}

#[test]
fn redis_under_its_script_answers_as_redis_and_saves_on_docker_stop() {
    let Some(images) = migration() else { return };
    answers_as_redis_and_saves_on_docker_stop(&images.before);
}

#[test]
fn redis_under_rinit_alone_answers_as_redis_and_saves_on_docker_stop() {
    let Some(images) = migration() else { return };
    answers_as_redis_and_saves_on_docker_stop(&images.after);
}

#[test]
fn redis_under_rinit_is_started_without_a_command_in_the_image_and_rinit_is_redis_too() {
    let Some(images) = migration() else { return };
    let container = images.after.alone(&[]).start();
    wait_for_words(&container, "Ready to accept connections");
    assert_eq!(ids_of(&container, "rinit"), ids_of(&container, "redis-server"));
    assert_eq!(as_user(&container, "redis", "readlink /proc/1/exe"), "/sbin/rinit\n");
    // Nothing else runs: no shell that waits.
    assert_eq!(container.children_of_pid_1().len(), 1);
}

#[test]
fn the_image_of_redis_runs_another_command_too() {
    let Some(images) = migration() else { return };
    for image in [&images.before, &images.after] {
        let ended = image.alone(&["redis-cli", "--version"]).run();
        assert!(ended.status == 0 && ended.stdout.starts_with("redis-cli "), "{ended:?}");
    }
}

#[test]
fn the_image_of_redis_runs_as_the_user_that_the_engine_was_told() {
    let Some(images) = migration() else { return };
    for image in [&images.before, &images.after] {
        let container = image.alone(&["--dir", "/tmp"]).options(&["--user", "1234:1234"]).start();
        wait_for_words(&container, "Ready to accept connections");
        let ids = ids_of(&container, "redis-server");
        assert_eq!(ids, "uid 1234 1234 1234 1234, gid 1234 1234 1234 1234, groups ");
    }
}

#[test]
fn the_environment_gives_a_root_shell_where_the_user_is_in_the_environment() {
    let Some(images) = migration() else { return };
    let id = ["--user=redis", "--", "id", "-u"];
    let rinit = |options: &[&str], words: &[&str]| {
        images.after.alone(words).options(&[&["--entrypoint", "/sbin/rinit"], options].concat()).run().stdout
    };
    assert_eq!(rinit(&["--env", "RINIT_USER=root"], &id), "101\n");
    assert_eq!(rinit(&["--env", "RINIT_USER=root"], &id[1..]), "0\n");
    assert_eq!(rinit(&["--env", "RINIT_USER=redis"], &id[1..]), "101\n");
}
