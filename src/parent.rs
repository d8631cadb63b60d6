//! What happens when rinit's parent dies: `--parent-death-signal`, `--die-with-parent`.

use nix::unistd::{Pid, getpid, getppid};

use crate::config::{Config, Lifetime};
use crate::signal::Signal;
use crate::sys::deliver::{self, Target};
use crate::sys::process::set_parent_death_signal;

/// Asks the kernel for the signal that rinit was told to want then. Costs nothing if it was not.
pub fn follow(config: &Config) {
    let signal = match config.lifetime {
        Lifetime::Parents => Some(Signal::KILL),
        Lifetime::Own => config.parent_death_signal,
    };
    if let Some(signal) = signal {
        let parent = getppid();
        set_parent_death_signal(signal);
        // One that died before the call will not die again: PR_SET_PDEATHSIG(2const).
        if getppid() != parent {
            let _ = deliver::send(signal, Target::Process(getpid()));
        }
    }
}

/// Has the calling process, which is rinit's child, killed when rinit dies, be it dead already. Async-signal-safe.
pub fn die_with(rinit: Pid) {
    set_parent_death_signal(Signal::KILL);
    if getppid() != rinit {
        let _ = deliver::send(Signal::KILL, Target::Process(getpid()));
    }
}
