//! How it ended, explained: the program, and what it has left behind.

use std::fmt;
use std::time::Duration;

use nix::unistd::Pid;

use super::{Identity, Report, Shown};
use crate::ending::Ending;
use crate::log::Facts;
use crate::oom;
use crate::signal::Signal;
use crate::step::Blame;
use crate::sys::files::Comm;

impl Report<'_> {
    /// The program has ended.
    pub fn end(&self, ending: Ending, blame: Blame) {
        let (log, program) = (self.log, self.program);
        let facts = self.facts("ended").status(ending.status());
        match (ending, blame) {
            (Ending::Killed { signal, .. }, Blame::KilledByOthers) => match oom::kills() {
                Some(kills @ 1..) if signal == Signal::KILL => log.warning(
                    Facts { event: "oom-killed", ..facts.signal(signal) },
                    format_args!(
                        "{program} {ending}; the container's OOM killer has acted {kills} time(s): raise its memory limit, \
                         or use less"
                    ),
                ),
                _ => log.warning(
                    Facts { event: "killed", ..facts.signal(signal) },
                    format_args!("{program} {ending}, which rinit did not send{}", hint(signal)),
                ),
            },
            (Ending::Killed { signal, .. }, Blame::Expected) => {
                log.info(facts.signal(signal), format_args!("{program} {ending}"));
            }
            (Ending::Exited(_), _) => log.info(facts, format_args!("{program} {ending}")),
        }
    }

    /// What the program has left behind did not end in time.
    pub fn kills_left(&self, left: &Leftovers, drain: Duration) {
        self.log.warning(
            Facts::of("drain-timeout").signal(Signal::KILL),
            format_args!(
                "killed {left}, which did not end within {} of SIGTERM after {} had ended; if it needs longer, raise --drain, \
                 and the grace period of the container engine",
                Shown(drain),
                self.program
            ),
        );
    }
}

/// Processes that are to be named in one line.
pub struct Leftovers {
    named: [Option<(Pid, Comm)>; Leftovers::NAMED],
    count: usize,
}

impl Leftovers {
    /// The most that are named.
    const NAMED: usize = 10;

    /// None yet.
    pub const NONE: Leftovers = Leftovers { named: [const { None }; Leftovers::NAMED], count: 0 };

    /// One more.
    pub fn add(&mut self, pid: Pid) {
        if let Some(place) = self.named.get_mut(self.count) {
            *place = Some((pid, Comm::of(pid)));
        }
        self.count += 1;
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.count
    }
}

impl fmt::Display for Leftovers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.count == 0 {
            return f.write_str("what was left (there is no /proc to say what)");
        }
        for (i, (pid, name)) in self.named.iter().flatten().enumerate() {
            let separator = if i == 0 { "" } else { ", " };
            write!(f, "{separator}{}", Identity { pid: *pid, name: name.bytes() })?;
        }
        match self.count.saturating_sub(Self::NAMED) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

/// Who sends such a signal, if not a person.
fn hint(signal: Signal) -> &'static str {
    match signal.number() {
        libc::SIGKILL => {
            ": a 'kill -9' in the container or on its host, or the host's OOM killer (see the kernel's log)"
        }
        libc::SIGSEGV | libc::SIGBUS | libc::SIGILL | libc::SIGFPE | libc::SIGTRAP => ": it crashed",
        libc::SIGABRT => ": it gave up by itself (an assertion, or memory that it found damaged)",
        libc::SIGSYS => ": the seccomp profile forbids a system call that it made",
        libc::SIGPIPE => ": it wrote to a pipe or a socket that nobody reads any more",
        libc::SIGXCPU | libc::SIGXFSZ => ": it reached a resource limit (see ulimit)",
        _ => "",
    }
}
