//! A container: starting it, talking to it, and seeing how it ends.

use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::engine::{Output, docker, end_of, unique_name, wait_until};
use crate::pty::Pty;

/// A container to be.
pub struct Launch {
    image: String,
    options: Vec<String>,
    command: Vec<String>,
}

impl Launch {
    pub fn new(image: &str, command: &[&str]) -> Launch {
        Launch { image: image.to_owned(), options: Vec::new(), command: owned(command) }
    }

    /// With these options of `docker run` too.
    pub fn options(mut self, options: &[&str]) -> Launch {
        self.options.extend(owned(options));
        self
    }

    /// Starts it in the background.
    #[track_caller]
    pub fn start(self) -> Container {
        let (container, output) = self.call(&["--detach"]);
        output.expect_success();
        container
    }

    /// Runs it in the foreground, as somebody at a terminal would, and waits until it ends.
    #[track_caller]
    pub fn run(self) -> Ended {
        let (_container, Output { status, stdout, stderr }) = self.call(&[]);
        Ended { status: status.code().expect("docker was killed"), stdout, stderr }
    }

    /// Starts it with `docker run -it` at this terminal.
    #[track_caller]
    pub fn at(self, terminal: &Pty) -> (Container, Client) {
        let container = Container { name: unique_name() };
        let client = Client::at(terminal, &self.words(&container, &["--interactive", "--tty"]));
        (container, client)
    }

    fn call(self, mode: &[&str]) -> (Container, Output) {
        let container = Container { name: unique_name() };
        let output = docker(&self.words(&container, mode));
        (container, output)
    }

    fn words<'a>(&'a self, container: &'a Container, mode: &[&'a str]) -> Vec<&'a str> {
        let options = self.options.iter().map(String::as_str);
        let command = self.command.iter().map(String::as_str);
        let run = ["run", "--name", &container.name].into_iter().chain(mode.iter().copied());
        run.chain(options).chain([self.image.as_str()]).chain(command).collect()
    }
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// How a container ended, and what it wrote.
#[derive(Debug)]
pub struct Ended {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// The init's own lines. Others may write to stderr too: docker, about what this kernel cannot limit, and shells, about
    /// children that were killed.
    pub fn of_init(&self) -> Vec<&str> {
        self.stderr.lines().filter(|line| line.starts_with("rinit: ")).collect()
    }
}

/// A `docker` whose user is at a terminal. It is killed when this goes out of scope, in a failed test too.
pub struct Client {
    process: Child,
}

impl Client {
    /// Calls it as the leader of a session that has this terminal, which is how it learns of a new window size.
    #[track_caller]
    fn at(terminal: &Pty, words: &[&str]) -> Client {
        let [stdin, stdout, stderr] = [(); 3].map(|()| Stdio::from(terminal.peer()));
        let mut call = Command::new("setsid");
        call.args(["--ctty", "docker"]).args(words).stdin(stdin).stdout(stdout).stderr(stderr);
        Client { process: call.spawn().expect("cannot call setsid (of util-linux)") }
    }

    /// The status that it ends with, which must be soon.
    #[track_caller]
    pub fn end(&mut self) -> i32 {
        let status = end_of(&mut self.process).expect("docker took too long to end");
        status.code().expect("docker was killed")
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // No error if it has ended, and is waited for already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A container that has been started. It is killed and removed when this goes out of scope, in a failed test too.
pub struct Container {
    name: String,
}

impl Container {
    /// What docker's own options call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// All that its processes have written so far.
    pub fn log(&self) -> String {
        let Ended { stdout, stderr, .. } = self.logs();
        stdout + &stderr
    }

    /// Waits until its log has a line that begins like this.
    #[track_caller]
    pub fn wait_for(&self, start: &str) {
        self.wait_until(start, || self.log().lines().any(|line| line.starts_with(start)));
    }

    /// Waits until something is so, and fails with the container's log if it does not happen.
    #[track_caller]
    pub fn wait_until(&self, what: &str, is_so: impl FnMut() -> bool) {
        wait_until(what, is_so, || format!("the container's log:\n{}", self.log()));
    }

    /// `docker kill`, with a signal.
    #[track_caller]
    pub fn kill(&self, signal: &str) {
        docker(&["kill", "--signal", signal, &self.name]).expect_success();
    }

    /// `docker stop`, and how long it took.
    #[track_caller]
    pub fn stop(&self, options: &[&str]) -> Duration {
        let before = Instant::now();
        docker(&[&["stop"], options, &[&self.name]].concat()).expect_success();
        before.elapsed()
    }

    /// `docker start`, of one that has ended.
    #[track_caller]
    pub fn start_again(&self) {
        docker(&["start", &self.name]).expect_success();
    }

    /// `docker pause`: none of its processes runs.
    #[track_caller]
    pub fn pause(&self) {
        docker(&["pause", &self.name]).expect_success();
    }

    /// `docker unpause`.
    #[track_caller]
    pub fn unpause(&self) {
        docker(&["unpause", &self.name]).expect_success();
    }

    /// `docker exec` of a shell script, as root.
    #[track_caller]
    pub fn exec(&self, script: &str) -> Output {
        docker(&["exec", "--user", "0", &self.name, "sh", "-c", script])
    }

    /// `docker exec -d` of a shell script, as root, which writes to the container's log.
    #[track_caller]
    pub fn exec_beside(&self, script: &str) {
        let script = format!("exec > /proc/1/fd/1 2> /proc/1/fd/2; {script}");
        docker(&["exec", "--detach", "--user", "0", &self.name, "sh", "-c", &script]).expect_success();
    }

    /// `docker exec -it` of a command at this terminal.
    #[track_caller]
    pub fn exec_at(&self, terminal: &Pty, command: &[&str]) -> Client {
        Client::at(terminal, &[&["exec", "--interactive", "--tty", &self.name], command].concat())
    }

    /// The states of the children of PID 1, its own and adopted: `S` for asleep, `Z` for a zombie, as `proc_pid_stat(5)`.
    #[track_caller]
    pub fn children_of_pid_1(&self) -> Vec<String> {
        // A process may end between the moment when its file is found and that when it is read: cat then fails.
        let processes = self.exec("cat /proc/[0-9]*/stat 2> /dev/null; true").expect_success();
        let after_names = processes.lines().filter_map(|line| line.rsplit_once(") "));
        let states = after_names.filter_map(|(_, rest)| rest.split_once(" 1 ").map(|(state, _)| state.to_owned()));
        states.filter(|state| state.len() == 1).collect()
    }

    /// Waits until it has ended.
    #[track_caller]
    pub fn end(&self) -> Ended {
        self.wait_until("the container ends", || self.state("Running") == "false");
        Ended { status: self.state("ExitCode").parse().unwrap(), ..self.logs() }
    }

    fn logs(&self) -> Ended {
        let Output { stdout, stderr, .. } = docker(&["logs", &self.name]);
        Ended { status: 0, stdout, stderr }
    }

    fn state(&self, field: &str) -> String {
        let output = docker(&["inspect", "--format", &format!("{{{{.State.{field}}}}}"), &self.name]);
        output.expect_success().trim().to_owned()
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        // Not by `docker`, which may panic, and a panic in here during another one is the end of all tests. A machine that
        // is out of processes or memory for a moment may be the reason why the test failed, and should not keep litter.
        let mut remove = Command::new("docker");
        remove.args(["rm", "--force", &self.name]).stdout(Stdio::null()).stderr(Stdio::null());
        for attempt in 1..=3 {
            match remove.status() {
                Ok(status) if status.success() => return,
                _ => thread::sleep(Duration::from_millis(200) * attempt),
            }
        }
    }
}
