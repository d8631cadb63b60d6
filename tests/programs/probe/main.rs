//! The program that the tests run under an init: it says what it finds, and behaves as it is told.
//!
//! It starts with a C `main` like rinit itself, since Rust's runtime would change what it is asked to report.

#![no_main]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // It is part of the tests.

mod flood;
mod leave;

use std::ffi::{CStr, CString, c_int};
use std::fmt::Write as _;
use std::ptr;

use rinit::ending::ExitStatus;

rinit::entry!(probe);

fn probe(arguments: &[&CStr]) -> ExitStatus {
    let words: Vec<&str> = arguments.iter().map(|word| word.to_str().unwrap_or("?")).collect();
    match words.as_slice() {
        [_, "exit", status] => return ExitStatus(status.parse().unwrap()),
        [_, "die", signal] => die(signal.parse().unwrap()),
        [_, "catch", count] => catch(count.parse().unwrap()),
        [_, "leave-group"] => leave_group(),
        [_, "leave", ..] => return leave::leave(&words[2..]),
        [_, "job", gate] => job(gate),
        [_, "state", file] => std::fs::write(file, state(arguments)).unwrap(),
        [_, "burst", count] => burst(count.parse().unwrap(), None),
        [_, "burst", count, signal] => burst(count.parse().unwrap(), Some(signal.parse().unwrap())),
        [_, "host", ..] => return host(&arguments[2..]),
        [_, "keeper", ..] => return keeper(&arguments[2..]),
        [_, "setup", ..] => setup(&words[2..], &arguments[2..]),
        _ => panic!("probe: what is {words:?}?"),
    }
    ExitStatus::SUCCESS
}

/// Writes a line to stdout at once. Async-signal-safe.
fn say(line: &str) {
    let parts = [line, "\n"].map(|part| libc::iovec { iov_base: part.as_ptr() as *mut _, iov_len: part.len() });
    // SAFETY: each part has that many bytes, which are only read.
    unsafe { libc::writev(1, parts.as_ptr(), 2) };
}

/// `die SIGNAL`: of the default action, without a core dump.
fn die(signal: c_int) {
    unblock_all();
    // SAFETY: all of these take numbers, or point to what they need.
    unsafe {
        libc::setrlimit(libc::RLIMIT_CORE, &libc::rlimit { rlim_cur: 0, rlim_max: 0 });
        libc::signal(signal, libc::SIG_DFL);
        libc::kill(libc::getpid(), signal);
        libc::pause();
    }
}

fn set_mask(mask: u64) {
    // SAFETY: a kernel sigset is one u64.
    unsafe {
        let before = ptr::null_mut::<u64>();
        libc::syscall(libc::SYS_rt_sigprocmask, libc::SIG_SETMASK, &raw const mask, before, 8);
    }
}

fn unblock_all() {
    set_mask(0);
}

/// `catch COUNT`: says "ready", then for each signal its number and, if it was queued, its value; ends after COUNT.
fn catch(count: usize) {
    set_mask(u64::MAX);
    say("ready");
    for _ in 0..count {
        say(&next_signal().1);
    }
}

/// Waits for a signal: its number, and what there is to say of it. All have to be blocked.
fn next_signal() -> (c_int, String) {
    // SAFETY: all zeroes is a siginfo; a kernel sigset is one u64; the value is there if it was queued.
    unsafe {
        let mut info: libc::siginfo_t = std::mem::zeroed();
        let all = u64::MAX;
        let forever = ptr::null::<libc::timespec>();
        let mut wait = || libc::syscall(libc::SYS_rt_sigtimedwait, &raw const all, &raw mut info, forever, 8) as c_int;
        let mut number = wait();
        // SIGSTOP and SIGCONT interrupt it: signal(7).
        while number < 0 {
            number = wait();
        }
        match info.si_code {
            libc::SI_QUEUE => (number, format!("{number} with {}", info.si_value().sival_ptr as usize)),
            _ => (number, number.to_string()),
        }
    }
}

/// `leave-group`: joins a new process group, while a child stays in the old one; then as `catch 1`.
fn leave_group() {
    // In the children too, so that what the group gets does not end them, which would be one more signal for us.
    set_mask(u64::MAX);
    // SAFETY: this process has one thread; the children wait until they are killed.
    unsafe {
        let child = || match libc::fork() {
            0 => loop {
                libc::pause();
            },
            child => child,
        };
        let (old, new) = (child(), child());
        // One makes the new group, since we lead the old one.
        assert_eq!((libc::setpgid(new, new), libc::setpgid(0, new)), (0, 0));
        catch(1);
        libc::kill(old, libc::SIGKILL);
        libc::kill(new, libc::SIGKILL);
    }
}

/// `job GATE`: says "ready", and "resumed" whenever it has been; once there is a file of that name, reads a line from stdin and
/// says it. It starts nothing: a shell that ^Z hits in vfork(2) sleeps uninterruptibly, as it waits for a stopped child.
fn job(gate: &str) {
    extern "C" fn resumed(_: c_int) {
        say("resumed");
    }
    let handler: extern "C" fn(c_int) = resumed;
    // SAFETY: the handler only writes.
    unsafe { libc::signal(libc::SIGCONT, handler as libc::sighandler_t) };
    say("ready");
    while !std::path::Path::new(gate).exists() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    say(&format!("read {}", line.trim_end()));
}

/// `state FILE`: all that a program can see of how it was started.
fn state(arguments: &[&CStr]) -> String {
    let mut state = String::new();
    // First, before this process opens anything itself.
    for fd in 0..200 {
        // SAFETY: fcntl takes numbers here.
        let flags = unsafe { libc::fcntl(fd, libc::F_GETFD) };
        if flags >= 0 {
            let target = std::fs::read_link(format!("/proc/self/fd/{fd}"));
            writeln!(state, "fd {fd}, flags {flags}, {target:?}").unwrap();
        }
    }
    for word in arguments {
        writeln!(state, "argument {word:?}").unwrap();
    }
    for (name, mut value) in std::env::vars_os() {
        if name == "LISTEN_PID" && value == *std::process::id().to_string() {
            value = "(my pid)".into();
        }
        writeln!(state, "environment {name:?}={value:?}").unwrap();
    }
    writeln!(state, "working directory {:?}", std::env::current_dir()).unwrap();
    let of_status = "Umask Uid Gid Groups SigQ SigPnd ShdPnd SigBlk SigIgn SigCgt CapInh CapPrm CapEff CapBnd CapAmb NoNewPrivs Seccomp";
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    for line in status.lines().filter(|line| of_status.split(' ').any(|name| line.split(':').next() == Some(name))) {
        writeln!(state, "{line}").unwrap();
    }
    for file in ["limits", "oom_score_adj", "personality", "timerslack_ns", "cgroup"] {
        writeln!(state, "{file} {}", std::fs::read_to_string(format!("/proc/self/{file}")).unwrap()).unwrap();
    }
    state
}

/// `burst COUNT [SIGNAL]`: leaves that many orphans behind at one moment, which exit or die of the signal, and ends when
/// none of them is left.
fn burst(count: usize, signal: Option<c_int>) {
    // SAFETY: this process has one thread; the children exit at once.
    unsafe {
        // To tell the orphans from all others by their group. Fails if we lead one already, which is as good.
        libc::setpgid(0, 0);
        let leaker = libc::fork();
        if leaker == 0 {
            for number in 0..count {
                match libc::fork() {
                    // Each with a status of its own, to see that none is mistaken for another.
                    0 => {
                        signal.inspect(|signal| die(*signal));
                        libc::_exit((number % 200) as c_int)
                    }
                    -1 => libc::_exit(201),
                    _ => {}
                }
            }
            // All of them are zombies by now, or will be soon, and have nobody but init.
            libc::_exit(0);
        }
        let mut status = 0;
        libc::waitpid(leaker, &raw mut status, 0);
        assert_eq!(status, 0, "could not fork that often: is something else using up the pids of this machine?");
    }
    while others_in_group() > 0 {
        std::thread::yield_now();
    }
}

/// How many processes there are in this process's group, zombies too, besides itself.
fn others_in_group() -> usize {
    // SAFETY: takes nothing.
    let group = unsafe { libc::getpgrp() }.to_string();
    // Not /proc/self, nor /proc/thread-self.
    let is_process = |entry: &std::fs::DirEntry| entry.file_name().as_encoded_bytes().iter().all(u8::is_ascii_digit);
    let processes = std::fs::read_dir("/proc").unwrap().flatten().filter(is_process);
    let in_group = processes.filter(|process| {
        let stat = std::fs::read_to_string(process.path().join("stat")).unwrap_or_default();
        // What follows the name: state, parent, group.
        stat.rsplit(')').next().and_then(|fields| fields.split_whitespace().nth(2)) == Some(&group)
    });
    in_group.count() - 1
}

/// `host COMMAND…`: a PID 1 for tests of an init that is not: runs the command, reaps all, and ends as the command did.
fn host(command: &[&CStr]) -> ExitStatus {
    // SAFETY: this process has one thread; the child only executes.
    unsafe {
        let child = libc::fork();
        if child == 0 {
            execute(command);
        }
        loop {
            let mut status = 0;
            if libc::waitpid(-1, &raw mut status, 0) == child {
                let killed = libc::WIFSIGNALED(status);
                return ExitStatus(if killed { 128 + libc::WTERMSIG(status) } else { libc::WEXITSTATUS(status) } as u8);
            }
        }
    }
}

/// `keeper COMMAND…`: runs the command, adopts what it leaves behind, and ends as the last of them did.
fn keeper(command: &[&CStr]) -> ExitStatus {
    // SAFETY: this process has one thread; the child only executes.
    unsafe {
        assert_eq!(libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
        if libc::fork() == 0 {
            execute(command);
        }
        let mut last = 0;
        loop {
            let mut status = 0;
            if libc::waitpid(-1, &raw mut status, 0) < 0 {
                return ExitStatus(last as u8);
            }
            last = if libc::WIFSIGNALED(status) { 128 + libc::WTERMSIG(status) } else { libc::WEXITSTATUS(status) };
        }
    }
}

/// `setup SETTING… -- COMMAND…`: becomes the command with something unusual about the process.
fn setup(settings: &[&str], words: &[&CStr]) {
    let end = settings.iter().position(|word| *word == "--").unwrap();
    for setting in &settings[..end] {
        let (name, value) = setting.split_once('=').unwrap();
        let number = || value.parse::<c_int>().unwrap();
        let range = |numbers: &str| numbers.split(',').map(|n| n.parse::<c_int>().unwrap()).collect::<Vec<_>>();
        // SAFETY: numbers, and pointers to what lives long enough.
        unsafe {
            match name {
                "block" => set_mask(range(value).iter().map(|signal| 1 << (signal - 1)).sum()),
                "ignore" => range(value)
                    .into_iter()
                    .for_each(|signal| assert!(libc::signal(signal, libc::SIG_IGN) != libc::SIG_ERR)),
                "close" => range(value).into_iter().for_each(|fd| assert_eq!(libc::close(fd), 0)),
                "open" => assert_eq!(libc::dup2(libc::open(c"/dev/null".as_ptr(), libc::O_RDONLY), number()), number()),
                "raise" => assert_eq!(libc::kill(libc::getpid(), number()), 0),
                "umask" => drop(libc::umask(number() as libc::mode_t)),
                "nofile" => {
                    let limit = libc::rlimit { rlim_cur: number() as u64, rlim_max: number() as u64 + 1 };
                    assert_eq!(libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit), 0);
                }
                "chdir" => assert_eq!(libc::chdir(CString::new(value).unwrap().as_ptr()), 0),
                "no_new_privs" => assert_eq!(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, number(), 0, 0, 0), 0),
                // Socket activation: the descriptors are for this process, which the init is going to be.
                "listen" => {
                    let pid = CString::new(libc::getpid().to_string()).unwrap();
                    assert_eq!(libc::setenv(c"LISTEN_PID".as_ptr(), pid.as_ptr(), 1), 0);
                    assert_eq!(libc::setenv(c"LISTEN_FDS".as_ptr(), CString::new(value).unwrap().as_ptr(), 1), 0);
                }
                _ => panic!("probe: what is {setting}?"),
            }
        }
    }
    execute(&words[end + 1..]);
}

fn execute(command: &[&CStr]) -> ! {
    let pointers: Vec<_> = command.iter().map(|word| word.as_ptr()).chain([ptr::null()]).collect();
    // SAFETY: a list of strings that ends with a null pointer.
    unsafe { libc::execvp(pointers[0], pointers.as_ptr()) };
    panic!("probe: cannot execute {command:?}");
}
