//! The loop: wait for a signal, reap, do what [`step`] decides, until the program has ended. Nothing in here may fail,
//! allocate or panic: there is nobody to restart PID 1.

use std::time::Duration;

use nix::errno::Errno;
use nix::unistd::Pid;

use crate::config::{Config, ForwardTo};
use crate::ending::{Change, ExitStatus};
use crate::log::Log;
use crate::report::Report;
use crate::signal::{Signal, SignalSet};
use crate::spawn::{Group, Program};
use crate::step::{Action, Event, Job, Phase, step};
use crate::sys::children;
use crate::sys::deliver::{self, Target};
use crate::sys::files::Comm;
use crate::sys::process::sleep;
use crate::sys::relro::Relro;
use crate::sys::signals::{self, Received};
use crate::sys::terminal::{Suspension, suspend};
use crate::terminal::Provision;

/// Forwards signals to the program and reaps whatever ends, until the program does.
#[inline(never)] // What its caller needed to start the program is off the stack when it waits.
pub fn until_end(program: Program<'_>, config: Config, log: Log) -> ExitStatus {
    let report = Report::new(program.identity, config.reap_report, log);
    report.started();
    let phase = Phase::started(program.standing);
    let mut supervisor = Supervisor { program, config, phase, report };
    let mut relro = Relro::default();
    loop {
        let received = supervisor.next_signal();
        // First of all, so that no flood of signals starves it, no signal goes to a program that is gone, and a program
        // that has been stopped is known to be.
        if let Some(status) = supervisor.reap() {
            return status;
        }
        // Not before the first signal: nothing can go wrong while rinit sleeps, and a program that ends at once need not wait.
        relro.protect();
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
    phase: Phase,
    report: Report<'a>,
}

impl Supervisor<'_> {
    fn decide(&mut self, event: Event) -> Action {
        let (phase, action) = step(self.phase, event);
        self.phase = phase;
        action
    }

    /// The next signal; rinit is stopped while it waits for it, if that is what its program is.
    fn next_signal(&mut self) -> Result<Received, Errno> {
        if self.phase.job == Job::Running {
            return signals::wait();
        }
        if let Some(received) = signals::next(SignalSet::ALL) {
            return Ok(received);
        }
        if let Action::Suspend(stop) = self.decide(Event::Quiet) {
            // A shell that moves a running job into the foreground sends it nothing.
            if stop.asks_for_terminal() && self.program.provides_own_foreground() {
                self.continue_group();
                return signals::wait();
            }
            if let Suspension::Resumed(by) = self.suspend(stop) {
                return Ok(by);
            }
            if let Action::Resume(stop) = self.decide(Event::NotSuspended) {
                self.resume(stop);
            }
        }
        signals::wait()
    }

    /// Reaps all that have ended; the status to exit with, if the program is among them.
    fn reap(&mut self) -> Option<ExitStatus> {
        while let Some((pid, name, change)) = self.next_change() {
            if pid != self.program.identity.pid {
                if let Action::ReportReaped(ending) = self.decide(Event::Orphan(change)) {
                    self.report.reaped(pid, &name, ending);
                }
                continue;
            }
            match self.decide(Event::Program(change)) {
                Action::Finish(status, blame) => {
                    self.program.take_foreground();
                    self.report.end(change, blame);
                    return Some(status);
                }
                action => self.control_job(action),
            }
        }
        None
    }

    /// The next change of state of a child, and the child's name if somebody wants to know.
    fn next_change(&self) -> Option<(Pid, Option<Comm>, Change)> {
        if !self.report.names_reaped() {
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

    /// Stops as the program was stopped.
    fn suspend(&mut self, stop: Signal) -> Suspension {
        match stop {
            _ if stop.asks_for_terminal() => self.program.take_foreground_for_program(),
            _ => self.program.take_foreground(),
        }
        // Of the others in the group, who ignores SIGTTIN and not SIGTSTP is not to be stopped: timeout(1) is one.
        suspend(if stop.is_of_job_control() { stop } else { Signal::TSTP })
    }

    /// Does what a shell does with a job that has been stopped or resumed.
    fn control_job(&mut self, action: Action) {
        match action {
            Action::LendForeground => {
                self.program.lend_foreground();
            }
            Action::TakeForeground => self.program.take_foreground(),
            Action::Resume(stop) => self.resume(stop),
            Action::ContinueGroup => {
                self.program.renew_foreground();
                self.continue_group();
            }
            _ => {}
        }
    }

    fn pass_on(&mut self, received: &Received) {
        let pid = self.program.identity.pid;
        let target = match self.config.forward_to {
            ForwardTo::Child => Target::Process(pid),
            ForwardTo::Group => Target::Group(pid),
        };
        match self.decide(Event::Signal(received.signal, received.origin)) {
            Action::Forward => self.report.sent(received.signal, deliver::forward(received, target)),
            Action::ForwardAndContinue => {
                self.report.sent(received.signal, deliver::forward(received, target));
                self.report.sent(Signal::CONT, deliver::send(Signal::CONT, target));
            }
            Action::ForwardContinue => {
                self.program.renew_foreground();
                self.report.sent(received.signal, deliver::forward(received, target));
            }
            action => self.control_job(action),
        }
    }

    /// Resumes a program that a terminal has stopped. One that waits for the terminal must have it, or it would be stopped
    /// again at once, for ever.
    fn resume(&mut self, stop: Signal) {
        let provision = match stop.asks_for_terminal() {
            true => self.program.provide_foreground(),
            false => {
                self.program.lend_foreground();
                Provision::Provided
            }
        };
        match provision {
            Provision::NotOurs => self.report.left_stopped(stop),
            Provision::Provided | Provision::NoTerminal => {
                self.report.resumes(stop);
                self.continue_group();
            }
        }
    }

    fn continue_group(&mut self) {
        let group = match self.program.group {
            Group::Own => Target::Group(self.program.identity.pid),
            Group::Shared => Target::OwnGroup,
        };
        self.report.sent(Signal::CONT, deliver::send(Signal::CONT, group));
    }

    /// Only a sandbox that forbids the wait can cause this. The program's end must still be noticed, at little cost.
    fn do_without_signals(&mut self, errno: Errno) {
        self.report.no_signals(errno);
        sleep(Duration::from_millis(100));
    }
}
