//! All processes that are rinit's to send signals to: `--forward-to all`, `--drain`.

use nix::unistd::{Pid, getpid};

use crate::signal::Signal;
use crate::sys::children;
use crate::sys::deliver::{self, Target};
use crate::sys::processes::{self, Life, Process};

/// Who that is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Everyone {
    /// As PID 1: every process of the PID namespace but rinit, those of `docker exec` too.
    Namespace,
    /// Elsewhere: rinit's descendants, and nobody else's.
    Descendants,
}

/// /proc cannot tell who rinit's descendants are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unknown;

impl Everyone {
    /// Who it is here.
    pub fn here() -> Everyone {
        if getpid() == Pid::from_raw(1) { Everyone::Namespace } else { Everyone::Descendants }
    }

    /// Sends them a signal. Who cannot be sent one is left out.
    ///
    /// # Errors
    /// If nobody can say who they are.
    pub fn send(self, signal: Signal) -> Result<(), Unknown> {
        match self {
            // The kernel leaves out PID 1 and, unlike who goes through /proc, nobody else: kill(2).
            Everyone::Namespace => {
                let _ = deliver::send(signal, Target::All);
                Ok(())
            }
            Everyone::Descendants => self.visit(&mut |process| {
                let _ = deliver::send(signal, Target::Process(process.pid));
            }),
        }
    }

    /// Whether there is any of them: also one that has ended and that another than rinit has to reap.
    pub fn is_there(self) -> bool {
        match self {
            Everyone::Namespace => deliver::reaches_any(),
            // Who has no child has no descendant.
            Everyone::Descendants => children::are_there(),
        }
    }

    /// Shows those that have not ended.
    ///
    /// # Errors
    /// If nobody can say who they are.
    pub fn visit(self, each: &mut dyn FnMut(Process)) -> Result<(), Unknown> {
        if !processes::are_visible() {
            return Err(Unknown);
        }
        let own = getpid();
        let mut show = |pid| {
            if let Some(process) = Process::of(pid)
                && process.life == Life::Alive
                && pid != own
                && (self == Everyone::Namespace || descends(process, own))
            {
                each(process);
            }
        };
        processes::visit(&mut show).map_err(|_| Unknown)
    }
}

/// Whether a process descends from this one.
fn descends(process: Process, ancestor: Pid) -> bool {
    /// More than there are generations. The way up ends at PID 1 in any case, but it is walked while processes end.
    const STEPS: usize = 10_000;
    let mut parent = process.parent;
    for _ in 0..STEPS {
        if parent == ancestor || parent.as_raw() <= 1 {
            return parent == ancestor;
        }
        // Who has lost its parent has another one now: once more from the start.
        parent = match Process::of(parent).or_else(|| Process::of(process.pid)) {
            Some(next) => next.parent,
            None => return false,
        };
    }
    false
}
