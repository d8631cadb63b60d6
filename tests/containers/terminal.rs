//! `docker run -it` and `docker exec -it`, with the test at the keyboard.
//!
//! The terminal of the container is the engine's. That of the client, which the test holds, hands on what is typed and shown:
//! it is in raw mode by the time the program has said "ready".

use crate::container::{Client, Container};
use crate::image::{Image, image, words_under_init};
use crate::pty::Pty;
use crate::stopping::NO_HANDLER;

/// Becomes the command, on a terminal that does not show what is typed, and keeps what has been printed when a key sends a
/// signal: the kernel sends it first, and discards afterwards what is on its way, be it the answer.
const QUIETLY: [&str; 4] = ["sh", "-c", "stty -echo noflsh; exec \"$@\"", "sh"];

/// Says its signals, and blocks them all. Ends with its container.
const CATCH: [&str; 3] = ["probe", "catch", "1000"];

/// Says when it has been resumed; every other signal does what it does by default. There is no such file for it to wait for.
/// Not a shell that becomes `sleep` after it has said "ready": until then it may ignore SIGQUIT, as that of busybox does.
const STOPPABLE: [&str; 3] = ["probe", "job", "/does/not/exist"];

/// Says the lines that it reads. It starts nothing.
const READER: [&str; 3] = ["sh", "-c", "echo ready; while read -r line; do echo read $line; done"];

/// A container with a user, who sits down when the program says that it is ready.
struct Session {
    terminal: Pty,
    // Before the container, so that no client is there to start it after it has been removed.
    client: Client,
    container: Container,
}

impl Session {
    /// The command runs under the init with these options of the init.
    #[track_caller]
    fn new(image: &Image, options: &[&str], command: &[&str]) -> Session {
        Session::by_way_of(image, &QUIETLY, &[options, command].concat())
    }

    /// The command runs under the init, which is started by way of another.
    #[track_caller]
    fn by_way_of(image: &Image, before: &[&str], command: &[&str]) -> Session {
        let mut terminal = Pty::new();
        let (container, client) = image.by_way_of(before, command).at(&terminal);
        terminal.expect("ready\r\n");
        Session { terminal, client, container }
    }

    /// A new program under an init in a container that runs already, by `docker exec -it`. The init is not PID 1 then.
    #[track_caller]
    fn exec(image: &Image, command: &[&str]) -> Session {
        let container = image.under_init(&NO_HANDLER).start();
        let mut terminal = Pty::new();
        let words = words_under_init(command);
        let words: Vec<&str> = QUIETLY.into_iter().chain(words.iter().map(String::as_str)).collect();
        let client = container.exec_at(&terminal, &words);
        terminal.expect("ready\r\n");
        Session { terminal, client, container }
    }

    #[track_caller]
    fn ctrl_c_arrives_once(mut self) {
        self.terminal.type_keys("\x03");
        self.terminal.expect("2\r\n");
        self.container.kill("USR1");
        // A second SIGINT would come before it: the lowest number does.
        assert_eq!(self.terminal.expect("10\r\n"), "");
    }

    #[track_caller]
    fn ctrl_z_stops_the_program_and_it_is_resumed(mut self) {
        for _ in 0..3 {
            self.terminal.type_keys("\x1a");
            self.terminal.expect("resumed\r\n");
        }
        self.ctrl_c_ends_it();
    }

    #[track_caller]
    fn ctrl_z_does_nothing(mut self) {
        for word in ["one", "two"] {
            self.terminal.type_keys("\x1a");
            self.terminal.type_line(word);
            assert_eq!(self.terminal.expect(&format!("read {word}\r\n")), "");
        }
        self.ctrl_c_ends_it();
    }

    #[track_caller]
    fn ctrl_c_ends_it(mut self) {
        self.terminal.type_keys("\x03");
        self.ends_with(130);
    }

    /// With this status, and without another word.
    #[track_caller]
    fn ends_with(mut self, status: i32) {
        assert_eq!((self.client.end(), self.terminal.rest().as_str()), (status, ""));
    }
}

#[test]
fn ctrl_c_ends_the_program_with_130() {
    let Some(image) = image() else { return };
    Session::new(image, &[], &STOPPABLE).ctrl_c_ends_it();
}

#[test]
fn ctrl_c_arrives_once() {
    let Some(image) = image() else { return };
    Session::new(image, &[], &CATCH).ctrl_c_arrives_once();
}

#[test]
fn ctrl_backslash_ends_the_program_with_131() {
    let Some(image) = image() else { return };
    let mut session =
        Session::new(image, &[], &[&["sh", "-c", "ulimit -c 0; exec \"$@\"", "sh"], STOPPABLE.as_slice()].concat());
    session.terminal.type_keys("\x1c");
    session.ends_with(131);
}

#[test]
fn ctrl_z_freezes_nothing_since_nobody_could_resume_it() {
    let Some(image) = image() else { return };
    Session::new(image, &[], &STOPPABLE).ctrl_z_stops_the_program_and_it_is_resumed();
}

#[test]
fn a_job_of_a_shell_is_stopped_with_ctrl_z_and_resumed_with_fg() {
    let Some(image) = image() else { return };
    let shell = ["sh", "-c", "echo ready; PS1='prompt>' exec sh -i"];
    let mut session = Session::new(image, &[], &shell);
    let terminal = &mut session.terminal;
    terminal.expect("prompt>");
    terminal.type_line(&STOPPABLE.join(" "));
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
    assert_eq!(session.client.end(), 7);
}

#[test]
fn the_program_reads_the_terminal_though_stdin_is_redirected() {
    let Some(image) = image() else { return };
    let before = ["sh", "-c", "stty -echo noflsh; exec </dev/null >/dev/null 2>&1 \"$@\"", "sh"];
    let read = "echo ready >/dev/tty; read -r line </dev/tty; echo \"read $line\" >/dev/tty";
    let mut session = Session::by_way_of(image, &before, &["sh", "-c", read]);
    session.terminal.type_line("hello");
    assert_eq!(session.terminal.expect("read hello\r\n"), "");
    session.ends_with(0);
}

#[test]
fn a_new_window_size_arrives_once() {
    let Some(image) = image() else { return };
    let mut terminal = Pty::new();
    // Otherwise, the client sends a SIGWINCH of its own, since it gets one, besides that which the new size brings.
    let launch = image.by_way_of(&QUIETLY, &CATCH).options(&["--sig-proxy=false"]);
    let (container, _client) = launch.at(&terminal);
    terminal.expect("ready\r\n");
    // The client listens for new sizes only some time after it has started the container. Until then, none gets there.
    let mut rows = 20;
    container.wait_until("the client passes on the size of its window", || {
        rows += 1;
        terminal.resize(rows, 100);
        container.exec("stty size <>/dev/console").expect_success().trim() == format!("{rows} 100")
    });
    // The kernel says that the size is another before it is. What the client does late brings the same size, no signal.
    container.kill("IO");
    terminal.expect("29\r\n");
    for rows in [10, 15] {
        terminal.resize(rows, 100);
        assert_eq!(terminal.expect("28\r\n"), "");
    }
    // A second SIGWINCH for one of them would have come before it: the lowest number does.
    container.kill("IO");
    assert_eq!(terminal.expect("29\r\n"), "");
}

#[test]
fn the_next_command_of_a_script_that_is_pid_1_still_has_the_terminal() {
    let Some(image) = image() else { return };
    // A shell without job control, which does not take the terminal itself.
    let script = "stty -echo noflsh; \"$@\"; echo ready; head -n 1";
    let mut session = Session::by_way_of(image, &["sh", "-c", script, "sh"], &["true"]);
    session.terminal.type_line("a line");
    assert_eq!(session.terminal.expect("a line\r\n"), "");
    session.ends_with(0);
}

#[test]
fn in_a_session_of_its_own_ctrl_c_arrives_once() {
    let Some(image) = image() else { return };
    Session::new(image, &["--isolate=session"], &CATCH).ctrl_c_arrives_once();
}

#[test]
fn in_a_session_of_its_own_ctrl_z_freezes_nothing() {
    let Some(image) = image() else { return };
    Session::new(image, &["--isolate=session"], &READER).ctrl_z_does_nothing();
}

#[test]
fn without_isolation_ctrl_c_arrives_once() {
    let Some(image) = image() else { return };
    Session::new(image, &["--isolate=none"], &CATCH).ctrl_c_arrives_once();
}

#[test]
fn without_isolation_ctrl_z_freezes_nothing() {
    let Some(image) = image() else { return };
    Session::new(image, &["--isolate=none"], &READER).ctrl_z_does_nothing();
}

#[test]
fn by_docker_exec_ctrl_c_ends_the_program_with_130() {
    let Some(image) = image() else { return };
    Session::exec(image, &STOPPABLE).ctrl_c_ends_it();
}

#[test]
fn by_docker_exec_ctrl_z_freezes_nothing_since_nobody_could_resume_it() {
    let Some(image) = image() else { return };
    Session::exec(image, &STOPPABLE).ctrl_z_stops_the_program_and_it_is_resumed();
}
