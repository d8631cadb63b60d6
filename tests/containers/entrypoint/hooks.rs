//! `--pre`, `--pre-dir` before a user is become.

use super::{ONLY_TO_DROP, launch, prints, run};

#[test]
fn hooks_run_as_root_and_can_make_ready_what_the_user_needs() {
    let hook = "--pre=sh -c id${IFS}-u;mkdir${IFS}/made;chown${IFS}1000:1000${IFS}/made";
    let options = ["--user=worker", hook, "--pre=id -u"];
    let Some(ended) = run(&options, "id -u; touch /made/file; stat -c %u /made/file", &[]) else { return };
    prints(&ended, "0\n0\n1000\n1000\n");
}

#[test]
fn a_folder_of_hooks_that_the_image_has_is_run_as_root_in_the_c_locales_order() {
    // In the same container: the first rinit makes the folder, by a hook, for the second.
    let make = "\
        mkdir /hooks; cd /hooks
        for name in 20-b 10-a Z a B _x 10-b.sh; do printf '#!/bin/sh\\necho $0 $(id -u) $HOME\\n' > $name; chmod 755 $name; done
        printf '#!/bin/sh\\necho skipped\\n' | tee 30-x.dpkg-dist 30-x~ .hidden > 40-plain; chmod 755 30* .hidden
        exec /rinit --user=worker --pre-dir=/hooks sh -c 'echo program $(id -u) $HOME'";
    let Some(ended) = run(&[], make, &["--env", "HOME=/given"]) else { return };
    let hooks = ["10-a", "10-b.sh", "20-b", "B", "Z", "_x", "a"];
    let said: String = hooks.iter().map(|name| format!("/hooks/{name} 0 /given\n")).collect();
    assert_eq!((ended.status, ended.stdout), (0, format!("{said}program 1000 /home/worker\n")), "{}", ended.stderr);
    let skipped = ended.stderr.lines().filter(|line| line.starts_with("rinit: skipped /hooks/"));
    assert_eq!(skipped.count(), 4, "{}", ended.stderr);
}

#[test]
fn a_hook_that_fails_aborts_and_the_program_does_not_run() {
    nothing_but_the_hook(&["--user=worker", "--pre=false"], 1, "");
}

/// Checks that the program does not run after what the hooks say.
#[track_caller]
fn nothing_but_the_hook(options: &[&str], status: i32, stdout: &str) {
    let Some(ended) = run(options, "echo program", &ONLY_TO_DROP) else { return };
    assert_eq!((ended.status, ended.stdout.as_str(), ended.of_init().len()), (status, stdout, 1), "{ended:?}");
}

#[test]
fn a_user_that_cannot_be_become_after_the_hooks_aborts_too() {
    nothing_but_the_hook(&["--user=worker", "--pre=echo hook", "--chdir=/no/such/folder"], 125, "hook\n");
    nothing_but_the_hook(&["--user=worker", "--pre=echo hook", "--pre=sh -c exit${IFS}9"], 9, "hook\n");
}

#[test]
fn docker_stop_during_a_hook_is_quick_and_gives_143() {
    for hook in ["--pre=probe catch 1000", "--pre=stubborn"] {
        let Some(launch) = launch(&["--user=worker", hook], "echo program", &[]) else { return };
        let container = launch.start();
        container.wait_for("ready");
        // Not the 137 of the engine, whose patience is longer than the test's.
        container.stop(&["-t", "25"]);
        let ended = container.end();
        assert_eq!((ended.status, ended.stdout.contains("program")), (143, false), "{ended:?}");
    }
}

#[test]
fn orphans_of_hooks_are_reaped() {
    let hook = "--pre=sh -c (sleep${IFS}0.1&);exec${IFS}probe${IFS}catch${IFS}1000";
    let Some(launch) = launch(&["--user=worker", hook], "echo program", &[]) else { return };
    let container = launch.start();
    container.wait_for("ready");
    container.wait_until("PID 1 has only the hook left", || container.children_of_pid_1() == ["S"]);
}

#[test]
fn secrets_are_read_as_root_and_the_user_has_them() {
    let script = "echo $PASSWORD $PASSWORD_FILE; cat /secret 2> /dev/null || echo no";
    let make = format!(
        "echo word > /secret; chmod 600 /secret; PASSWORD_FILE=/secret exec /rinit --user=worker --secret-env=PASSWORD sh -c '{script}'"
    );
    let Some(ended) = run(&[], &make, &[]) else { return };
    prints(&ended, "word\nno\n");
}
