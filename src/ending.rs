//! What becomes of a process, how it ends, and the status that rinit ends with.

use std::fmt;

use crate::number::decimal;
use crate::signal::Signal;

/// The status that rinit exits with, as `docker run` and chroot(1) read it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExitStatus(pub u8);

impl ExitStatus {
    /// Nothing went wrong.
    pub const SUCCESS: ExitStatus = ExitStatus(0);
    /// rinit itself failed, or was told nonsense.
    pub const RINIT_FAILED: ExitStatus = ExitStatus(125);
    /// The command was found but cannot be executed.
    pub const CANNOT_EXECUTE: ExitStatus = ExitStatus(126);
    /// The command was not found.
    pub const NOT_FOUND: ExitStatus = ExitStatus(127);
}

impl From<ExitStatus> for i32 {
    fn from(status: ExitStatus) -> i32 {
        i32::from(status.0)
    }
}

/// A child's change of state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    /// It ended, and is reaped now: its pid may belong to somebody else from here on.
    Ended(Ending),
    /// It was stopped by this signal.
    Stopped(Signal),
    /// It was resumed.
    Continued,
}

/// How a process ended, as `wait(2)` tells it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// It exited by itself with this status.
    Exited(u8),
    /// A signal killed it.
    Killed {
        /// Which signal.
        signal: Signal,
        /// Whether the kernel wrote a core dump.
        core_dumped: bool,
    },
}

impl Ending {
    /// What rinit exits with when its program ended like this: the program's own status, or 128+n for signal n. PID 1
    /// cannot die of the same signal instead: the kernel drops it (`SIGNAL_UNKILLABLE`).
    pub fn status(self) -> ExitStatus {
        match self {
            Ending::Exited(status) => ExitStatus(status),
            Ending::Killed { signal, .. } => ExitStatus(128 + signal.number() as u8),
        }
    }
}

impl Ending {
    /// What killed it, if something did.
    pub fn signal(self) -> Option<Signal> {
        match self {
            Ending::Exited(_) => None,
            Ending::Killed { signal, .. } => Some(signal),
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ending::Exited(status) => write!(f, "exited with status {}", decimal(*status)),
            Ending::Killed { signal, core_dumped: false } => write!(f, "was killed by {signal}"),
            Ending::Killed { signal, core_dumped: true } => write!(f, "was killed by {signal} (core dumped)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_the_programs_own_or_128_plus_the_signal() {
        for status in 0..=255 {
            assert_eq!(Ending::Exited(status).status(), ExitStatus(status));
        }
        for number in 1..=64 {
            let killed = Ending::Killed { signal: Signal::new(number).unwrap(), core_dumped: number % 2 == 0 };
            assert_eq!(i32::from(killed.status()), 128 + number);
        }
    }
    #[test]
    fn a_core_dump_is_said() {
        let killed = |core_dumped| Ending::Killed { signal: Signal::new(11).unwrap(), core_dumped }.to_string();
        assert_eq!([killed(false), killed(true)], ["was killed by SIGSEGV", "was killed by SIGSEGV (core dumped)"]);
    }
}
