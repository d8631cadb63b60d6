//! Orphans, and who reaps them.

use crate::container::Container;
use crate::image::image;
use crate::stopping::NO_HANDLER;

/// How many orphans each test leaves behind.
const ORPHANS: usize = 5;

/// Leaves orphans in a container, as a health check that times out does.
fn leave_orphans(container: &Container) {
    for _ in 0..ORPHANS {
        container.exec("sleep 0.1 > /dev/null 2>&1 & exit 0").expect_success();
    }
}

#[test]
fn zombies_made_by_docker_exec_are_reaped() {
    let Some(image) = image() else { return };
    let container = image.under_init(&NO_HANDLER).start();
    container.wait_for("ready");
    leave_orphans(&container);
    container.wait_until("PID 1 has only the program left", || container.children_of_pid_1() == ["S"]);
}

#[test]
fn without_an_init_zombies_made_by_docker_exec_stay() {
    let Some(image) = image() else { return };
    let container = image.alone(&NO_HANDLER).start();
    container.wait_for("ready");
    leave_orphans(&container);
    container.wait_until("all orphans are zombies", || container.children_of_pid_1() == ["Z"; ORPHANS]);
}

#[test]
fn a_program_that_leaks_orphans_leaves_no_zombies_and_without_an_init_it_does() {
    let Some(image) = image() else { return };
    let [with, without] = [image.under_init(&["orphans"]), image.alone(&["orphans"])].map(|launch| launch.run());
    assert_eq!((with.status, with.stdout.as_str()), (0, "5 orphans made, 0 zombies left\n"));
    assert_eq!((without.status, without.stdout.as_str()), (1, "5 orphans made, 5 zombies left\n"));
}

#[test]
fn with_the_pid_namespace_of_the_host_the_init_is_not_pid_1_and_adopts_orphans_all_the_same() {
    let Some(image) = image() else { return };
    let script = "
        [ $PPID != 1 ] || exit 1
        orphan=$(sleep 600 > /dev/null & echo $!)
        parent=$(sed -n 's/^PPid:[[:space:]]*//p' /proc/$orphan/status)
        kill $orphan
        [ $parent = $PPID ] || { echo \"adopted by $parent instead of $PPID\"; exit 2; }
        while [ -e /proc/$orphan ]; do sleep 0.02; done
        exit 42";
    let ended = image.under_init(&["sh", "-c", script]).options(&["--pid", "host"]).run();
    assert_eq!((ended.status, ended.stdout.as_str(), ended.stderr.as_str()), (42, "", ""));
}

#[test]
fn with_the_pid_namespace_of_the_host_docker_stop_works_too() {
    let Some(image) = image() else { return };
    let container = image.under_init(&["signals"]).options(&["--pid", "host"]).start();
    container.wait_for("ready");
    container.stop(&[]);
    let ended = container.end();
    assert!(ended.status == 15 && ended.stdout.ends_with("got SIGTERM\n"), "{ended:?}");
}
