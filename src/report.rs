//! What is said of a running program, and of what ends beside it.

use std::fmt;

use nix::errno::Errno;
use nix::unistd::Pid;

use crate::config::ReapReport;
use crate::ending::{Change, Ending};
use crate::errno::Why;
use crate::log::Log;
use crate::oom;
use crate::quoted::Escaped;
use crate::signal::Signal;
use crate::step::Blame;
use crate::sys::files::Comm;

/// The program, for messages.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// Its pid.
    pub pid: Pid,
    /// The last part of the command that started it.
    pub name: &'a [u8],
}

impl fmt::Display for Identity<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (pid {})", Escaped(self.name), self.pid)
    }
}

/// Says it, once where once is enough.
pub struct Report<'a> {
    program: Identity<'a>,
    reap_report: ReapReport,
    log: Log,
    refusal: Refusal,
}

/// Whether it has been said that signals do not reach the program.
enum Refusal {
    NotYet,
    Warned,
}

impl<'a> Report<'a> {
    /// A report on this program.
    pub fn new(program: Identity<'a>, reap_report: ReapReport, log: Log) -> Report<'a> {
        Report { program, reap_report, log, refusal: Refusal::NotYet }
    }

    /// The program has been started.
    pub fn started(&self) {
        self.log.info(format_args!("started {}", self.program));
    }

    /// A signal has been sent to the program, or not.
    pub fn sent(&mut self, signal: Signal, result: Result<(), Errno>) {
        let (log, program) = (self.log, self.program);
        match (result, &self.refusal) {
            (Ok(()), _) => log.info(format_args!("sent {signal} to {program}")),
            (Err(Errno::EPERM), Refusal::NotYet) => {
                self.refusal = Refusal::Warned;
                log.warning(format_args!(
                    "cannot send {signal} to {program}: it runs as another user, and rinit has no CAP_KILL; it cannot be \
                     stopped gently; grant rinit that capability, or run both as one user"
                ));
            }
            (Err(errno), _) => log.debug(format_args!("cannot send {signal} to {program}: {}", Why(errno))),
        }
    }

    /// No signal can be received.
    pub fn no_signals(&mut self, errno: Errno) {
        if let Refusal::NotYet = self.refusal {
            self.refusal = Refusal::Warned;
            self.log.warning(format_args!("cannot wait for signals: {}; none will be forwarded", Why(errno)));
        }
    }

    /// Whether [`Report::reaped`] wants to know names.
    pub fn names_reaped(&self) -> bool {
        self.reap_report == ReapReport::Warn || self.log.shows_info()
    }

    /// An orphan has been reaped.
    pub fn reaped(&self, pid: Pid, name: &Option<Comm>, ending: Ending) {
        let Some(name) = name else { return };
        let message = format_args!("reaped the orphan {name} (pid {pid}), which {ending}");
        match self.reap_report {
            ReapReport::Warn => self.log.warning(message),
            ReapReport::Silent => self.log.info(message),
        }
    }

    /// A stopped program is resumed.
    pub fn resumes(&self, stop: Signal) {
        self.log.info(format_args!("{} was stopped by {stop}; resumed, since nobody else can", self.program));
    }

    /// A stopped program is not resumed, because it would be stopped again.
    pub fn left_stopped(&self, stop: Signal) {
        self.log.warning(format_args!(
            "{} was stopped by {stop}: it wants the terminal, which rinit was not given; start rinit in the foreground, or \
             with --isolate=none",
            self.program
        ));
    }

    /// The program has ended.
    pub fn end(&self, change: Change, blame: Blame) {
        let (log, program) = (self.log, self.program);
        match (change, blame) {
            (Change::Ended(ending @ Ending::Killed { signal, .. }), Blame::KilledByOthers) => match oom::kills() {
                Some(kills @ 1..) if signal == Signal::KILL => log.warning(format_args!(
                    "{program} {ending}; the container's OOM killer has acted {kills} time(s): raise its memory limit, or \
                     use less"
                )),
                _ => log.warning(format_args!("{program} {ending}, which rinit did not send{}", hint(signal))),
            },
            (Change::Ended(ending), _) => log.info(format_args!("{program} {ending}")),
            (Change::Stopped(_) | Change::Continued, _) => {}
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
