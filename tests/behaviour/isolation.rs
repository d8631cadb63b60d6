//! `--isolate`: how far the program is set apart from rinit.

use crate::harness::{Launch, Place, Pty, Running, probe, shell};

in_both_places! {
    in_a_session_of_its_own_the_program_owns_the_terminal
    in_a_session_of_its_own_the_program_notices_no_hang_up
    in_a_session_of_its_own_ctrl_c_arrives_once
    in_a_session_of_its_own_dev_tty_works_though_stdin_is_redirected
    in_a_session_of_its_own_it_needs_no_terminal
    without_isolation_the_program_is_in_rinits_group
    without_isolation_ctrl_c_arrives_once_and_other_signals_are_forwarded
    without_isolation_ctrl_z_freezes_nothing
    without_isolation_a_hang_up_arrives
    without_isolation_there_is_no_group_to_forward_to
    where_its_group_is_outside_of_the_namespace_the_program_has_the_terminal_all_the_same
}

fn start(place: Place, isolate: &str, command: &[String]) -> (Pty, Running) {
    let terminal = Pty::new();
    let launch = Launch::new(place).on_terminal(&terminal).options(&[format!("--isolate={isolate}")]);
    let running = launch.start(command);
    (terminal, running)
}

/// Fields of `proc_pid_stat(5)`: who the program is, its process group, session, and its terminal's foreground.
const SHOW: &str =
    "read -r _ _ _ parent group session _ foreground _ </proc/$$/stat; echo $$ $parent $group $session $foreground";

fn shown(terminal: &mut Pty) -> [i32; 5] {
    let line = terminal.expect("\r\n");
    let numbers: Vec<i32> = line.split(' ').map(|number| number.parse().unwrap()).collect();
    numbers.try_into().unwrap()
}

fn in_a_session_of_its_own_the_program_owns_the_terminal(place: Place) {
    let (mut terminal, running) = start(place, "session", &shell(SHOW));
    let [own, _, group, session, foreground] = shown(&mut terminal);
    assert_eq!([group, session, foreground], [own; 3]);
    assert_eq!(running.wait().status, 0);
}

fn in_a_session_of_its_own_the_program_notices_no_hang_up(place: Place) {
    let (mut terminal, running) = start(place, "session", &probe(&["catch", "1"]));
    terminal.expect("ready\r\n");
    // SIGHUP and SIGCONT would come before it.
    running.signal(libc::SIGUSR1 + 20);
    assert_eq!(terminal.expect("30\r\n"), "");
    assert_eq!(running.wait().status, 0);
}

fn in_a_session_of_its_own_ctrl_c_arrives_once(place: Place) {
    let (mut terminal, running) = start(place, "session", &probe(&["catch", "2"]));
    terminal.expect("ready\r\n");
    terminal.type_keys("\x03");
    terminal.expect("2\r\n");
    running.signal(libc::SIGUSR1);
    assert_eq!(terminal.expect("10\r\n"), "");
    assert_eq!(running.wait().status, 0);
}

fn in_a_session_of_its_own_dev_tty_works_though_stdin_is_redirected(place: Place) {
    let mut terminal = Pty::new();
    let launch = Launch::new(place).on_terminal(&terminal).options(&["--isolate=session"]);
    let script = "exec </dev/null >/dev/null 2>&1 \"$@\"";
    let launch = launch.by_way_of(&["sh", "-c", script, "sh"]);
    let running = launch.start(&shell("echo ready >/dev/tty; read -r line </dev/tty; echo \"read $line\" >/dev/tty"));
    terminal.expect("ready\r\n");
    terminal.type_line("hello");
    terminal.expect("read hello\r\n");
    assert_eq!(running.wait().status, 0);
}

fn in_a_session_of_its_own_it_needs_no_terminal(place: Place) {
    let ended = Launch::new(place).options(&["--isolate=session"]).run(&shell(SHOW));
    let numbers: Vec<&str> = ended.stdout.split_whitespace().collect();
    assert_eq!([numbers[2], numbers[3], numbers[4]], [numbers[0], numbers[0], "-1"], "{}", ended.stdout);
    assert_eq!((ended.status, ended.stderr.as_str()), (0, ""));
}

fn without_isolation_the_program_is_in_rinits_group(place: Place) {
    let (mut terminal, running) = start(place, "none", &shell(SHOW));
    let [own, parent, group, session, foreground] = shown(&mut terminal);
    assert_eq!([group, session, foreground], [parent; 3]);
    assert_ne!(own, parent);
    assert_eq!(running.wait().status, 0);
}

fn without_isolation_ctrl_c_arrives_once_and_other_signals_are_forwarded(place: Place) {
    let (mut terminal, running) = start(place, "none", &probe(&["catch", "3"]));
    terminal.expect("ready\r\n");
    terminal.type_keys("\x03");
    terminal.expect("2\r\n");
    running.signal(libc::SIGUSR1);
    assert_eq!(terminal.expect("10\r\n"), "");
    running.signal(libc::SIGINT);
    assert_eq!(terminal.expect("2\r\n"), "");
    assert_eq!(running.wait().status, 0);
}

fn without_isolation_ctrl_z_freezes_nothing(place: Place) {
    let (mut terminal, running) =
        start(place, "none", &shell("echo ready; while read -r line; do echo read $line; done"));
    terminal.expect("ready\r\n");
    for word in ["one", "two"] {
        terminal.type_keys("\x1a");
        terminal.type_line(word);
        terminal.expect(&format!("read {word}\r\n"));
    }
    terminal.type_keys("\x03");
    assert_eq!(running.wait().status, 130);
    assert_eq!(terminal.rest(), "");
}

fn without_isolation_a_hang_up_arrives(place: Place) {
    let script = "trap 'exit 9' HUP; echo ready; while :; do sleep 0.01; done";
    let (mut terminal, running) = start(place, "none", &shell(script));
    terminal.expect("ready\r\n");
    drop(terminal);
    assert_eq!(running.wait().status, 9);
}

fn without_isolation_there_is_no_group_to_forward_to(place: Place) {
    for options in [["--isolate=none", "-g"], ["-g", "--isolate=none"]] {
        let ended = Launch::new(place).options(&options).run(&["echo", "ran"]);
        assert_eq!((ended.status, ended.stdout.as_str()), (125, ""));
        let why = "rinit: cannot use --forward-to=group with --isolate=none (or their twins in the environment): the command has no process group of its own then\n";
        assert_eq!(ended.stderr, why);
    }
}

/// As under `unshare --pid --fork` in a shell: rinit's process group has no number in its own namespace, and it could not give
/// the terminal back.
fn where_its_group_is_outside_of_the_namespace_the_program_has_the_terminal_all_the_same(place: Place) {
    let mut terminal = Pty::new();
    let script = "echo ready; read -r line; echo read $line; exec sleep 100";
    let running = Launch::new(place).on_terminal_from_outside(&terminal).start(&shell(script));
    terminal.expect("ready\r\n");
    terminal.type_line("hello");
    terminal.expect("read hello\r\n");
    terminal.type_keys("\x03");
    // unshare is in that group too, and dies of it; what matters is that all is over.
    running.wait_however_it_ends();
    assert_eq!(terminal.rest(), "");
}
