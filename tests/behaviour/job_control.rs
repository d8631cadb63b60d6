//! An init that is a job of an interactive shell, where somebody can resume it.

use crate::harness::{Folder, Launch, Place, Pty, Running, command_line, namespaces_available, program, wait_until};

/// Says when it is ready and when it has been resumed, and does not touch the terminal.
fn stoppable() -> String {
    format!("{} job /does/not/exist", program("probe"))
}

/// The same, but reads the terminal.
fn reader() -> String {
    format!("{} job /", program("probe"))
}

/// Each of these is one test.
macro_rules! as_a_job {
    ($($name:ident)*) => {
        mod as_a_job {
            $(#[test] fn $name() { if crate::job_control::namespaces_available() { super::$name(super::Bash::new()) } })*
        }
    };
}

as_a_job! {
    ctrl_z_stops_the_init_with_its_program_and_fg_resumes_both
    a_stopped_job_goes_on_in_the_background_and_comes_back
    in_the_background_it_leaves_the_shell_its_terminal
    a_program_in_the_background_that_reads_is_stopped_until_it_is_in_the_foreground
    ctrl_z_stops_the_script_that_the_init_is_part_of
    the_shell_has_the_terminal_when_the_program_has_ended
    without_isolation_too_ctrl_z_stops_and_fg_resumes
    a_stop_request_ends_a_stopped_job
    a_shell_that_took_the_terminal_while_the_init_was_stopped_keeps_it
    a_time_limit_on_it_holds_though_its_program_is_stopped
    without_isolation_ctrl_c_arrives_once_though_it_was_in_the_background
}

/// bash at a terminal, waiting for a command.
struct Bash {
    terminal: Pty,
    running: Running,
}

impl Bash {
    fn new() -> Bash {
        let mut terminal = Pty::new();
        let launch = Launch::new(Place::Subreaper).on_terminal(&terminal).without_init();
        let bash = ["env", "PS1=prompt>", "bash", "--norc", "--noprofile", "--noediting", "-i"];
        let running = launch.start(&bash);
        terminal.expect("prompt>");
        Bash { terminal, running }
    }

    /// Types a command to run under the init.
    fn run(&mut self, options: &[&str], command: &str) {
        self.terminal.type_line(&command_line(options, command));
    }

    /// Types a command, and returns what it shows until the next prompt.
    #[track_caller]
    fn answer(&mut self, command: &str) -> String {
        self.terminal.type_line(command);
        self.terminal.expect("prompt>")
    }

    /// What `jobs` says, once it says this.
    #[track_caller]
    fn expect_job(&mut self, state: &str) {
        while !self.answer("jobs").contains(state) {}
    }

    #[track_caller]
    fn stop_with_ctrl_z(&mut self) {
        self.terminal.type_keys("\x1a");
        self.terminal.expect("prompt>");
        self.expect_job("Stopped");
    }

    #[track_caller]
    fn resume_with_fg(&mut self) {
        self.terminal.type_line("fg");
        self.terminal.expect("resumed\r\n");
    }

    /// Ends the job in the foreground, which then has this status, and the shell.
    #[track_caller]
    fn end_with_ctrl_c(mut self, status: u8) {
        self.terminal.type_keys("\x03");
        self.terminal.expect("prompt>");
        let answer = self.answer("echo status $?");
        assert!(answer.contains(&format!("status {status}\r\n")), "{answer}");
        self.leave();
    }

    #[track_caller]
    fn leave(mut self) {
        assert!(!self.answer("jobs").contains("Stopped"));
        self.terminal.type_line("exit 7");
        assert_eq!(self.running.wait().status, 7);
    }
}

fn ctrl_z_stops_the_init_with_its_program_and_fg_resumes_both(mut bash: Bash) {
    bash.run(&[], &stoppable());
    bash.terminal.expect("ready\r\n");
    for _ in 0..3 {
        bash.stop_with_ctrl_z();
        bash.resume_with_fg();
    }
    bash.end_with_ctrl_c(130);
}

fn a_stopped_job_goes_on_in_the_background_and_comes_back(mut bash: Bash) {
    // Reads nothing until it is told to, so that the background is no reason to stop it.
    let folder = Folder::new("job");
    let gate = folder.path("gate");
    bash.run(&[], &format!("{} job {gate}", program("probe")));
    bash.terminal.expect("ready\r\n");
    bash.stop_with_ctrl_z();
    bash.terminal.type_line("bg");
    bash.terminal.expect("resumed\r\n");
    bash.expect_job("Running");
    bash.terminal.type_line("read -r line; echo the shell has read $line");
    bash.terminal.type_line("a line");
    bash.terminal.expect("the shell has read a line\r\n");
    bash.terminal.expect("prompt>");
    // bash tells nothing to a running job that it moves into the foreground.
    bash.terminal.type_line("fg");
    let own = bash.running.pid();
    wait_until("the job is in the foreground", || foreground_of(own) != own);
    std::fs::write(gate, "").unwrap();
    bash.terminal.type_line("hello");
    bash.terminal.expect("read hello\r\n");
    bash.terminal.expect("prompt>");
    bash.leave();
}

/// What `proc_pid_stat(5)` says after a process's name, if there is that process.
fn stat(pid: i32) -> Option<Vec<String>> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(stat.rsplit(')').next()?.split_whitespace().map(str::to_owned).collect())
}

fn state_of(pid: i32) -> Option<char> {
    stat(pid)?[0].chars().next()
}

/// The process group in the foreground of a process's terminal.
fn foreground_of(pid: i32) -> i32 {
    stat(pid).unwrap()[5].parse().unwrap()
}

fn in_the_background_it_leaves_the_shell_its_terminal(mut bash: Bash) {
    bash.terminal.type_line(&format!("{} &", command_line(&[], "sh -c 'echo ready; exec sleep 100'")));
    bash.terminal.expect("ready\r\n");
    bash.terminal.type_line("read -r line; echo read $line");
    bash.terminal.type_line("hello");
    bash.terminal.expect("read hello\r\n");
    bash.terminal.expect("prompt>");
    bash.terminal.type_line("kill %1; wait %1; echo status $?");
    bash.terminal.expect("status 143\r\n");
    bash.terminal.expect("prompt>");
    bash.leave();
}

fn a_program_in_the_background_that_reads_is_stopped_until_it_is_in_the_foreground(mut bash: Bash) {
    bash.terminal.type_line(&format!("{} &", command_line(&[], "sh -c 'read -r line; echo read $line'")));
    bash.terminal.expect("prompt>");
    bash.expect_job("Stopped");
    bash.terminal.type_line("fg");
    bash.terminal.expect("sh -c");
    bash.terminal.type_line("hello");
    bash.terminal.expect("read hello\r\n");
    bash.terminal.expect("prompt>");
    bash.leave();
}

fn ctrl_z_stops_the_script_that_the_init_is_part_of(mut bash: Bash) {
    // A shell without job control: it waits for the init, and must be stopped for bash to notice.
    bash.terminal.type_line(&format!("sh -c '{}; echo afterwards $?'", command_line(&[], &stoppable())));
    bash.terminal.expect("ready\r\n");
    bash.stop_with_ctrl_z();
    bash.resume_with_fg();
    bash.terminal.type_keys("\x03");
    bash.terminal.expect("prompt>");
    bash.leave();
}

fn the_shell_has_the_terminal_when_the_program_has_ended(mut bash: Bash) {
    for _ in 0..3 {
        let answer = bash.answer(&command_line(&[], "true"));
        assert!(!answer.contains("Stopped"), "{answer}");
        bash.terminal.type_line("head -n 1");
        bash.terminal.type_line("hello");
        bash.terminal.expect("hello\r\n");
        bash.terminal.expect("prompt>");
    }
    bash.leave();
}

fn without_isolation_too_ctrl_z_stops_and_fg_resumes(mut bash: Bash) {
    bash.run(&["--isolate=none"], &stoppable());
    bash.terminal.expect("ready\r\n");
    bash.stop_with_ctrl_z();
    bash.resume_with_fg();
    bash.end_with_ctrl_c(130);
}

fn a_stop_request_ends_a_stopped_job(mut bash: Bash) {
    bash.run(&[], &reader());
    bash.terminal.expect("ready\r\n");
    bash.stop_with_ctrl_z();
    let init = bash.running.program_pid();
    // bash sends a stopped job SIGCONT after it.
    bash.terminal.type_line("kill %1");
    // Whether bash notices is not our business: now and then it has a zombie for a job, and calls it stopped.
    wait_until("the init has ended", || matches!(state_of(init), None | Some('Z')));
}

fn a_shell_that_took_the_terminal_while_the_init_was_stopped_keeps_it(mut bash: Bash) {
    let folder = Folder::new("job");
    let gate = folder.path("gate");
    bash.run(&[], &format!("sh -c 'echo ready; until [ -e {gate} ]; do sleep 0.01; done'"));
    bash.terminal.expect("ready\r\n");
    let init = bash.running.program_pid();
    // SAFETY: takes numbers.
    assert_eq!(unsafe { libc::kill(init, libc::SIGSTOP) }, 0);
    bash.terminal.expect("prompt>");
    bash.answer("bg");
    std::fs::write(gate, "").unwrap();
    wait_until("the init has ended", || matches!(state_of(init), None | Some('Z')));
    assert!(bash.answer("echo still here").contains("still here"));
    bash.leave();
}

fn a_time_limit_on_it_holds_though_its_program_is_stopped(mut bash: Bash) {
    // timeout(1) makes a process group in the background, in which cat is stopped; itself it is not.
    let limited = format!("bash -c 'timeout 0.2 {}; echo ended $?'", command_line(&[], "cat"));
    let answer = bash.answer(&limited);
    assert!(answer.contains("ended 124"), "{answer}");
    bash.leave();
}

fn without_isolation_ctrl_c_arrives_once_though_it_was_in_the_background(mut bash: Bash) {
    let command = format!("{} catch 2", program("probe"));
    bash.terminal.type_line(&format!("{} &", command_line(&["--isolate=none"], &command)));
    bash.terminal.expect("ready\r\n");
    let init = bash.running.program_pid();
    bash.terminal.type_line("fg");
    let own = bash.running.pid();
    // What bash says it has resumed.
    bash.terminal.expect("catch 2\r\n");
    wait_until("the job is in the foreground", || foreground_of(own) != own);
    bash.terminal.type_keys("\x03");
    bash.terminal.expect("2\r\n");
    // A second SIGINT would come before it.
    // SAFETY: takes numbers.
    assert_eq!(unsafe { libc::kill(init, libc::SIGUSR1) }, 0);
    assert_eq!(bash.terminal.expect("10\r\n"), "");
    bash.terminal.expect("prompt>");
    bash.leave();
}
