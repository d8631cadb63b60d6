//! The controlling terminal and its foreground: the process group that may read it, and that ^C and ^Z reach.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use nix::errno::Errno;
use nix::unistd::{Pid, getpgid, getpgrp};

use crate::sys::files;
use crate::sys::terminal;

/// The controlling terminal, open.
pub struct Terminal(Descriptor);

enum Descriptor {
    Opened(OwnedFd),
    Standard(BorrowedFd<'static>),
}

impl Terminal {
    /// The controlling terminal, if rinit has one: through /dev/tty, since standard descriptors can be redirected, and
    /// through one of those where an image has no /dev/tty.
    pub fn controlling() -> Option<Terminal> {
        let opened = match files::open(c"/dev/tty", libc::O_RDWR | libc::O_NOCTTY | libc::O_NONBLOCK) {
            // The kernel's word that there is none: tty(4).
            Err(Errno::ENXIO) => return None,
            Err(_) => None,
            Ok(file) => Some(Terminal(Descriptor::Opened(file))),
        };
        let standard = files::STANDARD.map(|descriptor| Terminal(Descriptor::Standard(descriptor)));
        // It must be the controlling one, and a terminal in the first place, for this to be known.
        opened.into_iter().chain(standard).find(|terminal| terminal.foreground().is_some())
    }

    /// A terminal on a standard descriptor, which may be nobody's controlling terminal yet.
    pub fn standard() -> Option<Terminal> {
        let is_terminal = |descriptor: &BorrowedFd<'_>| terminal::is_terminal(*descriptor);
        files::STANDARD.into_iter().find(is_terminal).map(|descriptor| Terminal(Descriptor::Standard(descriptor)))
    }

    /// The process group in the foreground: 0 if it is outside of rinit's PID namespace.
    pub fn foreground(&self) -> Option<Pid> {
        terminal::foreground(self.as_fd())
    }

    /// Whether rinit's own group is in the foreground. One outside of its PID namespace is called 0, as any other there: it
    /// may be, which is not enough.
    pub fn is_ours(&self) -> bool {
        let own = getpgrp();
        own.as_raw() > 0 && self.foreground() == Some(own)
    }

    /// Puts a group into the foreground, and says whether it is there. Works from the background too, since SIGTTOU is blocked:
    /// `tcsetpgrp(3)`. Async-signal-safe. It fails if nobody is in the group, or the terminal is gone.
    pub fn set_foreground(&self, group: Pid) -> bool {
        terminal::set_foreground(self.as_fd(), group)
    }

    /// Makes it the controlling terminal of the session that the caller leads, unless another session has it.
    /// Async-signal-safe.
    pub fn acquire(&self) {
        terminal::acquire(self.as_fd());
    }

    /// Gives it up for the whole session, which rinit leads, so that another one can have it.
    pub fn release(&self) {
        terminal::release(self.as_fd());
    }
}

impl AsFd for Terminal {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match &self.0 {
            Descriptor::Opened(file) => file.as_fd(),
            Descriptor::Standard(descriptor) => *descriptor,
        }
    }
}

/// The foreground, which rinit lends to its program as a shell lends it to a job.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Foreground {
    program: Pid,
    /// The group that gets it next: the program's, or one that the program has given it to.
    borrower: Pid,
    state: Loan,
}

/// Who has the foreground, of the two.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Loan {
    /// The program, or whom it has given it to.
    Lent,
    /// rinit, or somebody who has nothing to do with either.
    Kept,
}

/// What came of it when the program needed the foreground.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Provision {
    /// It has it.
    Provided,
    /// There is no terminal to have the foreground of.
    NoTerminal,
    /// Somebody else has it, and rinit never had; or it cannot be given to the program.
    NotOurs,
}

impl Foreground {
    /// With the group that this program leads as its borrower.
    pub fn new(program: Pid, state: Loan) -> Foreground {
        Foreground { program, borrower: program, state }
    }

    /// Lends it, if rinit's group has it to lend. Whether it did.
    pub fn lend(&mut self) -> bool {
        let Some(terminal) = Terminal::controlling().filter(Terminal::is_ours) else { return false };
        // Nobody may be left of a job that had it last.
        if terminal.set_foreground(self.borrower) || terminal.set_foreground(self.group()) {
            self.state = Loan::Lent;
        }
        self.state == Loan::Lent
    }

    /// After somebody has resumed rinit: who has taken the foreground while rinit was stopped keeps it.
    pub fn look_again(&mut self) {
        if !self.lend() && Terminal::controlling().and_then(|it| it.foreground()) != Some(self.borrower) {
            self.state = Loan::Kept;
        }
    }

    /// Sees to it that the program has it, from whoever the program left it to.
    pub fn provide(&mut self) -> Provision {
        let Some(terminal) = Terminal::controlling() else { return Provision::NoTerminal };
        if self.state == Loan::Kept && !terminal.is_ours() {
            return Provision::NotOurs;
        }
        self.prefer_program();
        if !terminal.set_foreground(self.borrower) {
            return Provision::NotOurs;
        }
        self.state = Loan::Lent;
        Provision::Provided
    }

    /// Makes the program itself the next borrower: it is waiting for that.
    pub fn prefer_program(&mut self) {
        self.borrower = self.group();
    }

    /// The program's process group, which it may have changed.
    fn group(&self) -> Pid {
        getpgid(Some(self.program)).unwrap_or(self.program)
    }

    /// Takes it back, if it was lent. Who had it last will get it again: a shell that is stopped may have lent it to a job.
    pub fn take_back(&mut self) {
        if self.state == Loan::Lent
            && let Some(terminal) = Terminal::controlling()
        {
            self.borrower = terminal.foreground().filter(|group| *group != getpgrp()).unwrap_or(self.borrower);
            terminal.set_foreground(getpgrp());
            self.state = Loan::Kept;
        }
    }
}
