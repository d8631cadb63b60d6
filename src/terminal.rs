//! The terminal's foreground: a program in a process group of its own can read the terminal only if that group has it.

use nix::unistd::{Pid, getpgrp, tcgetpgrp, tcsetpgrp};

use crate::sys::files::stdin;

/// The terminal on stdin, whose foreground rinit had when it started.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Foreground {
    owner: Pid,
}

impl Foreground {
    /// The foreground, if rinit has one to give away. In the background there is none, so that none is stolen; nor if
    /// rinit's group is outside of its PID namespace, and so is called 0: as is any other such group.
    pub fn of_rinit() -> Option<Foreground> {
        let owner = getpgrp();
        (owner.as_raw() > 0 && tcgetpgrp(stdin()) == Ok(owner)).then_some(Foreground { owner })
    }

    /// Gives it to a process group. Works from the background too, as SIGTTOU is blocked: `tcsetpgrp(3)`.
    /// Async-signal-safe. If it fails, the terminal is gone, which the program will notice by itself.
    pub fn give_to(self, group: Pid) {
        let _ = tcsetpgrp(stdin(), group);
    }

    /// Takes it back.
    pub fn take_back(self) {
        self.give_to(self.owner);
    }
}
