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
use crate::sys::pids::PidSet;
use crate::sys::processes::Process;
use crate::sys::{children, clock};

/// What has to be remembered while draining.
pub(super) struct Drain {
    everyone: Everyone,
    /// When all that were there have been asked to end, in hundredths of a second since boot.
    began: u64,
    /// Who has been asked, of those that were started since then; none if there was no memory for that.
    asked: Option<PidSet>,
    /// When to look whether somebody is left, since not everybody's end is told to rinit, and who has to be asked.
    next_look: Duration,
}

/// Whether anybody is left.
enum Found {
    Nobody,
    Somebody,
}

impl Drain {
    /// How often is looked. At what does not send rinit SIGCHLD, nobody waits for longer than it takes to notice.
    const INTERVAL: Duration = Duration::from_millis(100);
    /// How much longer than a look the time to the next is, at least: ten thousand processes take a while to be looked at.
    const PAUSE: u32 = 10;

    pub(super) fn next_look(&self) -> Duration {
        self.next_look
    }

    /// Remembers that somebody is asked; whether that has to be done: everybody once.
    fn is_to_be_asked(&mut self, process: Process) -> bool {
        process.started >= self.began && self.asked.as_mut().is_some_and(|asked| asked.insert(process.pid))
    }

    /// Looks who is there, and deals with who has come since the others were asked or killed. A child of somebody who is still
    /// there is that one's to end, and may be what it needs to do so; orphans, and who came from outside, are rinit's.
    #[cold]
    #[inline(never)]
    fn look(&mut self, stage: Stage) -> Found {
        let (began, everyone, mut found) = (clock::monotonic(), self.everyone, Found::Nobody);
        let (own, outside) = (getpid(), Pid::from_raw(0));
        let send = |process: Process, signal| {
            // Who may not be sent one is named in the end.
            let _ = deliver::send(signal, Target::Process(process.pid));
        };
        let known = everyone.visit(&mut |process| {
            found = Found::Somebody;
            if let Stage::Clearing(_) = stage {
                send(process, Signal::KILL);
            } else if [own, outside].contains(&process.parent) && self.is_to_be_asked(process) {
                send(process, Signal::TERM);
                send(process, Signal::CONT);
            }
        });
        let now = clock::monotonic();
        self.next_look = now + Drain::INTERVAL.max((now - began) * Drain::PAUSE);
        // A child that has ended since it was looked for is still to be reaped. Who else is left as a zombie is not rinit's.
        if known.is_err() || children::are_there() { Found::Somebody } else { found }
    }
}

impl Supervisor<'_> {
    /// Asks all that is left to end.
    #[cold]
    #[inline(never)] // As all of this: what is not used is neither near what is, nor in the frame that waits for years.
    pub(super) fn start_drain(&mut self) {
        let mut drain = Drain {
            everyone: Everyone::here(),
            began: ticks(clock::since_boot()),
            asked: PidSet::new(),
            next_look: clock::monotonic() + Drain::INTERVAL,
        };
        // Of those that were started in this very hundredth of a second, who is there now is asked with the others.
        let _ = drain.everyone.visit(&mut |process| {
            drain.is_to_be_asked(process);
        });
        let anybody = drain.everyone.is_there();
        self.drain = Some(drain);
        if anybody {
            self.send_to_left(Signal::TERM);
            self.send_to_left(Signal::CONT);
        }
    }

    /// Sends a signal to all that is left.
    #[cold]
    #[inline(never)]
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
    #[cold]
    #[inline(never)]
    pub(super) fn kill_left(&mut self) {
        let Some(drain) = &self.drain else { return };
        let mut left = Leftovers::of(drain.everyone);
        let known = drain.everyone.visit(&mut |process| left.add(process.pid));
        self.send_to_left(Signal::KILL);
        if left.count() > 0 || known.is_err() {
            self.report.kills_left(&left, self.config.plan.drain.unwrap_or_default());
        }
    }

    /// While draining: the status to exit with, if nothing is left; else does what has to be done again and again.
    pub(super) fn look_at_what_is_left(&mut self) -> Option<ExitStatus> {
        let drain = self.drain.as_mut()?;
        let now = clock::monotonic();
        let found = match drain.everyone.is_there() {
            false => Found::Nobody,
            true if now < drain.next_look => Found::Somebody,
            true => drain.look(self.phase.stage),
        };
        match found {
            Found::Nobody => match self.decide(Event::NothingLeft) {
                Action::Exit(status) => Some(status),
                _ => None,
            },
            Found::Somebody => None,
        }
    }
}

/// As `proc_pid_stat(5)` counts: the kernel gives programs a hundredth of a second on every machine that rinit is built for.
fn ticks(time: Duration) -> u64 {
    time.as_secs() * 100 + u64::from(time.subsec_millis() / 10)
}
