//! The loop: wait for a signal or a deadline, reap, do what [`step`] decides, until there is nothing left to do. Nothing in here
//! may fail, allocate or panic: there is nobody to restart PID 1.

mod drain;
mod job;

use std::time::Duration;

use nix::errno::Errno;
use nix::unistd::Pid;

use crate::config::{Config, ForwardTo};
use crate::ending::{Change, ExitStatus};
use crate::everyone::{Everyone, Unknown};
use crate::log::Log;
use crate::report::Report;
use crate::signal::{Signal, SignalSet};
use crate::spawn::{Group, Program};
use crate::step::{Action, Event, Job, Notice, Phase, Stage, step};
use crate::sys::deliver::{self, Target};
use crate::sys::files::Comm;
use crate::sys::process::sleep;
use crate::sys::relro::Relro;
use crate::sys::signals::{self, Received};
use crate::sys::{children, clock};
use drain::Drain;

/// Forwards signals to the program and reaps whatever ends, until the program does, and what it leaves behind if that is asked
/// for.
#[inline(never)] // What its caller needed to start the program is off the stack when it waits.
pub fn until_end(program: Program<'_>, config: &Config, log: Log) -> ExitStatus {
    let report = Report::new(program.identity, config.reap_report, log);
    report.started();
    let phase = Phase::started(program.standing);
    let mut supervisor = Supervisor {
        program,
        config,
        phase,
        report,
        deadline: None,
        held: None,
        drain: None,
        backlog: Backlog::Nothing,
    };
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
            Ok(received) => supervisor.pass_on(received),
            Err(Errno::EINTR | Errno::EAGAIN) => {}
            Err(errno) => supervisor.do_without_signals(errno),
        }
        if let Some(deadline) = supervisor.deadline
            && let Some(status) = supervisor.look_at_the_clock(deadline)
        {
            return status;
        }
    }
}

struct Supervisor<'a> {
    program: Program<'a>,
    config: &'a Config,
    phase: Phase,
    report: Report<'a>,
    /// When the stage is to be over, by [`clock::monotonic`].
    deadline: Option<Duration>,
    /// The request to stop that is held back.
    held: Option<Received>,
    /// What is done about what the program has left behind, once it has ended.
    drain: Option<Drain>,
    backlog: Backlog,
}

/// Whether there may be more to reap, which no signal will tell of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Backlog {
    Nothing,
    More,
}

/// How many are reaped before signals and deadlines are looked at again, which a flood of orphans must not starve either.
const BATCH: usize = 1000;

impl Supervisor<'_> {
    fn decide(&mut self, event: Event) -> Action {
        let (plan, before) = (&self.config.plan, self.phase.stage);
        let action = step(plan, &mut self.phase, event);
        if self.phase.stage != before {
            self.deadline = self.phase.stage.limit(plan).map(|limit| clock::monotonic() + limit);
        }
        action
    }

    /// The next signal; rinit is stopped while it waits for it, if that is what its program is.
    fn next_signal(&mut self) -> Result<Received, Errno> {
        if self.backlog == Backlog::More {
            return signals::next(SignalSet::ALL).ok_or(Errno::EAGAIN);
        }
        let wake_up = match &self.drain {
            Some(drain) => self.deadline.map(|deadline| deadline.min(drain.next_look())),
            None => self.deadline,
        };
        match self.phase.job {
            Job::Running => signals::wait(wake_up),
            Job::Stopping => self.signal_or_stop().map_or_else(|| signals::wait(wake_up), Ok),
        }
    }

    /// Reaps all that have ended; the status to exit with, if nothing is left to be done.
    fn reap(&mut self) -> Option<ExitStatus> {
        self.backlog = Backlog::More;
        for _ in 0..BATCH {
            let Some((pid, name, change)) = self.next_change() else {
                self.backlog = Backlog::Nothing;
                break;
            };
            // Its number may be somebody else's once the program has been reaped.
            if pid != self.program.identity.pid || !self.phase.stage.has_program() {
                if let Action::ReportReaped(ending) = self.decide(Event::Orphan(change)) {
                    self.report.reaped(pid, &name, ending);
                }
                continue;
            }
            match (self.decide(Event::Program(change)), change) {
                (Action::Finish(status, blame), Change::Ended(ending)) => {
                    self.program.take_foreground();
                    self.report.end(ending, blame);
                    return Some(status);
                }
                (Action::Drain(blame), Change::Ended(ending)) => {
                    self.program.take_foreground();
                    self.report.end(ending, blame);
                    self.start_drain();
                }
                (action, _) => self.control_job(action),
            }
        }
        self.look_at_what_is_left()
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

    fn pass_on(&mut self, received: Received) {
        match self.decide(Event::Signal(received.signal, received.origin)) {
            Action::Hold => {
                self.report.held(&received, self.config.plan.stop_delay.unwrap_or_default());
                self.held = Some(received);
            }
            Action::SendToLeft(signal) => self.send_to_left(signal),
            action => self.deliver(action, &received),
        }
    }

    /// Does what it takes to make the program see a signal.
    fn deliver(&mut self, action: Action, received: &Received) {
        if let (Stage::Stopping(..), Some(_)) = (self.phase.stage, self.deadline) {
            self.report.asked(received);
        }
        match action {
            Action::Forward(signal) => self.forward(received, signal),
            Action::ForwardAndContinue(signal) => {
                self.forward(received, signal);
                self.send(Signal::CONT);
            }
            Action::ForwardContinue => {
                self.program.renew_foreground();
                self.forward(received, Signal::CONT);
            }
            action => self.control_job(action),
        }
    }

    /// What there is to be done if the stage has lasted long enough; the status to exit with, if nothing is left to be done.
    #[cold]
    #[inline(never)]
    fn look_at_the_clock(&mut self, deadline: Duration) -> Option<ExitStatus> {
        let late = clock::monotonic().checked_sub(deadline)?;
        // If a request has been held back until now, it is this that the decision is about.
        let held = self.held.take_if(|_| matches!(self.phase.stage, Stage::Delaying(_)));
        match (self.decide(Event::Deadline(Notice::after(late))), held) {
            (Action::Kill(asked_by), _) => self.kill(asked_by),
            (Action::KillLeft, _) => self.kill_left(),
            (Action::Exit(status), _) => return Some(status),
            (action, Some(held)) => self.deliver(action, &held),
            (action, None) => self.control_job(action),
        }
        None
    }

    fn forward(&mut self, received: &Received, signal: Signal) {
        match self.reach_all(signal) {
            Ok(()) => {}
            Err(target) => {
                let result = deliver::forward(received, signal, target);
                self.report.forwarded(received, signal, result);
            }
        }
    }

    fn send(&mut self, signal: Signal) {
        if let Err(target) = self.reach_all(signal) {
            self.report.sent(signal, deliver::send(signal, target));
        }
    }

    /// Sends a signal to all processes, if that is who gets them; else says who does.
    fn reach_all(&mut self, signal: Signal) -> Result<(), Target> {
        let pid = self.program.identity.pid;
        match self.config.forward_to {
            ForwardTo::Child => Err(Target::Process(pid)),
            ForwardTo::Group => Err(Target::Group(pid)),
            ForwardTo::All => match Everyone::here().send(signal) {
                Ok(()) => {
                    self.report.sent_to_all(signal);
                    Ok(())
                }
                Err(Unknown) => {
                    self.report.blind();
                    Err(self.group_or_program())
                }
            },
        }
    }

    fn kill(&mut self, asked_by: Signal) {
        let sent = deliver::send(Signal::KILL, self.group_or_program());
        // Of a group, it is enough for kill(2) to reach one.
        let killed = if deliver::is_denied(self.program.identity.pid) { Err(Errno::EPERM) } else { sent };
        self.report.kills(asked_by, self.config.plan.stop_timeout.unwrap_or_default(), killed);
    }

    /// The program's process group, if rinit is not in it.
    fn group_or_program(&self) -> Target {
        match self.program.group {
            Group::Own => Target::Group(self.program.identity.pid),
            Group::Shared => Target::Process(self.program.identity.pid),
        }
    }

    /// Only a sandbox that forbids the wait can cause this. The program's end must still be noticed, at little cost.
    fn do_without_signals(&mut self, errno: Errno) {
        self.report.no_signals(errno);
        sleep(Duration::from_millis(100));
    }
}
