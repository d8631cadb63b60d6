//! What rinit does as a shell's job, and as who has the program as a job: stopping, resuming, the terminal's foreground.

use super::Supervisor;
use crate::signal::{Signal, SignalSet};
use crate::spawn::Group;
use crate::step::{Action, Event};
use crate::sys::deliver::{self, Target};
use crate::sys::signals::{self, Received};
use crate::sys::terminal::{Suspension, suspend};
use crate::terminal::Provision;

impl Supervisor<'_> {
    /// A signal that has come, or that has resumed rinit, which is stopped as its program is; none if it cannot be stopped.
    pub(super) fn signal_or_stop(&mut self) -> Option<Received> {
        if let Some(received) = signals::next(SignalSet::ALL) {
            return Some(received);
        }
        if let Action::Suspend(stop) = self.decide(Event::Quiet) {
            // A shell that moves a running job into the foreground sends it nothing.
            if stop.asks_for_terminal() && self.program.provides_own_foreground() {
                self.continue_group();
                return None;
            }
            if let Suspension::Resumed(by) = self.suspend(stop) {
                return Some(by);
            }
            if let Action::Resume(stop) = self.decide(Event::NotSuspended) {
                self.resume(stop);
            }
        }
        None
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
    pub(super) fn control_job(&mut self, action: Action) {
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
}
