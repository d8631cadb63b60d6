//! Waiting before the program runs: signals are live all the while, and a request to stop ends it.

use std::time::Duration;

use nix::errno::Errno;
use thiserror::Error;

use crate::ending::ExitStatus;
use crate::log::{Facts, Log};
use crate::plan::Plan;
use crate::signal::{Origin, Signal, SignalSet};
use crate::sys::process::sleep;
use crate::sys::signals;

/// Somebody asked rinit to stop before the program was started.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("{0} came before the command was started, and it will not be")]
pub struct Stopped(pub Signal);

impl Stopped {
    /// The status that rinit exits with: as if the program had died of that.
    pub fn exit_status(self) -> ExitStatus {
        ExitStatus(128 + u8::from(self.0))
    }
}

/// What ends a wait.
pub struct Patience {
    stop_signals: SignalSet,
}

impl Patience {
    /// As the plan has it.
    pub fn new(plan: &Plan) -> Patience {
        Patience { stop_signals: plan.stop_signals }
    }

    /// Waits for whatever comes first: a signal, which may mean that a child has ended, or this time of [`crate::sys::clock::monotonic`].
    ///
    /// # Errors
    /// If it is a request to stop. Other signals were for the program, which is not there.
    pub fn wait(&self, deadline: Option<Duration>, log: Log) -> Result<(), Stopped> {
        match signals::wait(deadline) {
            Ok(received) if received.origin == Origin::ChildStatus || received.origin == Origin::Itself => Ok(()),
            Ok(received) if self.stop_signals.contains(received.signal) => Err(Stopped(received.signal)),
            Ok(received) => {
                let facts = Facts::of("dropped").signal(received.signal);
                log.debug(facts, format_args!("dropped {}: the command has not been started yet", received.signal));
                Ok(())
            }
            Err(Errno::EAGAIN | Errno::EINTR) => Ok(()),
            Err(_) => {
                // Only a sandbox that forbids the wait can cause this.
                sleep(Duration::from_millis(100));
                Ok(())
            }
        }
    }
}
