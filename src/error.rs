//! Why rinit could not start the program. Nothing that happens after the start is an error.

use nix::errno::Errno;
use thiserror::Error;

use crate::config::UsageError;
use crate::ending::ExitStatus;
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
    #[error("cannot start {}: {}", Quoted(.program), why_no_process(*.errno))]
    NoProcess {
        /// The command, as it was typed.
        program: Vec<u8>,
        /// What `clone(2)` said.
        errno: Errno,
    },

    /// The command could not be executed.
    #[error(transparent)]
    CannotRun(#[from] CannotRun),
}

impl Error {
    /// The status that rinit exits with.
    pub fn exit_status(&self) -> ExitStatus {
        match self {
            Error::Usage(_) | Error::Output(_) | Error::NoProcess { .. } => ExitStatus::RINIT_FAILED,
            Error::CannotRun(cannot_run) => cannot_run.exit_status(),
        }
    }
}

/// `clone(2)`, section ERRORS.
fn why_no_process(errno: Errno) -> String {
    let why = match errno {
        Errno::EAGAIN => {
            "the limit of processes is reached; raise --pids-limit (pids.max of the cgroup) or the user's RLIMIT_NPROC"
        }
        Errno::ENOMEM => "out of memory, or the PID namespace is already dead",
        other => return Why(other).to_string(),
    };
    why.to_owned()
}
