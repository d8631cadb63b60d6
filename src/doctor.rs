//! `rinit --doctor`: what is wrong with the processes of this container, who it is, and what to do. It needs no rinit in the
//! container: it looks at /proc, and at nothing else.

mod family;
mod findings;
mod json;
mod kind;
mod process;
mod text;

use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::readlink;
use nix::sys::stat::stat;
use nix::unistd::{Pid, getpid, getppid};
use thiserror::Error;

use crate::config::LogFormat;
use crate::ending::ExitStatus;
use crate::errno::Why;
use crate::sys::files::{Path, read_start};
use crate::sys::processes::{self, Life};
use crate::sys::{clock, output, process as own};
use findings::Level;
use kind::Kind;
use process::{Process, Sleep};

/// How long a process may be a zombie without being one that nobody reaps.
const PATIENCE: Duration = Duration::from_secs(1);

/// Why there is no report.
#[derive(Debug, Error)]
pub enum CannotExamine {
    /// There is no /proc, or another one's.
    #[error(
        "cannot look at the processes: there is no /proc of this PID namespace; run rinit --doctor in the container itself, with \
         a /proc (docker exec CONTAINER rinit --doctor)"
    )]
    NoProc,
    /// /proc hides the processes of other users.
    #[error(
        "cannot look at PID 1: /proc hides it (its mount option hidepid); run rinit --doctor as root or as PID 1's user"
    )]
    Hidden,
    /// It was started in a container of its own, as PID 1 or as the program of an init.
    #[error(
        "cannot look at other processes: this container runs nothing else; run it in the one that is to be examined \
         (docker exec CONTAINER rinit --doctor), or beside it (docker run --pid=container:CONTAINER IMAGE rinit --doctor)"
    )]
    Alone,
    /// /proc cannot be listed.
    #[error("cannot read /proc: {}", Why(*.0))]
    Unreadable(Errno),
    /// The report could not be written.
    #[error("cannot write to stdout: {}", Why(*.0))]
    Output(Errno),
}

impl CannotExamine {
    /// The status that rinit exits with.
    pub fn exit_status(&self) -> ExitStatus {
        ExitStatus::RINIT_FAILED
    }
}

/// Looks at all processes of this PID namespace but its own, and writes to stdout what is to be said of them. The status is 0
/// if nothing is wrong, or 1.
///
/// # Errors
/// If it cannot look, or cannot say it.
pub fn examine(format: LogFormat) -> Result<ExitStatus, CannotExamine> {
    /// Something is wrong.
    const WRONG: ExitStatus = ExitStatus(1);
    let processes = look()?;
    let findings = findings::findings(&processes);
    let report = match format {
        LogFormat::Text => text::text(&processes, &findings),
        LogFormat::Json => json::json(&processes, &findings),
    };
    output::write_to_stdout(report.as_bytes()).map_err(CannotExamine::Output)?;
    let is_well = findings.iter().all(|finding| finding.level != Level::Warning);
    Ok(if is_well { ExitStatus::SUCCESS } else { WRONG })
}

/// All processes, in the order of their pids, in which the kernel lists them. Of the zombies only those that are still there after a while: every process is
/// one for a moment.
fn look() -> Result<Vec<Process>, CannotExamine> {
    if !processes::are_visible() {
        return Err(CannotExamine::NoProc);
    }
    if getpid().as_raw() == 1 {
        return Err(CannotExamine::Alone);
    }
    let mut all = read_all()?;
    if all.iter().any(is_zombie) {
        own::sleep(PATIENCE);
        let before = std::mem::replace(&mut all, read_all()?);
        let was_one = |zombie: &Process| {
            before.iter().any(|old| is_zombie(old) && (old.pid, old.started) == (zombie.pid, zombie.started))
        };
        all.retain(|process| !is_zombie(process) || was_one(process));
    }
    match all.as_slice() {
        [first] if getppid() == first.pid && matches!(Kind::of(first), Kind::Init(_)) => Err(CannotExamine::Alone),
        [first, ..] if first.pid.as_raw() == 1 => Ok(all),
        _ => Err(CannotExamine::Hidden),
    }
}

fn is_zombie(process: &Process) -> bool {
    process.life == Life::Zombie
}

fn read_all() -> Result<Vec<Process>, CannotExamine> {
    let mut all = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    let (own, now) = (getpid(), clock::since_boot());
    let mut add = |pid| {
        if pid != own {
            all.extend(read(pid, now, &mut buffer));
        }
    };
    processes::visit(&mut add).map_err(CannotExamine::Unreadable)?;
    Ok(all)
}

/// A process, if it is still there.
fn read(pid: Pid, now: Duration, buffer: &mut [u8]) -> Option<Process> {
    /// More than any line of the report shows of a command; but all of it where options of an init may be in it.
    const COMMAND: usize = 512;
    let mut stat = [0; 512];
    let stat = read_start(Path::of(pid, "stat").as_c_str(), &mut stat);
    // The groups of its user, which can be thousands, come before the masks.
    let status = read_start(Path::of(pid, "status").as_c_str(), buffer);
    let process = Process::parse(pid, stat, status, now)?;
    let mut file = |name, most: usize| {
        let room = most.min(buffer.len());
        read_start(Path::of(pid, name).as_c_str(), &mut buffer[..room]).to_vec()
    };
    let is_first = pid.as_raw() == 1;
    Some(Process {
        name: file("comm", 16).trim_ascii_end().to_vec(),
        command: file("cmdline", if is_first { usize::MAX } else { COMMAND }),
        environment: if is_first { file("environ", usize::MAX) } else { Vec::new() },
        sleep: Sleep::of(&file("wchan", 64)),
        exe: executable(pid),
        ..process
    })
}

/// The file that a process executes, if that can be seen; `rinit`, under whatever name it was copied there, if it is this one.
fn executable(pid: Pid) -> Vec<u8> {
    let path = Path::of(pid, "exe");
    let id = |path: &std::ffi::CStr| stat(path).ok().map(|status| (status.st_dev, status.st_ino));
    match id(path.as_c_str()) {
        Some(file) if id(c"/proc/self/exe") == Some(file) => b"rinit".to_vec(),
        _ => readlink(path.as_c_str()).map(|path| path.into_encoded_bytes()).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests;
