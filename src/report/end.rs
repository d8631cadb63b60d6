//! How it ended, explained: the program, and what it has left behind.

use std::fmt;
use std::time::Duration;

use nix::errno::Errno;
use nix::unistd::Pid;

use super::{Asker, Identity, Report, Shown};
use crate::ending::Ending;
use crate::everyone::Everyone;
use crate::log::Facts;
use crate::number::decimal;
use crate::oom;
use crate::quoted::Text;
use crate::signal::Signal;
use crate::step::Blame;
use crate::sys::deliver;
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
                        "{program} {ending}; the container's OOM killer has acted {} time(s): raise its memory limit, \
                         or use less",
                        decimal(kills)
                    ),
                ),
                _ => log.warning(
                    Facts { event: "killed", ..facts.signal(signal) },
                    format_args!("{program} {ending}, which rinit did not send{}", Text(hint(signal))),
                ),
            },
            (Ending::Killed { signal, .. }, Blame::Expected) => {
                log.info(facts.signal(signal), format_args!("{program} {ending}"));
            }
            (Ending::Exited(_), _) => log.info(facts, format_args!("{program} {ending}")),
        }
    }

    /// The program has not ended in time, and has been killed, if it can be.
    pub fn kills(&self, asked_by: Signal, timeout: Duration, killed: Result<(), Errno>) {
        let (program, timeout, asker) = (self.program, Shown(timeout), Asker(self.asked.as_ref()));
        let facts = self.facts("stop-timeout").signal(Signal::KILL);
        match killed {
            Err(Errno::EPERM) => self.log.warning(
                facts,
                format_args!(
                    "{program} did not end within {timeout} of {asked_by}{asker}, and cannot be killed: {OTHER_USER}, or run \
                     both as one user"
                ),
            ),
            _ => self.log.warning(
                facts,
                format_args!(
                    "{program} did not end within {timeout} of {asked_by}{asker}; killed; if it needs longer, raise \
                     --stop-timeout, and the grace period of the container engine"
                ),
            ),
        }
    }

    /// What the program has left behind did not end in time, and has been killed, as far as it can be.
    pub fn kills_left(&self, left: &Leftovers, drain: Duration) {
        let (program, drain) = (self.program, Shown(drain));
        let facts = Facts::of("drain-timeout").signal(Signal::KILL);
        match left.denied {
            0 => self.log.warning(
                facts,
                format_args!(
                    "killed {left}, which did not end within {drain} of SIGTERM after {program} had ended; if it needs \
                     longer, raise --drain, and the grace period of the container engine"
                ),
            ),
            denied => self.log.warning(
                facts,
                format_args!(
                    "{left} did not end within {drain} after {program} had ended; {} of them got no signal at all: \
                     {OTHER_USER}, or run all as one user",
                    decimal(denied as u64)
                ),
            ),
        }
    }
}

/// Why somebody may not be sent a signal, and what to do about it.
const OTHER_USER: Text<'static> =
    Text("it runs as another user, and rinit has no CAP_KILL; grant rinit that capability");

/// Processes that are to be named in one line.
pub struct Leftovers {
    named: [Option<(Pid, Comm)>; Leftovers::NAMED],
    count: usize,
    denied: usize,
    everyone: Everyone,
}

impl Leftovers {
    /// The most that are named.
    const NAMED: usize = 10;

    /// None yet, of these.
    pub fn of(everyone: Everyone) -> Leftovers {
        Leftovers { named: [const { None }; Leftovers::NAMED], count: 0, denied: 0, everyone }
    }

    /// One more.
    pub fn add(&mut self, pid: Pid) {
        if let Some(place) = self.named.get_mut(self.count) {
            *place = Some((pid, Comm::of(pid)));
        }
        self.count += 1;
        self.denied += usize::from(deliver::is_denied(pid));
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.count
    }
}

impl fmt::Display for Leftovers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.count == 0 {
            return f.write_str(match self.everyone {
                Everyone::Namespace => "what was left (there is no /proc to say what)",
                Everyone::Descendants => "what was left of its process group (there is no /proc to find more)",
            });
        }
        for (i, (pid, name)) in self.named.iter().flatten().enumerate() {
            f.write_str(if i == 0 { "" } else { ", " })?;
            Identity { pid: *pid, name: name.bytes() }.fmt(f)?;
        }
        match self.count.saturating_sub(Self::NAMED) {
            0 => Ok(()),
            more => write!(f, " and {} more", decimal(more as u64)),
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
