//! What rinit changes about its process and the program must find as it was, as one value that can be undone.

use crate::signal::SignalSet;
use crate::sys::signals::{self, Disposition};

/// The signal mask and the disposition of SIGCHLD that rinit was started with. No other disposition is ever touched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Inherited {
    mask: SignalSet,
    sigchld: Disposition,
}

impl Inherited {
    /// Blocks every signal, so that none is lost from here on (as PID 1, one that is neither blocked nor handled is
    /// dropped), and makes sure that children can be waited for: while SIGCHLD is ignored, they vanish without a trace.
    pub fn take() -> Inherited {
        let mask = signals::set_mask(SignalSet::ALL);
        let sigchld = signals::set_sigchld(Disposition::Default);
        Inherited { mask, sigchld }
    }

    /// Puts it back. Async-signal-safe: the child does this just before `exec`.
    pub fn restore(self) {
        // Nothing to do in nearly every container: not worth a system call.
        if self.sigchld != Disposition::Default {
            signals::set_sigchld(self.sigchld);
        }
        signals::set_mask(self.mask);
    }
}
