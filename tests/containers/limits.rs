//! Containers that may do less: each of the usual restrictions by itself, then all of them at once, and what happens when
//! a limit is reached.

use crate::container::Ended;
use crate::draining::DRAIN;
use crate::family::{self, all_of_it_has_cleaned_up, family};
use crate::image::{Image, image};

/// Without rights; what follows `docker run` in hardened setups.
const READ_ONLY: &[&str] = &["--read-only"];
const NO_CAPABILITIES: &[&str] = &["--cap-drop", "ALL"];
const NO_NEW_PRIVILEGES: &[&str] = &["--security-opt", "no-new-privileges"];
const UNPRIVILEGED_USER: &[&str] = &["--user", "1000"];
const FEW_PROCESSES: &[&str] = &["--pids-limit", "40"];
const ALL: [&[&str]; 5] = [READ_ONLY, NO_CAPABILITIES, NO_NEW_PRIVILEGES, UNPRIVILEGED_USER, FEW_PROCESSES];

/// A limit of memory, and what needs more than that.
const LITTLE_MEMORY: [&str; 4] = ["--memory", "32m", "--memory-swap", "32m"];
pub const EATER: [&str; 5] = ["dd", "if=/dev/zero", "of=/dev/null", "bs=256M", "count=1"];

/// Runs the eater under these options of the init, where there is little memory.
#[track_caller]
pub fn starve(image: &Image, options: &[&str]) -> Ended {
    image.under_init(&[options, &EATER].concat()).options(&LITTLE_MEMORY).run()
}

/// Does the whole job under these options: starts, reaps, forwards, ends as the program does, and says nothing.
#[track_caller]
fn does_its_job_with(options: &[&str]) {
    let Some(image) = image() else { return };
    let script = "(sleep 0.1 &); exec signals";
    let container = image.under_init(&["sh", "-c", script]).options(options).start();
    container.wait_for("ready");
    container.wait_until("PID 1 has only the program left", || container.children_of_pid_1() == ["S"]);
    container.kill("HUP");
    container.wait_for("got SIGHUP");
    container.stop(&[]);
    let ended = container.end();
    assert_eq!((ended.status, ended.stderr.as_str()), (15, ""));
    assert!(ended.stdout.ends_with("got SIGHUP\ngot SIGTERM\n"), "{ended:?}");
}

#[test]
fn it_works_on_a_read_only_root() {
    does_its_job_with(READ_ONLY);
}

#[test]
fn it_works_without_capabilities() {
    does_its_job_with(NO_CAPABILITIES);
}

#[test]
fn it_works_with_no_new_privileges() {
    does_its_job_with(NO_NEW_PRIVILEGES);
}

#[test]
fn it_works_as_an_unprivileged_user() {
    does_its_job_with(UNPRIVILEGED_USER);
}

#[test]
fn it_works_with_a_limit_of_processes() {
    does_its_job_with(FEW_PROCESSES);
}

#[test]
fn it_works_with_all_of_these_restrictions_at_once() {
    does_its_job_with(&ALL.concat());
}

#[test]
fn it_drains_with_all_of_these_restrictions_at_once() {
    let Some(image) = image() else { return };
    let container = family::start(image.under_init(&family(&[DRAIN])).options(&ALL.concat()));
    container.stop(&["-t", "10"]);
    let ended = container.end();
    assert_eq!((ended.status, ended.of_init().len()), (7, 0), "{ended:?}");
    all_of_it_has_cleaned_up(&ended.stdout);
}

#[test]
fn where_the_limit_of_processes_leaves_no_room_for_the_program_it_says_so_and_gives_125() {
    let Some(image) = image() else { return };
    let ended = image.under_init(&["true"]).options(&["--pids-limit", "1"]).run();
    assert_eq!(ended.status, 125, "{ended:?}");
    assert!(ended.stderr.starts_with("rinit: cannot start 'true': the limit of processes is reached"), "{ended:?}");
}

#[test]
fn a_program_that_runs_out_of_memory_gives_137_and_a_line_that_names_the_oom_killer() {
    let Some(image) = image() else { return };
    let ended = starve(image, &[]);
    assert_eq!(ended.status, 137, "{ended:?}");
    assert!(matches!(ended.of_init()[..], [line] if line.contains("OOM killer has acted")), "{ended:?}");
}
