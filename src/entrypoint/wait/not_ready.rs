//! Why the program is not started, in words.

use std::fmt;
use std::time::Duration;

use thiserror::Error;

use super::target::Target;
use crate::ending::{Ending, ExitStatus};
use crate::errno::Why;
use crate::report::Shown;
use crate::signal::Signal;
use crate::sys::try_connect::Obstacle;

/// Why the program is not started.
#[derive(Debug, Error)]
pub enum NotReady {
    /// The time is over.
    #[error("cannot reach {}; the command was not started", Unreached(.missing, *.timeout))]
    TimedOut {
        /// What was not there: one at least.
        missing: Vec<Missing>,
        /// How long it was waited for.
        timeout: Duration,
    },
    /// Somebody has asked rinit to stop.
    #[error("{0} came while waiting; the command was not started")]
    Stopped(Signal),
}

impl NotReady {
    /// As timeout(1) says that the time was over.
    const TIMED_OUT: ExitStatus = ExitStatus(124);

    /// The status that rinit exits with: 124, or 128+n for signal n.
    pub fn exit_status(&self) -> ExitStatus {
        match self {
            NotReady::TimedOut { .. } => NotReady::TIMED_OUT,
            NotReady::Stopped(signal) => Ending::Killed { signal: *signal, core_dumped: false }.status(),
        }
    }
}

/// What was not there.
#[derive(Debug)]
pub struct Missing {
    /// It.
    pub target: Target,
    /// Why the last try did not reach it.
    pub obstacle: Obstacle,
}

/// What was missing, and why, to follow "cannot reach".
struct Unreached<'a>(&'a [Missing], Duration);

impl fmt::Display for Unreached<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Missing { target, obstacle }) in self.0.iter().enumerate() {
            match index {
                0 => write!(f, "'{target}' within {}: {obstacle}", Shown(self.1))?,
                _ => write!(f, "; nor '{target}': {obstacle}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Obstacle::Unanswered => "no answer yet, from a name server or from the host",
            Obstacle::UnknownName => "unknown name",
            Obstacle::NoNameServer => "unknown name, and no name server answers",
            Obstacle::NoLookUp => "its name cannot be looked up",
            Obstacle::Killed => "the process that tried was killed",
            Obstacle::NoProcess(errno) => return write!(f, "there is no process to try it: {}", Why(*errno)),
            Obstacle::Errno(errno) => return Why(*errno).fmt(f),
        })
    }
}

#[cfg(test)]
mod tests {
    use nix::errno::Errno;

    use super::*;

    #[test]
    fn the_status_is_that_of_timeout_or_of_the_signal() {
        let timed_out = NotReady::TimedOut { missing: Vec::new(), timeout: Duration::ZERO };
        assert_eq!(timed_out.exit_status(), ExitStatus(124));
        assert_eq!(NotReady::Stopped(Signal::TERM).exit_status(), ExitStatus(143));
        assert_eq!(NotReady::Stopped(Signal::RTMAX).exit_status(), ExitStatus(192));
    }

    #[test]
    fn everything_that_was_missing_is_named() {
        let missing = |text: &str, obstacle| Missing { target: Target::parse(text.as_bytes()).unwrap(), obstacle };
        let refused = missing("tcp://db:5432", Obstacle::Errno(Errno::ECONNREFUSED));
        let absent = missing("file:///run/a\nb", Obstacle::Errno(Errno::ENOENT));
        let unknown = missing("tcp://mail:25", Obstacle::UnknownName);
        let timeout = Duration::from_secs(30);
        let one = NotReady::TimedOut { missing: vec![refused], timeout };
        assert_eq!(
            one.to_string(),
            "cannot reach 'tcp://db:5432' within 30s: connection refused; the command was not started"
        );
        let two = NotReady::TimedOut { missing: vec![absent, unknown], timeout: Duration::from_millis(1500) };
        assert_eq!(
            two.to_string(),
            "cannot reach 'file:///run/a\\nb' within 1500ms: no such file or directory; nor 'tcp://mail:25': unknown name; \
             the command was not started"
        );
        let stopped = NotReady::Stopped(Signal::TERM);
        assert_eq!(stopped.to_string(), "SIGTERM came while waiting; the command was not started");
    }
}
