//! rinit works wherever a container may put it, and costs nothing while it waits.

use std::time::Duration;

use crate::harness::{Folder, Launch, Place, init_path, probe, program, shell, strace, strace_available};

fn it_does_not_wake_up_in_ten_idle_seconds(place: Place) {
    let mut running = Launch::new(place).start(&probe(&["catch", "1"]));
    running.expect_line("ready");
    let switches = || {
        let [voluntary, involuntary] =
            ["voluntary_ctxt_switches", "nonvoluntary_ctxt_switches"].map(|name| running.status_line(name).unwrap());
        (voluntary, involuntary)
    };
    // It may still have to go to sleep for the first time.
    std::thread::sleep(Duration::from_millis(500));
    let before = switches();
    std::thread::sleep(Duration::from_secs(10));
    assert_eq!(switches(), before);
    running.signal(libc::SIGUSR1);
    running.expect_line("10");
}

fn it_needs_no_standard_descriptors(place: Place) {
    for closed in ["0", "1", "2", "0,1", "0,2", "1,2", "0,1,2"] {
        let setup = probe(&["setup", &format!("close={closed}"), "--"]);
        for (command, status) in
            [(probe(&["exit", "7"]), 7), (probe(&["die", "9"]), 137), (vec!["no-such-command".to_owned()], 127)]
        {
            let ended = Launch::new(place).by_way_of(&setup).options(&["-vv"]).run(&command);
            assert_eq!(ended.status, status, "{closed} {command:?}");
        }
    }
}

fn it_needs_no_proc_no_dev_and_no_tmp(place: Place) {
    // All but the one that the init itself may be in.
    let folders: Vec<&str> =
        ["/dev", "/tmp", "/sys", "/proc"].into_iter().filter(|it| !init_path().starts_with(it)).collect();
    let folders = folders.join(" ");
    let hide = format!("for folder in {folders}; do mount -t tmpfs none $folder || exit 99; done; exec \"$@\"");
    let by_way_of = ["unshare", "--mount", "sh", "-c", &hide, "sh"];
    for (command, status) in [("exit 7", 7), ("kill -9 $$", 137), ("(true & exit); exit 3", 3)] {
        let ended = Launch::new(place).by_way_of(&by_way_of).options(&["-vv"]).run(&shell(command));
        assert_eq!(ended.status, status, "{}", ended.stderr);
    }
    let ended = Launch::new(place).by_way_of(&by_way_of).run(&["/no/such/command"]);
    assert_eq!(ended.status, 127);
}

fn it_needs_no_environment(place: Place) {
    let ended = Launch::new(place).by_way_of(&["env", "-i"]).run(&["env"]);
    assert_eq!((ended.status, ended.stdout.as_str()), (0, ""));
}

fn a_system_call_that_is_forbidden_or_unknown_changes_nothing(place: Place) {
    if !strace_available() {
        return;
    }
    for (call, error) in ["close_range", "pwritev2", "chdir", "prctl", "ioctl", "setpgid"]
        .iter()
        .flat_map(|call| ["EPERM", "ENOSYS"].map(|error| (call, error)))
    {
        let folder = Folder::new("forbidden");
        // From the second on: unshare makes a prctl of its own.
        let trace = strace(
            &folder.path("strace"),
            &[&format!("{call}:error={error}:when={}+", if *call == "prctl" { 2 } else { 1 })],
        );
        let ended = Launch::new(place).under(&trace).options(&["-v"]).run(&shell("echo out; exit 7"));
        assert_eq!((ended.status, ended.stdout.as_str()), (7, "out\n"), "{call} {error}: {}", ended.stderr);
        assert!(ended.stderr.contains("rinit: started sh"), "{call} {error}: {}", ended.stderr);
    }
}

fn where_waiting_for_signals_is_forbidden_the_programs_end_is_still_seen(place: Place) {
    if !strace_available() {
        return;
    }
    let folder = Folder::new("no-wait");
    let trace = strace(&folder.path("strace"), &["rt_sigtimedwait:error=EPERM"]);
    let ended = Launch::new(place).under(&trace).run(&shell("sleep 0.3; exit 7"));
    assert_eq!(ended.status, 7);
    let waits = std::fs::read_to_string(folder.path("strace")).unwrap().matches("rt_sigtimedwait(").count();
    assert!(waits < 50, "{waits} waits in a third of a second: it spins");
    assert_eq!(ended.stderr, "rinit: cannot wait for signals: operation not permitted; none will be forwarded\n");
}

fn descriptors_are_closed_and_the_directory_left_so_that_nobody_waits_for_rinit(place: Place) {
    // As other inits, it would otherwise keep a pipe open that the program has closed, and a file system busy.
    let setup = probe(&["setup", "open=3", "open=150", "chdir=/usr", "--"]);
    for forbidden in [false, true] {
        let folder = Folder::new("detached");
        if forbidden && !strace_available() {
            return;
        }
        let launch = Launch::new(place).by_way_of(&setup);
        let launch = if forbidden {
            launch.under(&strace(&folder.path("strace"), &["close_range:error=ENOSYS"]))
        } else {
            launch
        };
        let mut running = launch.start(&probe(&["catch", "1"]));
        running.expect_line("ready");
        let pid = running.pid();
        let open = || {
            std::fs::read_dir(format!("/proc/{pid}/fd"))
                .unwrap()
                .map(|fd| fd.unwrap().file_name().into_string().unwrap())
                .collect::<Vec<_>>()
        };
        crate::harness::wait_until("rinit has let go", || {
            std::fs::read_link(format!("/proc/{pid}/cwd")).unwrap().as_os_str() == "/"
        });
        let mut open = open();
        open.sort();
        assert_eq!(open, ["0", "1", "2"]);
        running.signal(libc::SIGUSR1);
    }
}

fn a_small_stack_and_little_memory_are_enough(place: Place) {
    for limit in ["ulimit -s 64", "ulimit -v 8192"] {
        let by_way_of = ["sh", "-c", &format!("{limit}; exec \"$@\""), "sh"];
        assert_eq!(Launch::new(place).by_way_of(&by_way_of).run(&probe(&["exit", "7"])).status, 7, "{limit}");
    }
}

fn a_tracer_or_a_stop_of_rinit_itself_is_survived(place: Place) {
    let mut running = Launch::new(place).start(&probe(&["catch", "2"]));
    running.expect_line("ready");
    for _ in 0..2 {
        // From an ancestor of the namespace, these work on PID 1 too; both make the wait return EINTR.
        running.signal(libc::SIGSTOP);
        running.signal(libc::SIGCONT);
        running.expect_line("18");
    }
    assert_eq!(running.wait().status, 0);
}

fn it_runs_as_the_init_of_a_program_that_is_an_init(place: Place) {
    let rinit = env!("CARGO_BIN_EXE_rinit");
    assert_eq!(Launch::new(place).run(&[rinit, "--", rinit, &program("probe"), "exit", "9"]).status, 9);
}

in_both_places! {
    it_does_not_wake_up_in_ten_idle_seconds
    it_needs_no_standard_descriptors
    it_needs_no_proc_no_dev_and_no_tmp
    it_needs_no_environment
    a_system_call_that_is_forbidden_or_unknown_changes_nothing
    where_waiting_for_signals_is_forbidden_the_programs_end_is_still_seen
    descriptors_are_closed_and_the_directory_left_so_that_nobody_waits_for_rinit
    a_small_stack_and_little_memory_are_enough
    a_tracer_or_a_stop_of_rinit_itself_is_survived
    it_runs_as_the_init_of_a_program_that_is_an_init
}
