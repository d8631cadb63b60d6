//! Who is whose: PID 1, its program, and what came from outside.

use nix::unistd::Pid;

use super::kind::{Kind, Passing, Reach};
use super::process::{Home, Process};
use crate::signal::Signal;
use crate::sys::processes::Life;

/// All processes of the PID namespace, but for the one that looks.
pub struct Family<'a> {
    all: &'a [Process],
    /// PID 1.
    pub first: &'a Process,
    /// What kind of program that is.
    pub kind: Kind,
    /// PID 1, if it is an init; and its program, if that is an init too; and so on.
    pub inits: Vec<&'a Process>,
    /// The program that the inits are for; PID 1 itself if it is no init; none if it cannot be seen.
    pub program: Option<&'a Process>,
    /// What becomes of a TERM on its way to the program.
    pub passing: Passing,
}

/// How a process came to be where it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// In the session of PID 1 or of its program.
    Program,
    /// In another session.
    OwnSession,
    /// It, or an ancestor, was put into the PID namespace from outside: `docker exec`, a health check, another container.
    Outside,
}

impl<'a> Family<'a> {
    /// Finds out; not without PID 1.
    pub fn of(all: &'a [Process]) -> Option<Family<'a>> {
        let first = all.iter().find(|process| process.pid.as_raw() == 1)?;
        let kind = Kind::of(first);
        let mut family = Family {
            all,
            first,
            kind,
            inits: Vec::new(),
            program: Some(first),
            passing: Passing { reach: Reach::Program, signal: Some(Signal::TERM) },
        };
        // No further than there are processes, whatever /proc says while they come and go.
        for _ in all {
            let Some((process, Kind::Init(init))) = family.program.map(|process| (process, Kind::of(process))) else {
                break;
            };
            let passing = Passing::of(init, process);
            family.passing = Passing {
                reach: family.passing.reach.max(passing.reach),
                signal: family.passing.signal.and(passing.signal),
            };
            family.inits.push(process);
            family.program = family.eldest(process.pid);
        }
        Some(family)
    }

    /// The eldest of those children of a process that live. An init's program is older than any orphan, which it or one of
    /// its descendants has started.
    fn eldest(&self, parent: Pid) -> Option<&'a Process> {
        self.living().filter(|process| process.parent == parent).min_by_key(|process| (process.started, process.pid))
    }

    /// A process that is there.
    pub fn find(&self, pid: Pid) -> Option<&'a Process> {
        self.all.iter().find(|process| process.pid == pid)
    }

    /// All that have not ended.
    pub fn living(&self) -> impl Iterator<Item = &'a Process> {
        self.with(Life::Alive)
    }

    /// All that have ended, and that nobody has reaped.
    pub fn zombies(&self) -> impl Iterator<Item = &'a Process> {
        self.with(Life::Zombie)
    }

    fn with(&self, life: Life) -> impl Iterator<Item = &'a Process> {
        self.all.iter().filter(move |process| process.life == life && process.home == Home::Program)
    }

    /// A living child, the eldest, of a process that is not PID 1 of a pod.
    pub fn child(&self, process: &Process) -> Option<&'a Process> {
        self.eldest(process.pid)
    }

    /// How many threads of the kernel there are: none but in the PID namespace of the machine.
    pub fn kernel_threads(&self) -> usize {
        self.all.iter().filter(|process| process.home == Home::Kernel).count()
    }

    /// How a process came to be where it is.
    pub fn place(&self, process: &Process) -> Place {
        if self.is_from_outside(process) {
            return Place::Outside;
        }
        let main = self.inits.iter().copied().chain([self.first]).chain(self.program);
        if main.into_iter().any(|main| main.session == process.session) { Place::Program } else { Place::OwnSession }
    }

    fn is_from_outside(&self, process: &Process) -> bool {
        let mut ancestor = process;
        for _ in self.all {
            match (ancestor.pid.as_raw(), ancestor.parent.as_raw()) {
                (1, _) | (_, 1) => return false,
                (_, 0) => return true,
                _ => match self.find(ancestor.parent) {
                    Some(parent) => ancestor = parent,
                    // The one that looks, or one that has ended meanwhile.
                    None => return false,
                },
            }
        }
        false
    }
}
