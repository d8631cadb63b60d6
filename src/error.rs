//! Why rinit could not start the program. Nothing that happens after the start is an error.

use std::fmt;

use nix::errno::Errno;
use thiserror::Error;

use crate::config::UsageError;
#[cfg(feature = "cli")]
use crate::doctor::CannotExamine;
use crate::ending::ExitStatus;
use crate::entrypoint::Failed;
use crate::errno::Why;
use crate::explain::CannotRun;
use crate::quoted::Quoted;

/// Why the program was not started. Each message is one line that says what, why, and what to do.
#[derive(Debug, Error)]
pub enum Error {
    /// The command line or the environment is wrong.
    #[error(transparent)]
    Usage(#[from] UsageError),

    /// `--help` and the like could not be written to stdout.
    #[error("cannot write to stdout: {}", Why(*.0))]
    Output(Errno),

    /// The kernel gave no process for the program.
    #[error("cannot start {}: {}", Quoted(.program), WhyNoProcess(*.errno))]
    NoProcess {
        /// The command, as it was typed.
        program: Vec<u8>,
        /// What `clone(2)` said.
        errno: Errno,
    },

    /// What is to be done before the program runs could not be.
    #[error(transparent)]
    Entrypoint(#[from] Failed),

    /// There is no report on the processes.
    #[cfg(feature = "cli")]
    #[error(transparent)]
    CannotExamine(#[from] CannotExamine),

    /// rinit has been given a set-user-ID bit, and would do whatever anybody tells it, as somebody else.
    #[error(
        "cannot work with a set-user-ID bit or capabilities of rinit's own file: remove them (chmod u-s, setcap -r)"
    )]
    SetUserId,

    /// The command could not be executed.
    #[error(transparent)]
    CannotRun(#[from] CannotRun),
}

impl Error {
    /// The status that rinit exits with.
    pub fn exit_status(&self) -> ExitStatus {
        match self {
            Error::Usage(_) | Error::Output(_) | Error::NoProcess { .. } | Error::SetUserId => ExitStatus::RINIT_FAILED,
            Error::Entrypoint(failed) => failed.exit_status(),
            #[cfg(feature = "cli")]
            Error::CannotExamine(cannot_examine) => cannot_examine.exit_status(),
            Error::CannotRun(cannot_run) => cannot_run.exit_status(),
        }
    }
}

/// `clone(2)`, section ERRORS.
struct WhyNoProcess(Errno);

impl fmt::Display for WhyNoProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Errno::EAGAIN => {
                "the limit of processes is reached; raise --pids-limit (pids.max of the cgroup) or the user's RLIMIT_NPROC"
            }
            Errno::ENOMEM => "out of memory, or the PID namespace is already dead",
            other => return Why(other).fmt(f),
        })
    }
}
