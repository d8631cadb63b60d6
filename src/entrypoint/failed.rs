//! Why a job could not be done, and what rinit exits with then.

use nix::errno::Errno;
use thiserror::Error;

use super::hooks::Aborted;
use super::limits::CannotLimit;
use super::patience::Stopped;
use super::user::UserError;
use super::variables::NoSecret;
use super::wait::NotReady;
use crate::ending::ExitStatus;
use crate::errno::Why;
use crate::quoted::Quoted;

/// Why the program is not started, although rinit could have started it.
#[derive(Debug, Error)]
pub enum Failed {
    /// Its environment cannot be made.
    #[error(transparent)]
    NoSecret(#[from] NoSecret),
    /// A hook did not let it start.
    #[error(transparent)]
    Aborted(#[from] Aborted),
    /// Somebody asked rinit to stop before it was started.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// What it needs is not there.
    #[error(transparent)]
    NotReady(#[from] NotReady),
    /// It cannot run as that user.
    #[error(transparent)]
    User(#[from] UserError),
    /// It cannot have that limit.
    #[error(transparent)]
    CannotLimit(#[from] CannotLimit),
    /// It cannot be started there.
    #[error("cannot enter {}: {}", Quoted(.0), Why(*.1))]
    NoFolder(Vec<u8>, Errno),
}

impl Failed {
    /// The status that rinit exits with.
    pub fn exit_status(&self) -> ExitStatus {
        match self {
            Failed::NoSecret(_) | Failed::User(_) | Failed::CannotLimit(_) | Failed::NoFolder(..) => {
                ExitStatus::RINIT_FAILED
            }
            Failed::Aborted(aborted) => aborted.exit_status(),
            Failed::Stopped(stopped) => stopped.exit_status(),
            Failed::NotReady(not_ready) => not_ready.exit_status(),
        }
    }
}
