//! Terminals: rules 16 and 17. The init leads a session that has a terminal, as in `docker run -it`.

use std::fs::read_to_string;

use crate::harness::{Ended, Folder, Launch, Place, Pty, Running, probe, shell, strace, strace_available, wait_until};

in_both_places! {
    ctrl_c_ends_the_program_with_130
    ctrl_c_arrives_once
    ctrl_backslash_ends_the_program_with_131
    ctrl_z_freezes_nothing_since_nobody_could_resume_it
    a_job_of_a_shell_is_stopped_with_ctrl_z_and_resumed_with_fg
    the_program_reads_the_terminal_though_stdin_is_redirected
    ctrl_c_reaches_the_group_of_a_program_that_has_the_terminal_on_no_descriptor
    ctrl_c_ends_a_program_that_has_the_terminal_on_no_descriptor
    a_program_that_reads_the_terminal_before_the_init_has_looked_for_it_gets_it
    the_terminal_is_looked_for_before_the_start_only_if_it_is_on_a_descriptor
    the_terminal_is_found_on_a_descriptor_where_there_is_no_dev_tty
    a_new_window_size_arrives_once
    a_terminal_that_hangs_up_sends_hup_and_the_init_ends_with_the_program
    a_program_that_starts_a_session_still_gets_ctrl_c
    the_program_has_the_foreground_from_its_first_instruction
    a_deliberate_stop_is_left_alone_and_ctrl_c_ends_it
    the_next_command_still_has_the_terminal
    in_the_background_of_a_script_it_leaves_the_script_its_terminal
    a_program_that_lost_the_terminal_to_a_group_that_is_gone_gets_it
    without_a_terminal_too_a_stop_that_nobody_could_undo_is_undone
}

/// What does not read the terminal: there is no such file for it to wait for.
const STOPPABLE: [&str; 2] = ["job", "/does/not/exist"];

fn on_terminal<S: AsRef<std::ffi::OsStr>>(place: Place, command: &[S]) -> (Pty, Running) {
    let terminal = Pty::new();
    let running = Launch::new(place).on_terminal(&terminal).start(command);
    (terminal, running)
}

/// A shell script that says "ready" when it is.
fn ready(place: Place, script: &str) -> (Pty, Running) {
    let (mut terminal, running) = on_terminal(place, &shell(script));
    terminal.expect("ready\r\n");
    (terminal, running)
}

fn ends_with(running: Running, status: i32) {
    let Ended { status: actual, .. } = running.wait();
    assert_eq!(actual, status);
}

fn ctrl_c_ends_the_program_with_130(place: Place) {
    let (mut terminal, running) = ready(place, "echo ready; exec sleep 100");
    terminal.type_keys("\x03");
    ends_with(running, 130);
    assert_eq!(terminal.rest(), "");
}

fn ctrl_c_arrives_once(place: Place) {
    let (mut terminal, running) = on_terminal(place, &probe(&["catch", "2"]));
    terminal.expect("ready\r\n");
    terminal.type_keys("\x03");
    terminal.expect("2\r\n");
    // A second SIGINT would come before it.
    running.signal(libc::SIGUSR1);
    assert_eq!(terminal.expect("10\r\n"), "");
    ends_with(running, 0);
}

fn ctrl_backslash_ends_the_program_with_131(place: Place) {
    let (mut terminal, running) = ready(place, "ulimit -c 0; echo ready; exec sleep 100");
    terminal.type_keys("\x1c");
    ends_with(running, 131);
}

fn ctrl_z_freezes_nothing_since_nobody_could_resume_it(place: Place) {
    let (mut terminal, running) = on_terminal(place, &probe(&STOPPABLE));
    terminal.expect("ready\r\n");
    for _ in 0..3 {
        terminal.type_keys("\x1a");
        terminal.expect("resumed\r\n");
    }
    terminal.type_keys("\x03");
    ends_with(running, 130);
}

fn a_job_of_a_shell_is_stopped_with_ctrl_z_and_resumed_with_fg(place: Place) {
    let bash = ["env", "PS1=prompt>", "bash", "--norc", "--noprofile", "--noediting", "-i"];
    let (mut terminal, running) = on_terminal(place, &bash);
    terminal.expect("prompt>");
    terminal.type_line(&probe(&STOPPABLE).join(" "));
    terminal.expect("ready\r\n");
    terminal.type_keys("\x1a");
    terminal.expect("prompt>");
    terminal.type_line("jobs");
    assert!(terminal.expect("prompt>").contains("Stopped"));
    terminal.type_line("fg");
    terminal.expect("resumed\r\n");
    terminal.type_keys("\x03");
    terminal.expect("prompt>");
    terminal.type_line("echo it ended with $?");
    terminal.expect("it ended with 130\r\n");
    terminal.expect("prompt>");
    terminal.type_line("exit 7");
    ends_with(running, 7);
}

fn the_program_reads_the_terminal_though_stdin_is_redirected(place: Place) {
    let terminal = Pty::new();
    let script = "exec </dev/null >/dev/null 2>&1 \"$@\"";
    let read = "echo ready >/dev/tty; read -r line </dev/tty; echo \"read $line\" >/dev/tty";
    let launch = Launch::new(place).on_terminal(&terminal).by_way_of(&["sh", "-c", script, "sh"]);
    let running = launch.start(&shell(read));
    let mut terminal = terminal;
    terminal.expect("ready\r\n");
    terminal.type_line("hello");
    terminal.expect("read hello\r\n");
    ends_with(running, 0);
}

/// Redirects all three standard descriptors, the output to this file, for what leads a session with a terminal.
fn redirected(launch: Launch, output: &str) -> Launch {
    launch.by_way_of(&["sh", "-c", "output=$1; shift; exec </dev/null >$output 2>&1 \"$@\"", "sh", output])
}

fn ctrl_c_reaches_the_group_of_a_program_that_has_the_terminal_on_no_descriptor(place: Place) {
    let (mut terminal, folder) = (Pty::new(), Folder::new("redirected"));
    let output = folder.path("output");
    let launch = redirected(Launch::new(place).on_terminal(&terminal), &output);
    let running = launch.start(&probe(&["leave", "member", "then", "until", "10", "7"]));
    let has = |line: &str| read_to_string(&output).is_ok_and(|output| output.lines().any(|it| it == line));
    wait_until("the program is ready", || has("ready"));
    // It may be faster than the init.
    wait_until("the program has the foreground", || has_foreground(running.program_pid()));
    terminal.type_keys("\x03");
    wait_until("both have got SIGINT", || has("2") && has("member got 2"));
    running.signal(libc::SIGUSR1);
    ends_with(running, 7);
}

fn ctrl_c_ends_a_program_that_has_the_terminal_on_no_descriptor(place: Place) {
    let (mut terminal, folder) = (Pty::new(), Folder::new("redirected"));
    let output = folder.path("output");
    let launch = redirected(Launch::new(place).on_terminal(&terminal), &output);
    let running = launch.start(&probe(&STOPPABLE));
    wait_until("the program is ready", || read_to_string(&output).is_ok_and(|output| output == "ready\n"));
    // Whether the init has found the terminal by then or not.
    terminal.type_keys("\x03");
    ends_with(running, 130);
}

/// Whether a process leads the group in the foreground of its terminal.
fn has_foreground(pid: i32) -> bool {
    let stat = read_to_string(format!("/proc/{pid}/stat")).unwrap();
    // Fields of proc_pid_stat(5), after the name: state, parent, process group, session, terminal, foreground's process group.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[2] == pid.to_string() && fields[5] == fields[2]
}

fn a_program_that_reads_the_terminal_before_the_init_has_looked_for_it_gets_it(place: Place) {
    if !strace_available() {
        return;
    }
    let (mut terminal, folder) = (Pty::new(), Folder::new("late"));
    // The program runs meanwhile.
    let trace = strace(&folder.path("strace"), &["clone:delay_exit=1000000"]);
    let launch = Launch::new(place).on_terminal(&terminal).under(&trace);
    let read = "echo ready >/dev/tty; read -r line </dev/tty; echo \"read $line\" >/dev/tty";
    let running = redirected(launch, "/dev/null").start(&shell(read));
    terminal.expect("ready\r\n");
    terminal.type_line("hello");
    terminal.expect("read hello\r\n");
    ends_with(running, 0);
}

fn the_terminal_is_looked_for_before_the_start_only_if_it_is_on_a_descriptor(place: Place) {
    if !strace_available() {
        return;
    }
    let folder = Folder::new("looks");
    let log = folder.path("strace");
    let looks_first = |launch: Launch| {
        ends_with(launch.start(&["true"]), 0);
        let log = read_to_string(&log).unwrap();
        log.find("\"/dev/tty\"").unwrap() < log.rfind("/true\", [").unwrap()
    };
    let terminals = [Pty::new(), Pty::new()];
    let [on_descriptors, on_none] =
        terminals.each_ref().map(|terminal| Launch::new(place).on_terminal(terminal).under(&strace(&log, &[])));
    assert!(looks_first(on_descriptors));
    assert!(!looks_first(redirected(on_none, "/dev/null")));
}

fn the_terminal_is_found_on_a_descriptor_where_there_is_no_dev_tty(place: Place) {
    let mut terminal = Pty::new();
    let hidden = "mount -t tmpfs none /dev && exec \"$@\"";
    let launch = Launch::new(place).on_terminal(&terminal).by_way_of(&["sh", "-c", hidden, "sh"]);
    let running = launch.start(&shell("[ -e /dev/tty ] || echo ready; read -r line; echo read $line"));
    terminal.expect("ready\r\n");
    // In the background it would be stopped, and not be given the terminal.
    terminal.type_line("hello");
    terminal.expect("read hello\r\n");
    ends_with(running, 0);
}

fn a_new_window_size_arrives_once(place: Place) {
    let (mut terminal, running) = on_terminal(place, &probe(&["catch", "3"]));
    terminal.expect("ready\r\n");
    for rows in [30, 40] {
        terminal.resize(rows, 100);
        assert_eq!(terminal.expect("28\r\n"), "");
    }
    // A second SIGWINCH for one of them would have come before it.
    running.signal(libc::SIGIO);
    assert_eq!(terminal.expect("29\r\n"), "");
    ends_with(running, 0);
}

fn a_terminal_that_hangs_up_sends_hup_and_the_init_ends_with_the_program(place: Place) {
    let (terminal, running) = ready(place, "trap 'exit 9' HUP; echo ready; while :; do sleep 0.01; done");
    drop(terminal);
    ends_with(running, 9);
}

fn a_program_that_starts_a_session_still_gets_ctrl_c(place: Place) {
    let (mut terminal, running) = on_terminal(place, &["setsid", "--wait", "sh", "-c", "echo ready; exec sleep 100"]);
    terminal.expect("ready\r\n");
    terminal.type_keys("\x03");
    ends_with(running, 130);
}

fn the_program_has_the_foreground_from_its_first_instruction(place: Place) {
    // Fields of proc_pid_stat(5): ... process group, session, terminal, foreground's process group.
    let script = "read -r _ _ _ _ group _ _ foreground _ </proc/$$/stat; echo \"$$ $group $foreground\"";
    let (mut terminal, running) = on_terminal(place, &shell(script));
    let line = terminal.expect("\r\n");
    let numbers: Vec<&str> = line.split(' ').collect();
    assert_eq!([numbers[1], numbers[2]], [numbers[0]; 2], "{line}");
    ends_with(running, 0);
}

fn a_deliberate_stop_is_left_alone_and_ctrl_c_ends_it(place: Place) {
    let (mut terminal, running) = on_terminal(place, &probe(&STOPPABLE));
    terminal.expect("ready\r\n");
    let pid = running.program_pid();
    // SAFETY: takes numbers.
    assert_eq!(unsafe { libc::kill(pid, libc::SIGSTOP) }, 0);
    crate::harness::wait_until("the program is stopped and the init has seen it", || {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        fields[0] == "T" && fields[2] != fields[5]
    });
    terminal.type_keys("\x03");
    ends_with(running, 130);
}

fn the_next_command_still_has_the_terminal(place: Place) {
    let terminal = Pty::new();
    // A shell without job control, which does not take the terminal itself.
    let script = "\"$@\"; echo done; head -n 1";
    let launch = Launch::new(place).on_terminal(&terminal).by_way_of(&["sh", "-c", script, "sh"]);
    let running = launch.start(&["true"]);
    let mut terminal = terminal;
    terminal.expect("done\r\n");
    terminal.type_line("a line");
    terminal.expect("a line\r\n");
    ends_with(running, 0);
}

fn in_the_background_of_a_script_it_leaves_the_script_its_terminal(place: Place) {
    let mut terminal = Pty::new();
    let script = "\"$@\" & read -r line; echo \"the script has read $line\"; kill $!; wait $!";
    let launch = Launch::new(place).on_terminal(&terminal).by_way_of(&["sh", "-c", script, "sh"]);
    let running = launch.start(&probe(&STOPPABLE));
    terminal.expect("ready\r\n");
    terminal.type_line("a line");
    terminal.expect("the script has read a line\r\n");
    ends_with(running, 143);
}

fn a_program_that_lost_the_terminal_to_a_group_that_is_gone_gets_it(place: Place) {
    // An interactive shell takes the foreground, and has no chance to give it back.
    let script = "bash --norc --noprofile -i -c 'kill -KILL $$' 2>/dev/null; echo ready; read -r line; echo read $line";
    let (mut terminal, running) = on_terminal(place, &shell(script));
    terminal.expect("ready\r\n");
    terminal.type_line("hello");
    terminal.expect("read hello\r\n");
    ends_with(running, 0);
}

fn without_a_terminal_too_a_stop_that_nobody_could_undo_is_undone(place: Place) {
    let mut running = Launch::new(place).start(&probe(&STOPPABLE));
    running.expect_line("ready");
    for signal in [libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU] {
        // SAFETY: takes numbers.
        assert_eq!(unsafe { libc::kill(running.program_pid(), signal) }, 0);
        running.expect_line("resumed");
    }
    running.signal(libc::SIGTERM);
    ends_with(running, 143);
}
