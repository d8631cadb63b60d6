//! `--pre`, `--pre-dir`: what runs before the program.

use std::fs;
use std::os::unix::fs::symlink;

use super::{both_ways, nothing_runs, path_of, prints};
use crate::harness::{Folder, Launch, Place, Pty, does_entrypoint_jobs, shell};

in_both_places! {
    hooks_run_one_after_another_before_the_program
    a_folder_of_hooks_is_run_in_the_order_of_bytes_after_the_others
    what_editors_and_package_managers_leave_there_is_skipped_and_said
    an_empty_folder_is_no_error_and_a_missing_one_is
    a_hook_that_fails_aborts_with_its_status
    a_hook_that_is_killed_aborts_with_its_status
    a_hook_that_cannot_be_run_aborts
    a_request_to_stop_during_a_hook_ends_it_and_rinit_at_once
    a_request_to_stop_does_not_wait_for_a_hook_that_ignores_it
    a_signal_of_the_users_is_what_stops_a_hook_and_no_other
    orphans_of_hooks_are_reaped
    a_daemon_that_a_hook_starts_lives_on
    hooks_and_the_program_start_alike
    a_hook_has_the_terminal_and_so_has_the_program_after_it
    ctrl_c_during_a_hook_ends_it_and_rinit
    with_v_hooks_are_told_of
    no_hook_is_an_error
}

/// A hook that says its name, and what it was given.
const SAYS: &str = "#!/bin/sh\necho ${0##*/} $*\n";

fn hooks_run_one_after_another_before_the_program(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("hooks");
    let says = folder.make("says", 0o755, SAYS);
    let first = format!("{says}  one\ttwo ");
    for launch in both_ways(place, &[("pre", &first), ("pre", &says), ("pre", "sh -c echo${IFS}a,b")]) {
        prints(&launch.run(&["echo", "program"]), "says one two\nsays\na,b\nprogram\n");
    }
    // Each of them waits for the end of the one before.
    let slow = folder.make("slow", 0o755, "#!/bin/sh\nsleep 0.3\necho slow\n");
    for launch in both_ways(place, &[("pre", &slow), ("pre", &says)]) {
        prints(&launch.run(&["echo", "program"]), "slow\nsays\nprogram\n");
    }
}

fn a_folder_of_hooks_is_run_in_the_order_of_bytes_after_the_others(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("hooks");
    // What another locale than C would order otherwise.
    let names = ["b", "B", "10-x.sh", "9-x.sh", "_", "a", "Z", "\u{e9}", "with space", "a.sh", "a-b"];
    for name in names {
        folder.make(name, 0o755, SAYS);
    }
    let mut sorted = names;
    sorted.sort_unstable();
    let expected: String = sorted.iter().map(|name| format!("{name}\n")).collect();
    for launch in both_ways(place, &[("pre-dir", &path_of(&folder)), ("pre", "echo first")]) {
        let ended = launch.variable("LC_ALL", "en_US.UTF-8").run(&["echo", "program"]);
        prints(&ended, &format!("first\n{}program\n", expected.replace(" \n", "\n")));
    }
}

fn what_editors_and_package_managers_leave_there_is_skipped_and_said(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("hooks");
    let left = [".hidden", "x~", "#x#", "x.bak", "x.swp", "x.orig", "x.rej", "x.dpkg-old", "x.dpkg-dist", "x.dpkg-new"];
    for name in left.iter().chain(&["x.rpmsave", "x.rpmnew", "x", "link"]) {
        folder.make(name, 0o755, SAYS);
    }
    folder.make("not-executable", 0o644, SAYS);
    fs::create_dir(folder.path("folder")).unwrap();
    fs::remove_file(folder.path("link")).unwrap();
    symlink("x", folder.path("link")).unwrap();
    symlink("/no/such/file", folder.path("dangling")).unwrap();
    for launch in both_ways(place, &[("pre-dir", &path_of(&folder))]) {
        let ended = launch.run(&["echo", "program"]);
        assert_eq!((ended.status, ended.stdout.as_str()), (0, "link\nx\nprogram\n"), "{}", ended.stderr);
        let skipped = ["x.rpmsave", "x.rpmnew", "not-executable", "folder", "dangling"];
        for name in left.iter().chain(&skipped) {
            let said = format!("/{name}: ");
            let is_it = |line: &&str| line.starts_with("rinit: skipped ") && line.contains(&said);
            assert_eq!(ended.stderr.lines().filter(is_it).count(), 1, "{name}: {}", ended.stderr);
        }
        assert_eq!(ended.stderr.lines().count(), left.len() + skipped.len(), "{}", ended.stderr);
        assert!(ended.stderr.contains("/not-executable: it is not executable; to have it run: chmod +x\n"));
    }
}

fn an_empty_folder_is_no_error_and_a_missing_one_is(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("hooks");
    for launch in both_ways(place, &[("pre-dir", &path_of(&folder))]) {
        prints(&launch.run(&["echo", "program"]), "program\n");
    }
    let missing = folder.path("missing");
    for launch in both_ways(place, &[super::HOOK, ("pre-dir", &missing)]) {
        nothing_runs(launch, 125, &["cannot read the folder of hooks", &missing, "no such file"]);
    }
    let plain = folder.make("plain", 0o755, SAYS);
    for launch in both_ways(place, &[super::HOOK, ("pre-dir", &plain)]) {
        nothing_runs(launch, 125, &["cannot read the folder of hooks", &plain]);
    }
}

fn a_hook_that_fails_aborts_with_its_status(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("hooks");
    folder.make("1", 0o755, SAYS);
    let failing = folder.make("2", 0o755, "#!/bin/sh\nexit 42\n");
    folder.make("3", 0o755, SAYS);
    // What the user makes of the program's status is not about that of a hook.
    for launch in both_ways(place, &[("pre-dir", &path_of(&folder)), ("map-status", "42:0")]) {
        let ended = launch.run(&["echo", "program"]);
        assert_eq!((ended.status, ended.stdout.as_str()), (42, "1\n"), "{}", ended.stderr);
        assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
        assert!(ended.stderr.starts_with("rinit: cannot start the command: the hook '"), "{}", ended.stderr);
        assert!(ended.stderr.contains(&failing) && ended.stderr.contains("42"), "{}", ended.stderr);
    }
    for launch in both_ways(place, &[("pre", "false"), super::HOOK]) {
        nothing_runs(launch, 1, &["the hook 'false'"]);
    }
}

fn a_hook_that_is_killed_aborts_with_its_status(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("hooks");
    let dying = folder.make("dying", 0o755, "#!/bin/sh\nkill -KILL $$\n");
    for launch in both_ways(place, &[("pre", &dying), super::HOOK]) {
        nothing_runs(launch, 137, &["the hook '", "was killed by SIGKILL"]);
    }
}

fn a_hook_that_cannot_be_run_aborts(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("hooks");
    let plain = folder.make("plain", 0o644, SAYS);
    for (hook, status) in [("no-such-hook", 127), (&plain, 126)] {
        for launch in both_ways(place, &[("pre", hook), super::HOOK]) {
            nothing_runs(launch, status, &[&format!("cannot run '{hook}'")]);
        }
    }
}

fn a_request_to_stop_during_a_hook_ends_it_and_rinit_at_once(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("hooks");
    let hook = folder.make("hook", 0o755, "#!/bin/sh\necho hook\nexec sleep 600\n");
    for (signal, status, name) in [(libc::SIGTERM, 143, "SIGTERM"), (libc::SIGINT, 130, "SIGINT")] {
        // Neither is the program started later, nor another hook, nor is anything held back for it.
        let told = [("pre", hook.as_str()), ("pre", "echo second"), ("stop-delay", "10m"), ("drain", "10m")];
        for launch in both_ways(place, &told) {
            let mut running = launch.start(&["echo", "program"]);
            running.expect_line("hook");
            running.signal(signal);
            let ended = running.wait();
            assert_eq!((ended.status, ended.stdout.as_str()), (status, "hook\n"));
            let said = format!("rinit: {name} came before the command was started, and it will not be\n");
            assert_eq!(ended.stderr, said);
        }
    }
}

fn a_request_to_stop_does_not_wait_for_a_hook_that_ignores_it(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("hooks");
    let deaf = "#!/bin/sh\ntrap 'echo got TERM' TERM\necho hook\nwhile :; do sleep 0.05; done\n";
    let hook = folder.make("hook", 0o755, deaf);
    let mut running = Launch::new(place).options(&["--pre", &hook]).start(&["echo", "program"]);
    running.expect_line("hook");
    running.signal(libc::SIGTERM);
    let ended = running.wait();
    assert_eq!(ended.status, 143);
    assert!(!ended.stdout.contains("program"), "{}", ended.stdout);
}

fn a_signal_of_the_users_is_what_stops_a_hook_and_no_other(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("hooks");
    let hook = folder.make("hook", 0o755, "#!/bin/sh\necho hook\nexec sleep 600\n");
    for launch in both_ways(place, &[("pre", &hook), ("stop-signal", "RTMIN+3"), ("verbosity", "3")]) {
        let mut running = launch.start(&["echo", "program"]);
        running.expect_line("hook");
        running.signal(libc::SIGTERM);
        running.signal(libc::SIGHUP);
        running.signal(37);
        let ended = running.wait();
        assert_eq!((ended.status, ended.stdout.as_str()), (128 + 37, "hook\n"), "{}", ended.stderr);
        for name in ["SIGTERM", "SIGHUP"] {
            let said = format!("rinit: dropped {name}: the command has not been started yet\n");
            assert!(ended.stderr.contains(&said), "{}", ended.stderr);
        }
    }
}

fn orphans_of_hooks_are_reaped(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("hooks");
    // It goes on until its orphan, which has ended, is gone.
    let script = format!(
        "#!/bin/sh\n(sh -c 'echo $$ > {0}.new; mv {0}.new {0}' &)\nuntil [ -e {0} ]; do sleep 0.01; done\n\
         while [ -e /proc/$(cat {0}) ]; do sleep 0.01; done\necho reaped\n",
        folder.path("orphan")
    );
    let hook = folder.make("hook", 0o755, script);
    for launch in both_ways(place, &[("pre", &hook)]) {
        let _ = fs::remove_file(folder.path("orphan"));
        prints(&launch.run(&["echo", "program"]), "reaped\nprogram\n");
    }
}

fn a_daemon_that_a_hook_starts_lives_on(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("hooks");
    let (gate, done) = (folder.path("gate"), folder.path("done"));
    let script = format!("#!/bin/sh\n(until [ -e {gate} ]; do sleep 0.01; done; echo > {done}) > /dev/null 2>&1 &\n");
    let hook = folder.make("hook", 0o755, script);
    let program = format!("echo > {gate}; until [ -e {done} ]; do sleep 0.01; done; echo program");
    prints(&Launch::new(place).options(&["--pre", &hook]).run(&shell(&program)), "program\n");
}

fn hooks_and_the_program_start_alike(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("hooks");
    let state = "SigBlk|SigIgn|Umask|NoNewPrivs";
    let script = format!("#!/bin/sh\ngrep -E '^({state}):' /proc/self/status; ls /proc/self/fd | wc -l; pwd\n");
    let hook = folder.make("hook", 0o755, script);
    let ended = Launch::new(place).options(&["--pre", &hook]).run(&[&hook]);
    let lines: Vec<&str> = ended.stdout.lines().collect();
    assert_eq!((ended.status, lines.len(), ended.stderr.as_str()), (0, 12, ""), "{lines:?}");
    assert_eq!(lines[..6], lines[6..]);
}

fn a_hook_has_the_terminal_and_so_has_the_program_after_it(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let mut terminal = Pty::new();
    let read = "echo ready; read -r line; echo \"$0 read $line\"";
    let folder = Folder::new("hooks");
    let hook = folder.make("hook", 0o755, format!("#!/bin/sh\n{}\n", read.replace("$0", "hook")));
    let running =
        Launch::new(place).on_terminal(&terminal).options(&["--pre", &hook]).start(&["sh", "-c", read, "program"]);
    for name in ["hook", "program"] {
        terminal.expect("ready\r\n");
        terminal.type_line("a line");
        terminal.expect(&format!("{name} read a line\r\n"));
    }
    assert_eq!(running.wait().status, 0);
}

fn ctrl_c_during_a_hook_ends_it_and_rinit(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let mut terminal = Pty::new();
    let options = ["--pre", "sh -c echo${IFS}ready;exec${IFS}sleep${IFS}600"];
    let running = Launch::new(place).on_terminal(&terminal).options(&options).start(&["echo", "program"]);
    terminal.expect("ready\r\n");
    terminal.type_keys("\x03");
    assert_eq!(running.wait().status, 130);
    assert!(!terminal.rest().contains("program"));
}

fn with_v_hooks_are_told_of(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let ended = Launch::new(place).options(&["-v", "--pre=true"]).run(&["true"]);
    let lines: Vec<&str> = ended.stderr.lines().take(2).collect();
    let [start, end] = lines[..] else { panic!("{}", ended.stderr) };
    assert!(start.starts_with("rinit: started the hook true (pid "), "{start}");
    assert!(end.starts_with("rinit: the hook true (pid ") && end.ends_with(" has done its work"), "{end}");
}

fn no_hook_is_an_error(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    for launch in both_ways(place, &[("pre", "  ")]) {
        nothing_runs(launch, 125, &["='  ': it takes a command"]);
    }
    nothing_runs(Launch::new(place).options(&["--pre="]), 125, &["--pre='': it takes a command"]);
    nothing_runs(Launch::new(place).options(&["--pre-dir="]), 125, &["--pre-dir='': it takes the path"]);
    nothing_runs(Launch::new(place).variable("RINIT_PRE_DIR", ""), 125, &["RINIT_PRE_DIR='': it takes the path"]);
    // An empty twin has no line in it.
    prints(&Launch::new(place).variable("RINIT_PRE", "\n").run(&["echo", "program"]), "program\n");
}
