//! An init that runs one of our programs, as PID 1 of a PID namespace of its own.

use std::fs;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use crate::inits::{self, Init};
use crate::programs::PROGRAM;
use crate::sys::{self, Process};

/// Longer than anything takes that works.
const LIMIT: Duration = Duration::from_secs(90);

/// What makes a PID namespace, for which one need not be root, and runs a command in it.
fn unshare() -> Command {
    let mut command = Command::new(inits::in_path("unshare").unwrap_or_else(|| "unshare".into()));
    command.args(["--user", "--map-root-user", "--pid", "--mount-proc", "--kill-child", "--"]);
    command
}

/// Whether there can be any, and if not why not.
pub fn namespaces() -> io::Result<()> {
    let output = unshare().arg("true").output()?;
    match output.status.success() {
        true => Ok(()),
        false => Err(io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
    }
}

pub struct Instance {
    unshare: Child,
    output: ChildStdout,
    /// Of the init, outside the namespace.
    pub pid: i32,
    pub process: Process,
}

impl Instance {
    /// Starts it, and waits until the program is ready.
    pub fn start(init: &Init, program: &[&str]) -> io::Result<Instance> {
        let mut command = unshare();
        command.arg(&init.path).args(init.end_of_options());
        command.arg(std::env::current_exe()?).arg(PROGRAM).args(program);
        inits::clear_environment(&mut command).stdin(Stdio::piped()).stdout(Stdio::piped());
        // SAFETY: a single system call.
        unsafe { command.pre_exec(sys::die_with_parent) };
        let mut unshare = command.spawn()?;
        let started = unshare.stdout.take().ok_or_else(|| io::Error::other("no stdout")).and_then(|mut output| {
            let line = read_line(&mut output)?;
            let pid = only_child(unshare.id())?;
            match line.as_str() {
                "ready" => Ok((output, pid, Process::open(pid)?)),
                _ => Err(io::Error::other(format!("the program said {line:?}"))),
            }
        });
        match started {
            Ok((output, pid, process)) => Ok(Instance { unshare, output, pid, process }),
            Err(error) => {
                let _ = unshare.kill();
                let _ = unshare.wait();
                Err(io::Error::other(format!("{} cannot run {program:?}: {error}", init.name)))
            }
        }
    }

    /// Tells the program to go on.
    pub fn tell(&mut self) -> io::Result<()> {
        self.unshare.stdin.as_mut().map_or(Ok(()), |input| input.write_all(b"!"))
    }

    /// What the program says next.
    pub fn line(&mut self) -> io::Result<String> {
        read_line(&mut self.output)
    }

    /// What the program says next: a number.
    pub fn number(&mut self) -> io::Result<u64> {
        self.line()?.parse().map_err(io::Error::other)
    }

    /// A file of the init in /proc.
    pub fn proc_file(&self, name: &str) -> io::Result<String> {
        fs::read_to_string(format!("/proc/{}/{name}", self.pid))
    }
}

impl Drop for Instance {
    /// The kernel ends the init with unshare, and all others with the init. To wait for that leaves the next one alone.
    fn drop(&mut self) {
        let _ = self.unshare.kill();
        let _ = self.unshare.wait();
        let _ = self.process.ends_within(LIMIT);
    }
}

/// Reads byte by byte, since lines are short, and what comes after one must not be taken away.
fn read_line(output: &mut ChildStdout) -> io::Result<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    while sys::readable(output.as_fd(), LIMIT)? {
        match output.read(&mut byte)? {
            1 if byte[0] != b'\n' => line.push(byte[0]),
            1 => return String::from_utf8(line).map_err(io::Error::other),
            _ => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
    Err(io::ErrorKind::TimedOut.into())
}

fn only_child(pid: u32) -> io::Result<i32> {
    fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))?.trim().parse().map_err(io::Error::other)
}
