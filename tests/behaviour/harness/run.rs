//! Starting an init in a namespace, sending it signals, and seeing how it ended.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Read};
use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};

use super::init::{self, ForwardTo};
use super::namespace::UNSHARE;
use super::pty::Pty;
use super::{Place, program, wait_until};

/// How to start an init.
pub struct Launch {
    place: Place,
    before: Vec<OsString>,
    tracer: Vec<OsString>,
    options: Vec<OsString>,
    variables: Vec<(OsString, OsString)>,
    stderr: Option<Stdio>,
    terminal: Option<OwnedFd>,
    without_init: bool,
}

/// How it ended.
#[derive(Debug)]
pub struct Ended {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Launch {
    /// In this place, with no options.
    pub fn new(place: Place) -> Launch {
        Launch {
            place,
            before: vec![],
            tracer: vec![],
            options: vec![],
            variables: vec![],
            stderr: None,
            terminal: None,
            without_init: false,
        }
    }

    /// With these options before the command.
    pub fn options<S: AsRef<OsStr>>(mut self, options: &[S]) -> Launch {
        self.options.extend(options.iter().map(|option| option.as_ref().to_owned()));
        self
    }

    /// Forwarding signals to these.
    pub fn forwarding(self, to: ForwardTo) -> Launch {
        let options = init::options(to);
        self.options(options)
    }

    /// With this in its environment.
    pub fn variable(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Launch {
        self.variables.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// By way of a command that executes what follows it: inside the namespace, in the process that becomes the init.
    pub fn by_way_of<S: AsRef<OsStr>>(mut self, words: &[S]) -> Launch {
        self.before.extend(words.iter().map(|word| word.as_ref().to_owned()));
        self
    }

    /// Under a tracer, which stays outside of the namespace.
    pub fn under<S: AsRef<OsStr>>(mut self, words: &[S]) -> Launch {
        self.tracer.extend(words.iter().map(|word| word.as_ref().to_owned()));
        self
    }

    /// With this as stderr, which is otherwise collected.
    pub fn stderr(mut self, stderr: impl Into<Stdio>) -> Launch {
        self.stderr = Some(stderr.into());
        self
    }

    /// As the leader of a session that has this terminal, on all three standard descriptors too.
    pub fn on_terminal(self, terminal: &Pty) -> Launch {
        self.with_terminal(terminal).by_way_of(&["setsid", "--ctty"])
    }

    /// On the terminal of a session whose leader, and its process group, are outside of the namespace.
    pub fn on_terminal_from_outside(self, terminal: &Pty) -> Launch {
        self.with_terminal(terminal).under(&["setsid", "--ctty"])
    }

    fn with_terminal(mut self, terminal: &Pty) -> Launch {
        self.terminal = Some(terminal.peer());
        self
    }

    /// Without any init: to compare with.
    pub fn without_init(mut self) -> Launch {
        self.without_init = true;
        self
    }

    /// Starts it.
    pub fn start<S: AsRef<OsStr>>(self, command: &[S]) -> Running {
        let traced = !self.tracer.is_empty();
        let mut words: Vec<OsString> = self.tracer;
        words.extend(UNSHARE.map(OsString::from));
        if self.place == Place::Subreaper {
            words.extend([program("probe"), "host".to_owned()].map(OsString::from));
        }
        words.extend(self.before);
        if !self.without_init {
            words.extend(init::words().into_iter().map(OsString::from));
        }
        let (options, twins) = init::told(self.options);
        words.extend(options);
        if !self.without_init {
            words.extend(init::end_of_options().iter().map(OsString::from));
        }
        words.extend(command.iter().map(|word| word.as_ref().to_owned()));
        let mut unshare = Command::new(&words[0]);
        unshare.args(&words[1..]).envs(self.variables).envs(twins);
        let [stdin, stdout, stderr] = match self.terminal {
            Some(terminal) => [(); 3].map(|()| Stdio::from(terminal.try_clone().unwrap())),
            None => [Stdio::null(), Stdio::piped(), Stdio::piped()],
        };
        unshare.stdin(stdin).stdout(stdout).stderr(self.stderr.unwrap_or(stderr));
        // SAFETY: the function makes system calls only.
        unsafe { unshare.pre_exec(set_apart) };
        let mut unshare = unshare.spawn().unwrap_or_else(|error| panic!("cannot start {words:?}: {error}"));
        let stdout = unshare.stdout.take().map(BufReader::new);
        let watchdog = Watchdog::over(unshare.id() as i32);
        Running { unshare, stdout, seen: String::new(), place: self.place, traced, _watchdog: watchdog }
    }

    /// Starts it and waits until it has ended.
    pub fn run<S: AsRef<OsStr>>(self, command: &[S]) -> Ended {
        self.start(command).wait()
    }
}

/// An init that is running. The namespace and all that is in it are killed when this goes out of scope.
pub struct Running {
    unshare: Child,
    /// None if it is on a terminal.
    stdout: Option<BufReader<ChildStdout>>,
    seen: String,
    place: Place,
    traced: bool,
    _watchdog: Watchdog,
}

impl Running {
    /// Waits for the next line on stdout.
    pub fn line(&mut self) -> String {
        let start = self.seen.len();
        self.stdout.as_mut().unwrap().read_line(&mut self.seen).unwrap();
        self.seen[start..].trim_end().to_owned()
    }

    /// Waits for this as the next line on stdout.
    pub fn expect_line(&mut self, expected: &str) {
        let line = self.line();
        assert_eq!(line, expected, "after {:?}", self.seen);
    }

    /// The pid of the init, as seen from here, outside the namespace; waits until there is one.
    pub fn pid(&self) -> i32 {
        let pid_1 = if self.traced { 2 } else { 1 };
        match self.place {
            Place::Pid1 => self.descendant(pid_1),
            Place::Subreaper => self.descendant(pid_1 + 1),
        }
    }

    /// The pid of the program, as seen from here; waits until there is one.
    pub fn program_pid(&self) -> i32 {
        let pid = self.pid();
        let mut child = None;
        wait_until("the init has a child", || {
            child = first_child(pid);
            child.is_some()
        });
        child.unwrap()
    }

    /// The child of the child … of what we started. All the way anew until it is found: strace has children at first that
    /// come and go.
    fn descendant(&self, generations: usize) -> i32 {
        let mut found = None;
        wait_until("the init has been started", || {
            let own = self.unshare.id() as i32;
            found = (0..generations).try_fold(own, |pid, _| first_child(pid));
            found.is_some()
        });
        found.unwrap()
    }

    /// Sends a signal to the init from outside the namespace.
    pub fn signal(&self, number: i32) {
        // SAFETY: kill takes numbers.
        assert_eq!(unsafe { libc::kill(self.pid(), number) }, 0, "kill {number}");
    }

    /// Queues a signal with a value, which `sigqueue(3)` of a libc would refuse to do for some signals.
    pub fn queue(&self, pid: i32, number: i32, value: usize) {
        /// The beginning of `siginfo_t`, for si_code SI_QUEUE, on 64-bit machines.
        #[repr(C)]
        struct Queued {
            numbers: [i32; 4],
            pid_and_uid: [i32; 2],
            value: usize,
            rest: [u64; 12],
        }
        let numbers = [number, 0, libc::SI_QUEUE, 0];
        let info = Queued { numbers, pid_and_uid: [std::process::id() as i32, 0], value, rest: [0; 12] };
        // SAFETY: info is a siginfo of the kernel's size, 128 bytes.
        let result = unsafe { libc::syscall(libc::SYS_rt_sigqueueinfo, pid, number, &raw const info) };
        assert_eq!(result, 0, "rt_sigqueueinfo {number}");
    }

    /// A line of `/proc/PID/status` of the init, or none if it has ended.
    pub fn status_line(&self, name: &str) -> Option<String> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).ok()?;
        status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(":\t").map(str::to_owned))
    }

    /// Waits until it has ended, be it killed.
    pub fn wait_however_it_ends(mut self) {
        self.unshare.wait().unwrap();
    }

    /// Waits until it has ended.
    pub fn wait(mut self) -> Ended {
        // Both pipes at once, so that neither can fill up while the other is read.
        let stderr = self.unshare.stderr.take();
        let reader = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            stderr.map(|mut pipe| pipe.read_to_end(&mut bytes));
            String::from_utf8_lossy(&bytes).into_owned()
        });
        let mut rest = Vec::new();
        self.stdout.as_mut().map(|stdout| stdout.read_to_end(&mut rest).unwrap());
        self.seen.push_str(&String::from_utf8_lossy(&rest));
        let status = self.unshare.wait().unwrap();
        let status = status.code().unwrap_or_else(|| panic!("killed by signal {:?}: did it hang?", status.signal()));
        Ended { status, stdout: std::mem::take(&mut self.seen), stderr: reader.join().unwrap() }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It takes the namespace with it (--kill-child). If it has ended, so has the namespace.
        let _ = self.unshare.kill();
        let _ = self.unshare.wait();
    }
}

/// Makes the test the same wherever it is started from. A session of its own has no terminal, and no process group that we
/// are in. Every signal has its default disposition and none is blocked: glibc's posix_spawn, by which cargo starts the
/// tests, leaves 32 and 33 ignored.
fn set_apart() -> std::io::Result<()> {
    // SAFETY: takes nothing.
    unsafe { libc::setsid() };
    // The kernel's sigaction and sigset: all zeroes are SIG_DFL, no flags, and an empty set.
    let (default, empty) = ([0_u64; 4], 0_u64);
    for signal in 1..=64 {
        // SAFETY: both are large enough for the kernel to read; nothing is written. KILL and STOP are refused.
        unsafe { libc::syscall(libc::SYS_rt_sigaction, signal, &raw const default, 0, size_of_val(&empty)) };
    }
    // SAFETY: as above.
    unsafe { libc::syscall(libc::SYS_rt_sigprocmask, libc::SIG_SETMASK, &raw const empty, 0, size_of_val(&empty)) };
    Ok(())
}

/// The first child of a process.
fn first_child(pid: i32) -> Option<i32> {
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).ok()?;
    children.split_whitespace().next()?.parse().ok()
}

/// Kills a process that has run for too long, so that a test of something that hangs fails instead of hanging too.
struct Watchdog {
    /// Dropped with it, which ends the wait.
    _ended: Sender<()>,
}

impl Watchdog {
    fn over(pid: i32) -> Watchdog {
        let (ended, watched) = mpsc::channel();
        std::thread::spawn(move || {
            if watched.recv_timeout(init::patience()) == Err(RecvTimeoutError::Timeout) {
                // SAFETY: kill takes numbers; the process is not reaped before this watchdog is dropped.
                unsafe { libc::kill(pid, libc::SIGKILL) };
            }
        });
        Watchdog { _ended: ended }
    }
}
