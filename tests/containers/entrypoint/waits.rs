//! `--wait-for` between containers: names of the engine, and what comes late.

use super::{image, launch, prints, run};

/// What listens.
const LISTEN: &str = "httpd -f -p 5432";

#[test]
fn a_listener_in_another_container_that_comes_late_is_waited_for() {
    let Some(image) = image() else { return };
    let database =
        image.under_init(&["sh", "-c", "echo ready; while :; do [ ! -e /go ] || httpd -f -p 5432; sleep 0.05; done"]);
    let database = database.start();
    database.wait_for("ready");
    let network = format!("container:{}", database.name());
    for target in ["tcp://127.0.0.1:5432", "tcp://localhost:5432"] {
        let options = ["--user=worker", "--wait-for", target, "--wait-timeout=5m", "--wait-interval=50ms"];
        let Some(launch) = launch(&options, "id -u", &["--network", &network]) else { return };
        let container = launch.start();
        assert_eq!(container.log(), "");
        database.exec("touch /go").expect_success();
        prints(&container.end(), "1000\n");
        database.exec("rm /go; kill -KILL $(pidof httpd)").expect_success();
    }
}

#[test]
fn a_name_that_appears_late_in_etc_hosts_is_waited_for() {
    let Some(image) = image() else { return };
    let options = ["--wait-for=tcp://database.test:5432", "--wait-timeout=5m", "--wait-interval=50ms"];
    let command = [&options[..], &["echo", "program"]].concat();
    let container = image.under_init(&command).options(&["--network", "none"]).start();
    container.exec_beside(LISTEN);
    container.wait_until("it listens", || container.exec("netstat -ltn").stdout.contains(":5432 "));
    assert_eq!(container.log(), "");
    container.exec("echo '127.0.0.1 database.test' >> /etc/hosts").expect_success();
    prints(&container.end(), "program\n");
}

#[test]
fn without_a_network_a_name_that_is_not_there_is_124() {
    let options = ["--pre=echo hook", "--wait-for=tcp://database.test:5432,file:///etc/passwd", "--wait-timeout=1s"];
    let Some(ended) = run(&options, "echo program", &["--network", "none"]) else { return };
    assert_eq!((ended.status, ended.stdout.as_str()), (124, ""), "{ended:?}");
    assert!(matches!(ended.of_init()[..], [line] if line.contains("tcp://database.test:5432")), "{ended:?}");
    assert!(!ended.stderr.contains("/etc/passwd"), "{ended:?}");
}

#[test]
fn docker_stop_during_a_wait_is_quick_and_gives_143() {
    let Some(image) = image() else { return };
    // A port that refuses, a name server that does not answer, and one file after another.
    for target in ["tcp://127.0.0.1:1", "tcp://database.test:5432", "file:///no/such/file"] {
        let options = ["--pre=echo hook", "--wait-timeout=10m", "--wait-interval=10m", "--wait-for", target];
        let command = [&options[..], &["echo", "program"]].concat();
        let container = image.under_init(&command).options(&["--dns", "192.0.2.1"]).start();
        container.stop(&["-t", "25"]);
        let ended = container.end();
        assert_eq!((ended.status, ended.stdout.as_str()), (143, ""), "{target} {ended:?}");
    }
}

#[test]
fn with_v_a_wait_says_what_it_waits_for() {
    let Some(launch) = launch(&["-v", "--wait-for=file:///late,file:///etc/passwd"], "echo program", &[]) else {
        return;
    };
    let container = launch.start();
    container.wait_until("it says so", || container.log().contains("file:///late"));
    container.exec("touch /late").expect_success();
    assert_eq!(container.end().stdout, "program\n");
}
