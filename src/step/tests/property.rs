//! Events in any order: whatever happens, what must hold does.

use std::time::Duration;

use super::*;
use crate::plan::{Rewrite, StatusMap};

/// Numbers that look random and are the same in every run: xorshift64, Marsaglia 2003.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn signal(&mut self) -> Signal {
        // Half of them are those that something is done about.
        const USUAL: [i32; 8] = [1, 2, 3, 15, 18, 19, 20, 21];
        let number = if self.roll(2) == 0 { USUAL[self.roll(8) as usize] } else { 1 + self.roll(64) as i32 };
        Signal::new(number).unwrap()
    }

    fn time(&mut self) -> Option<Duration> {
        (self.roll(2) == 0).then(|| Duration::from_millis(self.roll(5)))
    }

    fn plan(&mut self) -> Plan {
        let pairs = (0..self.roll(3)).map(|_| (u8::from(self.signal()), self.roll(65) as u8)).collect();
        Plan {
            stop_signals: (0..self.roll(4)).map(|_| self.signal()).collect(),
            rewrite: Rewrite(pairs),
            stop_delay: self.time(),
            stop_timeout: self.time(),
            drain: self.time(),
            statuses: StatusMap { expected: vec![self.roll(256) as u8], mapped: vec![(self.roll(256) as u8, 1)] },
        }
    }

    fn standing(&mut self) -> Standing {
        let resumer = [Resumer::Nobody, Resumer::Shell, Resumer::Outside][self.roll(3) as usize];
        let keys = [Signal::INT, Signal::TSTP].into_iter().collect();
        use TerminalSignals::{Later, None, ToBoth, ToProgram};
        Standing { resumer, terminal: [None, Later, ToProgram, ToBoth(keys)][self.roll(4) as usize] }
    }

    fn ending(&mut self) -> Ending {
        match self.roll(2) {
            0 => Ending::Exited(self.roll(256) as u8),
            _ => Ending::Killed { signal: self.signal(), core_dumped: false },
        }
    }
}

/// A world around `step`: a clock, a program that may end, and others that may.
struct World {
    plan: Plan,
    phase: Phase,
    now: Duration,
    deadline: Option<Duration>,
    /// When the program was asked to stop.
    asked: Option<Duration>,
    /// How it ended, once it has, and when.
    ended: Option<(Ending, Duration)>,
    exited: Option<ExitStatus>,
}

impl World {
    fn new(dice: &mut Dice) -> World {
        let (plan, phase) = (dice.plan(), Phase::started(dice.standing()));
        World { plan, phase, now: Duration::ZERO, deadline: None, asked: None, ended: None, exited: None }
    }

    /// As the loop does it, and as [`Phase`] is documented; then looks whether what must hold does.
    fn happens(&mut self, event: Event) -> Action {
        let before = self.phase;
        let (after, action) = step_by(&self.plan, before, event);
        if after.stage != before.stage {
            self.deadline = after.stage.limit(&self.plan).map(|limit| self.now + limit);
        }
        self.phase = after;
        if let Stage::Stopping(..) = after.stage {
            self.asked.get_or_insert(self.now);
        }
        match action {
            Action::Forward(_) | Action::ForwardAndContinue(_) | Action::ForwardContinue | Action::Hold => {
                assert_eq!(self.ended, None, "a signal to a reaped pid");
            }
            Action::Kill(_) => {
                assert_eq!(self.ended, None, "a signal to a reaped pid");
                let limit = self.plan.stop_timeout.expect("killed although nobody has set a time");
                assert!(self.now >= self.asked.unwrap() + limit, "killed before its deadline");
            }
            Action::KillLeft => {
                let (_, when) = self.ended.expect("left-overs of a program that is there");
                assert!(self.now >= when + self.plan.drain.unwrap(), "killed before its deadline");
            }
            Action::ContinueGroup | Action::Resume(_) | Action::Suspend(_) | Action::LendForeground => {
                assert_eq!(self.ended, None, "job control of a program that is gone");
            }
            Action::Finish(status, _) | Action::Exit(status) => {
                let (ending, _) = self.ended.expect("exits before the program");
                assert_eq!(status, self.plan.statuses.apply(ending.status()));
                self.exited = Some(status);
            }
            _ => {}
        }
        action
    }

    /// The clock goes on, and rinit may notice late.
    fn wait(&mut self, time: Duration) {
        self.now += time;
        if let Some(deadline) = self.deadline
            && self.now >= deadline
        {
            let notice = Notice::after((self.now - deadline) * 50);
            self.happens(Event::Deadline(notice));
        }
    }

    fn ends(&mut self, ending: Ending) {
        self.ended = Some((ending, self.now));
        self.happens(Event::Program(Change::Ended(ending)));
    }

    fn random_event(&mut self, dice: &mut Dice) {
        let origins = [Origin::Itself, Origin::Kernel, Origin::ChildStatus, Origin::Elsewhere];
        match dice.roll(12) {
            0..=4 => drop(self.happens(Event::Signal(dice.signal(), origins[dice.roll(4) as usize]))),
            5 => drop(self.happens(Event::Orphan(Change::Ended(dice.ending())))),
            6 if self.ended.is_none() => drop(self.happens(Event::Program(Change::Stopped(dice.signal())))),
            7 if self.ended.is_none() => drop(self.happens(Event::Program(Change::Continued))),
            8 if self.ended.is_none() => {
                if let Action::Suspend(_) = self.happens(Event::Quiet) {
                    self.happens(Event::NotSuspended);
                }
            }
            9 if self.ended.is_none() && dice.roll(4) == 0 => self.ends(dice.ending()),
            10 if self.ended.is_some() && dice.roll(4) == 0 => drop(self.happens(Event::NothingLeft)),
            _ => self.wait(Duration::from_millis(dice.roll(4))),
        }
    }
}

#[test]
fn whatever_happens_it_ends_with_the_programs_status_and_nothing_is_killed_early() {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    for _ in 0..100_000 {
        let mut world = World::new(&mut dice);
        for _ in 0..20 {
            if world.exited.is_none() {
                world.random_event(&mut dice);
            }
        }
        // From here on the program ends if it is killed, and nothing that is left ever does.
        if world.ended.is_none() && world.exited.is_none() {
            world.happens(Event::Signal(Signal::TERM, Origin::Elsewhere));
            world.ends(Ending::Exited(0));
        }
        for _ in 0..8 {
            if world.exited.is_none() {
                world.wait(Duration::from_secs(1));
            }
        }
        assert!(world.exited.is_some(), "it never ends: {:?} {:?}", world.plan, world.phase);
    }
}
