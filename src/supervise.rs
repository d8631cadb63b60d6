//! The loop: wait for a signal, reap, do what [`step`] decides, until the program has ended. Nothing in here may fail,
//! allocate or panic: there is nobody to restart PID 1.

use std::time::Duration;

use nix::errno::Errno;
use nix::unistd::Pid;

use crate::config::{Config, ForwardTo, ReapReport};
use crate::ending::{Change, Ending, ExitStatus};
use crate::log::Log;
use crate::oom;
use crate::quoted::Escaped;
use crate::signal::Signal;
use crate::spawn::Program;
use crate::step::{Action, Blame, Event, Phase, step};
use crate::sys::children;
use crate::sys::deliver::{self, Target};
use crate::sys::files::Comm;
use crate::sys::process::sleep;
use crate::sys::signals::{self, Received};

/// Forwards signals to the program and reaps whatever ends, until the program does.
#[inline(never)] // What its caller needed to start the program is off the stack when it waits.
pub fn until_end(program: Program<'_>, config: Config, log: Log) -> ExitStatus {
    log.info(format_args!("started {program}"));
    let phase = Phase::started(program.terminal);
    let mut supervisor = Supervisor { program, config, log, phase, refusal: Refusal::NotYet };
    loop {
        let received = signals::wait();
        // First of all, so that no flood of signals starves it, no signal goes to a program that is gone, and a program
        // that has been stopped is known to be.
        if let Some(status) = supervisor.reap() {
            return status;
        }
        match received {
            Ok(received) => supervisor.pass_on(&received),
            Err(Errno::EINTR) => {}
            Err(errno) => supervisor.do_without_signals(errno),
        }
    }
}

struct Supervisor<'a> {
    program: Program<'a>,
    config: Config,
    log: Log,
    phase: Phase,
    refusal: Refusal,
}

/// Whether it has been said that signals do not reach the program.
enum Refusal {
    NotYet,
    Warned,
}

impl Supervisor<'_> {
    fn decide(&mut self, event: Event) -> Action {
        let (phase, action) = step(self.phase, event);
        self.phase = phase;
        action
    }

    /// Reaps all that have ended; the status to exit with, if the program is among them.
    fn reap(&mut self) -> Option<ExitStatus> {
        while let Some((pid, name, change)) = self.next_change() {
            if pid != self.program.pid {
                if let Action::ReportReaped(ending) = self.decide(Event::Orphan(change)) {
                    self.report_reaped(pid, &name, ending);
                }
            } else if let Action::Finish(status, blame) = self.decide(Event::Program(change)) {
                self.report_end(change, blame);
                return Some(status);
            }
        }
        None
    }

    /// The next change of state of a child, and the child's name if somebody wants to know.
    fn next_change(&self) -> Option<(Pid, Option<Comm>, Change)> {
        if !self.wants_reaped() && !self.log.shows_info() {
            return children::next_change().map(|(pid, change)| (pid, None, change));
        }
        // The name can be read only before it is reaped. One that ends after this look is left for the next: its SIGCHLD
        // is still to come.
        let Some(pid) = children::peek_ended() else {
            return children::next_change_but_end().map(|(pid, change)| (pid, None, change));
        };
        let name = Comm::of(pid);
        children::reap(pid).map(|ending| (pid, Some(name), Change::Ended(ending)))
    }

    fn pass_on(&mut self, received: &Received) {
        let target = match self.config.forward_to {
            ForwardTo::Child => Target::Process(self.program.pid),
            ForwardTo::Group => Target::Group(self.program.pid),
        };
        match self.decide(Event::Signal(received.signal, received.origin)) {
            Action::Forward => self.report_sent(received.signal, deliver::forward(received, target)),
            Action::ForwardAndContinue => {
                self.report_sent(received.signal, deliver::forward(received, target));
                self.report_sent(Signal::CONT, deliver::send(Signal::CONT, target));
            }
            Action::Nothing | Action::ReportReaped(_) | Action::Finish(..) => {}
        }
    }

    /// Only a sandbox that forbids the wait can cause this. The program's end must still be noticed, at little cost.
    fn do_without_signals(&mut self, errno: Errno) {
        if let Refusal::NotYet = self.refusal {
            self.refusal = Refusal::Warned;
            self.log.warning(format_args!("cannot wait for signals: {}; none will be forwarded", errno.desc()));
        }
        sleep(Duration::from_millis(100));
    }

    fn wants_reaped(&self) -> bool {
        self.config.reap_report == ReapReport::Warn
    }

    fn report_reaped(&self, pid: Pid, name: &Option<Comm>, ending: Ending) {
        let Some(name) = name else { return };
        let message = format_args!("reaped the orphan {name} (pid {pid}), which {ending}");
        if self.wants_reaped() { self.log.warning(message) } else { self.log.info(message) }
    }

    fn report_sent(&mut self, signal: Signal, result: Result<(), Errno>) {
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
            (Err(errno), _) => log.debug(format_args!("cannot send {signal} to {program}: {}", errno.desc())),
        }
    }

    fn report_end(&self, change: Change, blame: Blame) {
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
            (Change::Stopped | Change::Continued, _) => {}
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

impl std::fmt::Display for Program<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (pid {})", Escaped(self.name), self.pid)
    }
}
