//! What is to be said about the processes, as a pure function of them.

mod pid1;
mod sessions;
mod stop;
mod zombies;

use std::fmt;

use nix::unistd::Pid;

use super::family::Family;
use super::process::Process;

/// One thing that is to be said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// Whether something is wrong.
    pub level: Level,
    /// What it is about.
    pub check: Check,
    /// Who it is about.
    pub pid: Pid,
    /// Its name.
    pub name: Vec<u8>,
    /// What, why it matters, and what to do.
    pub message: String,
}

/// Whether something is wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// It is.
    Warning,
    /// It is not.
    Info,
}

/// What a finding is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Check {
    /// Who PID 1 is.
    Pid1,
    /// What becomes of the container when it is asked to stop.
    Stop,
    /// Processes that have ended and that nobody reaps.
    Zombies,
    /// Processes that a stop does not reach.
    Sessions,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Level::Warning => "warning",
            Level::Info => "info",
        })
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Check::Pid1 => "pid1",
            Check::Stop => "stop",
            Check::Zombies => "zombies",
            Check::Sessions => "sessions",
        })
    }
}

impl Finding {
    fn new(level: Level, check: Check, process: &Process, message: String) -> Finding {
        Finding { level, check, pid: process.pid, name: process.name.clone(), message }
    }
}

/// All that is to be said, what is wrong first; nothing without PID 1.
pub fn findings(processes: &[Process]) -> Vec<Finding> {
    let Some(family) = Family::of(processes) else { return Vec::new() };
    let mut all = vec![pid1::check(&family)];
    // What a machine's init does to its services is not a container's stop.
    if family.kernel_threads() == 0 {
        all.extend(stop::check(&family));
        all.extend(sessions::check(&family));
    }
    all.extend(zombies::check(&family));
    // Not by sort, which is ten kilobytes for what is a few lines.
    let (mut wrong, well): (Vec<Finding>, Vec<Finding>) =
        all.into_iter().partition(|finding| finding.level == Level::Warning);
    wrong.extend(well);
    wrong
}
