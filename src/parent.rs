//! What happens when rinit's parent dies: `--parent-death-signal`, `--die-with-parent`.

use nix::unistd::{Pid, getpid, getppid};

use crate::config::{Config, Lifetime};
use crate::log::{Facts, Log};
use crate::signal::Signal;
use crate::sys::deliver::{self, Target};
use crate::sys::process::set_parent_death_signal;

/// A parent that is outside of the PID namespace. That of PID 1 always is.
const OUTSIDE: Pid = Pid::from_raw(0);

/// Asks the kernel for the signal that rinit was told to want then. Costs nothing if it was not.
pub fn follow(config: &Config, log: Log) {
    let signal = match config.lifetime {
        Lifetime::Parents => Some(Signal::KILL),
        Lifetime::Own => config.parent_death_signal,
    };
    let Some(signal) = signal else { return };
    let parent = getppid();
    // What `docker exec` starts has a parent that ends at once, and is no parent in any sense that was meant.
    if parent == OUTSIDE && getpid() != Pid::from_raw(1) {
        return log.warning(
            Facts::of("no-parent"),
            format_args!(
                "cannot follow rinit's parent, which is outside of this PID namespace, as after 'docker exec': \
                 --parent-death-signal and --die-with-parent have no effect"
            ),
        );
    }
    set_parent_death_signal(signal);
    // One that died before the call will not die again: PR_SET_PDEATHSIG(2const).
    if getppid() != parent {
        let _ = deliver::send(signal, Target::Process(getpid()));
    }
}

/// Has the calling process, which is rinit's child, killed when rinit dies, be it dead already. Async-signal-safe.
pub fn die_with(rinit: Pid) {
    set_parent_death_signal(Signal::KILL);
    if getppid() != rinit {
        let _ = deliver::send(Signal::KILL, Target::Process(getpid()));
    }
}
