//! `--check` and `--doctor` in the images that they are for.

use super::{ONLY_TO_DROP, image, run};
use crate::container::Ended;

/// What it says of something.
#[track_caller]
fn said<'a>(ended: &'a Ended, name: &str) -> Vec<&'a str> {
    let lines = ended.stdout.lines();
    lines.filter_map(|line| line.split_once(' ')).filter(|(it, _)| *it == name).map(|(_, rest)| rest.trim()).collect()
}

#[test]
fn the_user_the_groups_and_home_are_those_of_the_program() {
    for of_docker in [&[] as &[&str], &ONLY_TO_DROP, &["--read-only"]] {
        let Some(ended) = run(&["--check", "--user=worker"], "echo program", of_docker) else { return };
        assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{ended:?}");
        let [given, user] = said(&ended, "user")[..] else { panic!("{ended:?}") };
        assert_eq!(given, "worker (option)");
        for part in ["1000", "44", "2000"] {
            assert!(user.contains(part), "{user}");
        }
        assert_eq!(said(&ended, "HOME"), ["/home/worker"]);
        assert!(!ended.stdout.contains("program\n"), "{ended:?}");
    }
}

#[test]
fn what_the_user_may_not_execute_is_126() {
    let Some(image) = image() else { return };
    let make = "cp /bin/busybox /root/tool; chmod 700 /root/tool; exec /rinit --check --user=$0 /root/tool";
    for (user, status) in [("root", 0), ("worker", 126)] {
        let ended = image.under_init(&["sh", "-c", make, user]).run();
        assert_eq!(ended.status, status, "{user}: {ended:?}");
    }
}

#[test]
fn it_exits_as_the_run_would_have_and_runs_nothing() {
    let Some(image) = image() else { return };
    for (options, command, status) in [
        (&["--user=worker"] as &[&str], "sh", 0),
        (&["--user=worker"], "no-such-command", 127),
        (&["--user=worker"], "/bin/not-executable", 126),
        (&["--user=nobody"], "sh", 125),
        (&["--user=worker:"], "sh", 125),
        (&["--wait-for=tcp://127.0.0.1:1"], "sh", 0),
    ] {
        let words = [&["--check", "--pre=echo hook"], options, &[command, "-c", "echo program"]].concat();
        let ended = image.under_init(&words).run();
        assert_eq!(ended.status, status, "{ended:?}");
        assert!(!ended.stdout.lines().any(|line| ["hook", "program"].contains(&line)), "{ended:?}");
    }
    let words = ["--check", "--user=worker", "sh"];
    let ended = image.under_init(&words).options(&["--cap-drop", "SETUID"]).run();
    assert_eq!((ended.status, ended.stdout.as_str()), (125, ""), "{ended:?}");
}

#[test]
fn the_doctor_sees_that_rinit_is_pid_1_and_all_is_well() {
    let Some(image) = image() else { return };
    let container = image.under_init(&["--user=worker", "signals"]).start();
    container.wait_for("ready");
    let report = container.exec("/rinit --doctor");
    assert_eq!(report.status.code(), Some(0), "{}{}", report.stdout, report.stderr);
    assert!(report.stdout.contains("rinit") && report.stdout.contains("signals"), "{}", report.stdout);
}

#[test]
fn the_doctor_finds_that_a_program_without_a_handler_is_pid_1() {
    let Some(image) = image() else { return };
    let container = image.alone(&["sh", "-c", "echo ready; exec sleep 600"]).start();
    container.wait_for("ready");
    let report = container.exec("/rinit --doctor");
    assert_eq!(report.status.code(), Some(1), "{}{}", report.stdout, report.stderr);
    assert!(report.stdout.contains("sleep") && report.stdout.contains("TERM"), "{}", report.stdout);
}

#[test]
fn the_doctor_names_the_parent_that_leaks_zombies() {
    let Some(image) = image() else { return };
    // A parent that has another thing to do than to wait for its child: it became a program that knows of none.
    let script = "sleep 0.1 & exec probe catch 1000";
    let container = image.under_init(&["sh", "-c", script]).start();
    container.wait_for("ready");
    container.wait_until("there is a zombie", || container.exec("ps").stdout.contains("[sleep]"));
    let report = container.exec("/rinit --doctor");
    assert_eq!(report.status.code(), Some(1), "{}{}", report.stdout, report.stderr);
    assert!(report.stdout.contains("probe") && report.stdout.contains("sleep"), "{}", report.stdout);
    let json = container.exec("/rinit --doctor --log-format=json");
    assert_eq!(json.status.code(), Some(1), "{}", json.stdout);
    for line in json.stdout.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    }
    assert_ne!(json.stdout, "");
}

#[test]
fn the_doctor_beside_a_container_without_rinit_looks_into_it() {
    let Some(image) = image() else { return };
    let patient = image.alone(&["sh", "-c", "echo ready; exec sleep 600"]).start();
    patient.wait_for("ready");
    let ended =
        image.alone(&["/rinit", "--doctor"]).options(&["--pid", &format!("container:{}", patient.name())]).run();
    assert_eq!(ended.status, 1, "{ended:?}");
    assert!(ended.stdout.contains("sleep (pid 1)") && ended.stdout.contains("137"), "{ended:?}");
}
