//! `--user`: what the program can still do, and rinit with it.

use super::{ONLY_TO_DROP, image, launch, prints, run};

/// Capabilities, from the usual ones to the fewest.
const ALL_KINDS: [&[&str]; 3] = [&[], &["--cap-drop", "CHOWN"], &ONLY_TO_DROP];

#[test]
fn term_reaches_the_program() {
    for of_docker in ALL_KINDS {
        let Some(image) = image() else { return };
        let container = image.under_init(&["--user=worker", "signals"]).options(of_docker).start();
        container.wait_for("ready");
        container.kill("HUP");
        container.wait_for("got SIGHUP");
        container.stop(&["-t", "20"]);
        let ended = container.end();
        assert_eq!((ended.status, ended.stderr.as_str()), (15, ""), "{of_docker:?}");
    }
}

#[test]
fn all_that_is_about_stopping_works_as_before() {
    let Some(image) = image() else { return };
    let options = ["--user=worker", "--stop-timeout=500ms", "--drain=500ms"];
    let script = "(trap '' TERM; echo left; sleep 600) & trap '' TERM; echo ready; while :; do sleep 0.05; done";
    let command = [&options[..], &["sh", "-c", script]].concat();
    let container = image.under_init(&command).options(&ONLY_TO_DROP).start();
    container.wait_for("ready");
    container.wait_for("left");
    container.stop(&["-t", "25"]);
    let ended = container.end();
    assert_eq!(ended.status, 137, "{ended:?}");
    assert!(ended.of_init().iter().any(|line| line.contains("did not end within 500ms")), "{ended:?}");
}

#[test]
fn orphans_are_reaped() {
    let Some(launch) = launch(&["--user=worker"], "(sleep 0.1 &); exec signals", &ONLY_TO_DROP) else { return };
    let container = launch.start();
    container.wait_for("ready");
    container.wait_until("PID 1 has only the program left", || container.children_of_pid_1() == ["S"]);
}

#[test]
fn the_log_can_be_opened_by_all_of_its_names() {
    let script = "\
        set -e
        echo 1 > /dev/stdout
        echo 2 > /proc/self/fd/1
        echo 3 > /proc/1/fd/1
        echo 4 | tee -a /proc/1/fd/1 > /dev/null
        echo 5 > /dev/stderr
        echo 6 > /proc/1/fd/2
        id -u";
    for of_docker in ALL_KINDS {
        for user in ["worker", "54321:54321"] {
            let Some(launch) = launch(&["--user", user], script, of_docker) else { return };
            // Not attached, so that it is only the engine's pipes that matter.
            let container = launch.start();
            let ended = container.end();
            let uid = user.split(':').next().unwrap().replace("worker", "1000");
            assert_eq!(ended.status, 0, "{of_docker:?} {ended:?}");
            assert_eq!(ended.stdout, format!("1\n2\n3\n4\n{uid}\n"), "{of_docker:?}");
            assert_eq!(ended.stderr, "5\n6\n", "{of_docker:?}");
        }
    }
}

#[test]
fn the_terminal_can_be_opened() {
    // Whose the terminal is takes CAP_CHOWN; the one that it is for the process does not.
    let all_names = "echo a > /dev/tty; echo b > /dev/stdout; echo c > /dev/console; id -u";
    let its_own = "echo a > /dev/tty; echo b; id -u";
    for (of_docker, script, shown) in
        [(&[] as &[&str], all_names, "a\r\nb\r\nc\r\n1000\r\n"), (&ONLY_TO_DROP, its_own, "a\r\nb\r\n1000\r\n")]
    {
        let Some(launch) = launch(&["--user=worker"], script, &[of_docker, &["--tty"]].concat()) else { return };
        let ended = launch.start().end();
        assert_eq!((ended.status, ended.stdout.as_str()), (0, shown), "{of_docker:?} {ended:?}");
    }
}

#[test]
fn dev_null_stays_everybodys() {
    // `docker run` without -i gives it as stdin.
    let Some(ended) = run(&["--user=worker"], "stat -c '%u %a' /dev/null; cat; echo end", &[]) else { return };
    prints(&ended, "0 666\nend\n");
}

#[test]
fn its_own_proc_folder_is_the_users() {
    let Some(ended) = run(&["--user=worker"], "stat -c %u /proc/1/fd /proc/1/environ; ls /proc/1/fd > /dev/null", &[])
    else {
        return;
    };
    prints(&ended, "1000\n1000\n");
}

#[test]
fn limits_are_set_and_the_folder_is_entered_while_it_is_root() {
    let script = "ulimit -n; ulimit -Hn; pwd; umask; id -u";
    let of_docker = ["--ulimit", "nofile=100:150"];
    let options = ["--user=worker", "--rlimit=nofile=120:140", "--chdir=/locked", "--umask=77"];
    let make_locked = "--pre=mkdir -m 700 /locked";
    let Some(ended) = run(&[&[make_locked], &options[..]].concat(), script, &of_docker) else { return };
    prints(&ended, "120\n140\n/locked\n0077\n1000\n");
    // To raise it takes CAP_SYS_RESOURCE.
    let options = ["--user=worker", "--rlimit=nofile=200:300"];
    let Some(ended) = run(&options, script, &of_docker) else { return };
    assert_eq!((ended.status, ended.stdout.as_str()), (125, ""));
    assert!(matches!(ended.of_init()[..], [line] if line.contains("docker run --ulimit")), "{ended:?}");
}

#[test]
fn what_the_user_may_not_execute_is_126_and_explained_as_for_him() {
    let Some(image) = image() else { return };
    let hook = "--pre=sh -c cp${IFS}/bin/busybox${IFS}/data/sh&&chmod${IFS}700${IFS}/data/sh";
    let ended = image.under_init(&[hook, "--user=worker", "/data/sh"]).run();
    assert_eq!(ended.status, 126, "{ended:?}");
    assert!(matches!(ended.of_init()[..], [line] if line.starts_with("rinit: cannot run '/data/sh'")), "{ended:?}");
}

#[test]
fn a_parents_death_is_still_heard_of() {
    let Some(image) = image() else { return };
    // The kernel forgets what was asked for when ids change. The parent becomes a `sleep`, which is killed.
    let by_way_of = ["sh", "-c", "(\"$@\" & exec sleep 600) & wait $!; exec sleep 600", "sh"];
    let container = image.by_way_of(&by_way_of, &["--user=worker", "-p", "USR2", "signals"]).start();
    container.wait_for("ready");
    container.exec("kill -KILL $(pidof sleep)").expect_success();
    container.wait_for("got SIGUSR2");
}
