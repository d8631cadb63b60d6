//! `--drain`: what is done about the processes that the program has left behind.

use std::time::Duration;

use nix::unistd::{Pid, getpid};

use super::Supervisor;
use crate::ending::ExitStatus;
use crate::everyone::{Everyone, Unknown};
use crate::report::Leftovers;
use crate::signal::Signal;
use crate::step::{Action, Event, Stage};
use crate::sys::deliver::{self, Target};
use crate::sys::{children, clock};

/// What has to be remembered while draining.
pub(super) struct Drain {
    everyone: Everyone,
    /// When all that were there have been asked to end, in hundredths of a second since boot.
    asked: u64,
    /// Who has been asked since then.
    asked_later: [Option<Pid>; Drain::LATER],
    /// When to look whether somebody is left, since not everybody's end is told to rinit, and who has to be asked.
    next_look: Duration,
    orphans: Orphans,
}

/// Whether there may be orphans that have not been seen: only where somebody has ended who may have been their parent.
enum Orphans {
    Seen,
    New,
}

impl Drain {
    /// How many that come to rinit during the drain are asked. The rest must end by itself, or is killed.
    const LATER: usize = 32;
    /// How often is looked: at what does not send rinit SIGCHLD, nobody waits for longer than it takes to notice.
    const INTERVAL: Duration = Duration::from_millis(100);

    pub(super) fn next_look(&self) -> Duration {
        self.next_look
    }

    pub(super) fn somebody_ended(&mut self) {
        self.orphans = Orphans::New;
    }

    /// Whether somebody has yet to be asked: an orphan that was forked after the others were. A child of somebody who is
    /// still there is that one's to end, and may be what it needs to do so.
    fn is_to_be_asked(&mut self, pid: Pid, started: u64) -> bool {
        if started < self.asked || self.asked_later.contains(&Some(pid)) {
            return false;
        }
        let place = self.asked_later.iter_mut().find(|place| place.is_none());
        place.map(|place| *place = Some(pid)).is_some()
    }
}

impl Supervisor<'_> {
    /// Asks all that is left to end.
    pub(super) fn start_drain(&mut self) {
        let asked = ticks(clock::since_boot());
        let next_look = clock::monotonic() + Drain::INTERVAL;
        self.drain = Some(Drain {
            everyone: Everyone::here(),
            asked,
            asked_later: [None; Drain::LATER],
            next_look,
            orphans: Orphans::Seen,
        });
        self.send_to_left(Signal::TERM);
        self.send_to_left(Signal::CONT);
    }

    /// Sends a signal to all that is left.
    pub(super) fn send_to_left(&mut self, signal: Signal) {
        let Some(drain) = &self.drain else { return };
        match drain.everyone.send(signal) {
            Ok(()) => self.report.sent_to_all(signal),
            Err(Unknown) => {
                self.report.blind();
                self.send_to_group_left(signal);
            }
        }
    }

    /// What is left of the program's process group, if it is known to be that: the number of a group that nobody is in any more
    /// can be another's.
    fn send_to_group_left(&self, signal: Signal) {
        let group = self.program.identity.pid;
        if children::are_in_group(group) {
            let _ = deliver::send(signal, Target::Leaderless(group));
        }
    }

    /// Kills what is left.
    pub(super) fn kill_left(&mut self) {
        let Some(drain) = &self.drain else { return };
        let mut left = Leftovers::NONE;
        let named = drain.everyone.visit(&mut |process| left.add(process.pid));
        if left.count() > 0 || named.is_err() {
            self.report.kills_left(&left, self.config.plan.drain.unwrap_or_default());
        }
        self.send_to_left(Signal::KILL);
    }

    /// While draining: the status to exit with, if nothing is left; else does what has to be done again and again.
    pub(super) fn look_at_what_is_left(&mut self) -> Option<ExitStatus> {
        let drain = self.drain.as_mut()?;
        if !drain.everyone.is_there() {
            return match self.decide(Event::NothingLeft) {
                Action::Exit(status) => Some(status),
                _ => None,
            };
        }
        let now = clock::monotonic();
        if now < drain.next_look {
            return None;
        }
        drain.next_look = now + Drain::INTERVAL;
        match self.phase.stage {
            // Who was forked while the others were killed.
            Stage::Clearing(_) => self.send_to_left(Signal::KILL),
            _ => self.ask_new_orphans(),
        }
        None
    }

    fn ask_new_orphans(&mut self) {
        let Some(drain) = self.drain.as_mut() else { return };
        if let Orphans::Seen = std::mem::replace(&mut drain.orphans, Orphans::Seen) {
            return;
        }
        let (own, everyone) = (getpid(), drain.everyone);
        let _ = everyone.visit(&mut |process| {
            if process.parent == own && drain.is_to_be_asked(process.pid, process.started) {
                for signal in [Signal::TERM, Signal::CONT] {
                    let _ = deliver::send(signal, Target::Process(process.pid));
                }
            }
        });
    }
}

/// As `proc_pid_stat(5)` counts: the kernel gives programs a hundredth of a second on every machine that rinit is built for.
fn ticks(time: Duration) -> u64 {
    time.as_secs() * 100 + u64::from(time.subsec_millis() / 10)
}
