//! What is said of a running program, and of what ends beside it.

mod end;

pub use end::Leftovers;

use std::fmt;
use std::time::Duration;

use nix::errno::Errno;
use nix::unistd::Pid;

use crate::config::ReapReport;
use crate::ending::Ending;
use crate::errno::Why;
use crate::log::{Facts, Log};
use crate::number::decimal;
use crate::quoted::Escaped;
use crate::signal::{Origin, Signal};
use crate::sys::files::Comm;
use crate::sys::signals::Received;

/// A process, for messages.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// Its pid.
    pub pid: Pid,
    /// Its name, or the last part of the command that started it; empty if nobody knows.
    pub name: &'a [u8],
}

impl fmt::Display for Identity<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name {
            b"" => f.write_str("a process"),
            name => Escaped(name).fmt(f),
        }?;
        write!(f, " (pid {})", decimal(self.pid.as_raw()))
    }
}

/// Says it, once where once is enough.
pub struct Report<'a> {
    program: Identity<'a>,
    reap_report: ReapReport,
    log: Log,
    refusal: Refusal,
    blindness: Blindness,
    /// Who asked the program to stop, if somebody is going to ask.
    asked: Option<Sender>,
}

/// Whether it has been said that signals do not reach the program.
enum Refusal {
    NotYet,
    Warned,
}

/// Whether it has been said that /proc does not show the processes.
enum Blindness {
    NotYet,
    Warned,
}

impl<'a> Report<'a> {
    /// A report on this program.
    pub fn new(program: Identity<'a>, reap_report: ReapReport, log: Log) -> Report<'a> {
        Report { program, reap_report, log, refusal: Refusal::NotYet, blindness: Blindness::NotYet, asked: None }
    }

    fn facts(&self, event: &'static str) -> Facts<'a> {
        Facts::of(event).process(self.program)
    }

    /// The program has been started.
    pub fn started(&self) {
        self.log.info(self.facts("started"), format_args!("started {}", self.program));
    }

    /// A signal has been passed on to the program, or not.
    pub fn forwarded(&mut self, received: &Received, signal: Signal, result: Result<(), Errno>) {
        if self.log.shows_info() && result.is_ok() {
            let (facts, program) = (self.facts("sent").signal(signal), self.program);
            let sender = Sender::of(received);
            self.log.info(facts, format_args!("sent {signal} to {program}; {} came from {sender}", received.signal));
        } else {
            self.sent(signal, result);
        }
    }

    /// A signal has been sent to the program, or not.
    pub fn sent(&mut self, signal: Signal, result: Result<(), Errno>) {
        let (log, program) = (self.log, self.program);
        match (result, &self.refusal) {
            (Ok(()), _) => log.info(self.facts("sent").signal(signal), format_args!("sent {signal} to {program}")),
            (Err(Errno::EPERM), Refusal::NotYet) => {
                self.refusal = Refusal::Warned;
                log.warning(
                    self.facts("not-sent").signal(signal),
                    format_args!(
                        "cannot send {signal} to {program}: it runs as another user, and rinit has no CAP_KILL; it cannot \
                         be stopped gently; grant rinit that capability, or run both as one user"
                    ),
                );
            }
            (Err(errno), _) => log.debug(
                self.facts("not-sent").signal(signal),
                format_args!("cannot send {signal} to {program}: {}", Why(errno)),
            ),
        }
    }

    /// A signal has been sent to all processes.
    pub fn sent_to_all(&self, signal: Signal) {
        self.log.info(Facts::of("sent-to-all").signal(signal), format_args!("sent {signal} to all processes"));
    }

    /// Nobody can say who rinit's descendants are.
    pub fn blind(&mut self) {
        if let Blindness::NotYet = self.blindness {
            self.blindness = Blindness::Warned;
            self.log.warning(
                Facts::of("no-proc"),
                format_args!(
                    "cannot find the processes that {} has started: there is no /proc of this PID namespace; only its \
                     process group gets signals",
                    self.program
                ),
            );
        }
    }

    /// The program is asked to stop by this, or has been by what came before; there may be more to say about it.
    pub fn asked(&mut self, received: &Received) {
        self.asked.get_or_insert_with(|| Sender::of(received));
    }

    /// A request to stop is held back.
    pub fn held(&self, received: &Received, delay: Duration) {
        self.log.info(
            self.facts("held").signal(received.signal),
            format_args!("hold {} from {} back for {}", received.signal, Sender::of(received), Shown(delay)),
        );
    }

    /// No signal can be received.
    pub fn no_signals(&mut self, errno: Errno) {
        if let Refusal::NotYet = self.refusal {
            self.refusal = Refusal::Warned;
            self.log.warning(
                Facts::of("no-signals"),
                format_args!("cannot wait for signals: {}; none will be forwarded", Why(errno)),
            );
        }
    }

    /// Whether [`Report::reaped`] wants to know names.
    pub fn names_reaped(&self) -> bool {
        self.reap_report == ReapReport::Warn || self.log.shows_info()
    }

    /// An orphan has been reaped.
    pub fn reaped(&self, pid: Pid, name: &Option<Comm>, ending: Ending) {
        let Some(name) = name else { return };
        let orphan = Identity { pid, name: name.bytes() };
        let facts = Facts { signal: ending.signal(), ..Facts::of("reaped").process(orphan).status(ending.status()) };
        let message = format_args!("reaped the orphan {orphan}, which {ending}");
        match self.reap_report {
            ReapReport::Warn => self.log.warning(facts, message),
            ReapReport::Silent => self.log.info(facts, message),
        }
    }

    /// A stopped program is resumed.
    pub fn resumes(&self, stop: Signal) {
        self.log.info(
            self.facts("resumed").signal(stop),
            format_args!("{} was stopped by {stop}; resumed, since nobody else can", self.program),
        );
    }

    /// A stopped program is not resumed, because it would be stopped again.
    pub fn left_stopped(&self, stop: Signal) {
        self.log.warning(
            self.facts("left-stopped").signal(stop),
            format_args!(
                "{} was stopped by {stop}: it wants the terminal, which rinit was not given; start rinit in the \
                 foreground, or with --isolate=none",
                self.program
            ),
        );
    }
}

/// Who sent a signal.
struct Sender {
    pid: Option<Pid>,
    name: Comm,
    origin: Origin,
}

impl Sender {
    fn of(received: &Received) -> Sender {
        let pid = received.sender();
        Sender { pid, name: Comm::of(pid.unwrap_or(Pid::from_raw(0))), origin: received.origin }
    }
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.pid, self.origin) {
            (Some(pid), _) => Identity { pid, name: self.name.bytes() }.fmt(f),
            (None, Origin::Kernel) => f.write_str("the kernel"),
            (None, _) => f.write_str("outside of the container"),
        }
    }
}

/// Where a request came from, if that is known.
struct Asker<'a>(Option<&'a Sender>);

impl fmt::Display for Asker<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |sender| write!(f, " from {sender}"))
    }
}

/// A time as people write it: `10s`, `1500ms`.
pub struct Shown(pub Duration);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.subsec_millis() {
            0 => write!(f, "{}s", decimal(self.0.as_secs())),
            rest => write!(f, "{}ms", decimal(self.0.as_secs() * 1000 + u64::from(rest))),
        }
    }
}
