//! How far the program is set apart from rinit: where its signals come from, and whether it has the terminal.

use nix::unistd::{Pid, getpgrp, getpid, setpgid, setsid};

use crate::config::{Config, ForwardTo, Isolate};
use crate::signal::{Signal, SignalSet};
use crate::spawn::Group;
use crate::step::{Resumer, Standing, TerminalSignals};
use crate::sys::signals::{Disposition, disposition};
use crate::sys::terminal::leads_session;
use crate::terminal::{Foreground, Loan, Terminal};

/// The number of a process group outside of rinit's PID namespace: `pid_namespaces(7)`.
const OUTSIDE: Pid = Pid::from_raw(0);

/// What is done about it, decided before the program is started.
pub enum Isolation {
    /// The program leads a process group, to which rinit may lend the foreground of this terminal.
    Group(Option<Terminal>, Loan),
    /// The program leads a process group. Whether there is a terminal is not known before it runs.
    Unseen,
    /// The program leads a session, which gets this terminal.
    Session(Option<Terminal>),
    /// The program is in rinit's process group, be that in the foreground of this terminal or not.
    None(Option<Terminal>),
}

impl Isolation {
    /// What `--isolate` means here. A terminal that is ours to give away is given up already, if that is what it takes.
    pub fn new(config: &Config) -> Isolation {
        if config.isolate == Isolate::Group && is_hardly_on_terminal() {
            return Isolation::Unseen;
        }
        let terminal = Terminal::controlling();
        match config.isolate {
            Isolate::Group if config.forward_to != ForwardTo::Group && is_outside(terminal.as_ref()) => {
                Isolation::None(terminal)
            }
            Isolate::Group => match terminal {
                Some(terminal) if terminal.is_ours() && is_in_background_of_script() => match config.forward_to {
                    ForwardTo::Child | ForwardTo::All => Isolation::None(Some(terminal)),
                    ForwardTo::Group => Isolation::Group(Some(terminal), Loan::Kept),
                },
                Some(terminal) if terminal.is_ours() => Isolation::Group(Some(terminal), Loan::Lent),
                terminal => Isolation::Group(terminal, Loan::Kept),
            },
            Isolate::Session => Isolation::Session(terminal_for_session(terminal)),
            Isolate::None => Isolation::None(terminal),
        }
    }

    /// Sets the calling process, which is the child, apart. Async-signal-safe. What can fail here does so only where the
    /// terminal is gone or somebody else's: a new process is neither a leader nor has it executed anything: `setpgid(2)`.
    pub fn apply(&self) {
        let own = Pid::from_raw(0);
        match self {
            Isolation::Group(terminal, loan) => {
                let _ = setpgid(own, own);
                // Before the mask is restored: tcsetpgrp(3) stops a process in the background that does not block SIGTTOU.
                if let (Some(terminal), Loan::Lent) = (terminal, loan) {
                    let _ = terminal.set_foreground(getpid());
                }
            }
            Isolation::Session(terminal) => {
                let _ = setsid();
                if let Some(terminal) = terminal {
                    terminal.acquire();
                }
            }
            Isolation::Unseen => {
                let _ = setpgid(own, own);
            }
            Isolation::None(_) => {}
        }
    }

    /// Looks for the terminal, if that was put off until the program with this pid runs, and lends it. A program that has needed
    /// it before has been stopped for that, and gets it as one that lost it does. (One that ignores SIGTTIN may see, for that
    /// moment, that it is in the background.)
    pub fn seen(self, program: Pid) -> Isolation {
        let Isolation::Unseen = self else { return self };
        let terminal = Terminal::controlling();
        let lent = terminal.as_ref().is_some_and(|terminal| {
            // It may have taken it by itself. (That it has also given it to a job of its own by now is not told from a
            // foreground that never was rinit's.)
            terminal.is_ours() && terminal.set_foreground(program) || terminal.foreground() == Some(program)
        });
        Isolation::Group(terminal, if lent { Loan::Lent } else { Loan::Kept })
    }

    /// Takes back what a child got that could not become the program.
    pub fn undo(&self) {
        if let Isolation::Group(Some(terminal), Loan::Lent) = self {
            let _ = terminal.set_foreground(getpgrp());
        }
    }

    /// The foreground, as rinit has lent it to the program with this pid or may do so later.
    pub fn foreground(&self, program: Pid) -> Option<Foreground> {
        match self {
            Isolation::Group(_, loan) => Some(Foreground::new(program, *loan)),
            Isolation::Unseen | Isolation::Session(_) | Isolation::None(_) => None,
        }
    }

    /// The process group that the program is in.
    pub fn group(&self) -> Group {
        match self {
            Isolation::Group(..) | Isolation::Unseen | Isolation::Session(_) => Group::Own,
            Isolation::None(_) => Group::Shared,
        }
    }

    /// What the decisions have to know of it.
    pub fn standing(&self) -> Standing {
        let resumer = match self {
            // Where there is no terminal, no shell has jobs to resume.
            Isolation::Session(_) | Isolation::Unseen | Isolation::Group(None, _) | Isolation::None(None) => {
                Resumer::Nobody
            }
            // The kernel stops the whole of such a group, and a shell outside resumes the whole of it.
            Isolation::None(_) if getpgrp() == OUTSIDE => Resumer::Outside,
            _ if getpid() == Pid::from_raw(1) => Resumer::Nobody,
            // To stop a group that is not to be seen from here would be more than was asked for.
            _ if getpgrp() == OUTSIDE => Resumer::Outside,
            Isolation::Group(..) | Isolation::None(_) => Resumer::Shell,
        };
        let terminal = match self {
            Isolation::Group(Some(_), Loan::Kept) => TerminalSignals::Later,
            Isolation::Group(Some(_), Loan::Lent) | Isolation::Session(Some(_)) => TerminalSignals::ToProgram,
            Isolation::None(Some(_)) => TerminalSignals::ToBoth(shared_signals()),
            Isolation::Unseen | Isolation::Group(None, _) | Isolation::Session(None) | Isolation::None(None) => {
                TerminalSignals::None
            }
        };
        Standing { resumer, terminal }
    }
}

/// Whether a terminal is so unlikely that it need not be looked for before the program is started: to open /dev/tty in vain
/// takes as long as ten other system calls. There still can be one, as in `docker run -t` with all three descriptors redirected.
/// Who leads a session is in nobody's background, and no shell's job: nothing but the foreground depends on it.
fn is_hardly_on_terminal() -> bool {
    leads_session() && Terminal::standard().is_none()
}

/// Whether rinit's process group, and that in the foreground of its terminal, are outside of its PID namespace, as under
/// `unshare --pid --fork`: the foreground can be neither lent nor taken back then, since its owner has no number here.
fn is_outside(terminal: Option<&Terminal>) -> bool {
    terminal.is_some_and(|terminal| terminal.foreground() == Some(OUTSIDE)) && getpgrp() == OUTSIDE
}

/// Whether rinit has been started with `&` by a shell without job control. Its process group is the script's then, and in the
/// foreground with it; but the shell makes such commands ignore the keys: POSIX, Shell Command Language, 2.11.
/// Not so of the leader of a session, whose group is its own.
fn is_in_background_of_script() -> bool {
    !leads_session() && [Signal::INT, Signal::QUIT].into_iter().all(|key| disposition(key) == Disposition::Ignore)
}

/// A terminal that a new session can have: ours, if our session is ready to lose it, or one that no session has.
fn terminal_for_session(controlling: Option<Terminal>) -> Option<Terminal> {
    match controlling {
        Some(terminal) if terminal.is_ours() && leads_session() => {
            terminal.release();
            Some(terminal)
        }
        Some(_) => None,
        None => Terminal::standard(),
    }
}

/// The signals that the kernel sends to all of the foreground's process group. A hang-up it tells to the session's leader
/// alone.
fn shared_signals() -> SignalSet {
    let keys = [Signal::INT, Signal::QUIT, Signal::TSTP, Signal::TTIN, Signal::TTOU, Signal::WINCH];
    let hang_up: &[Signal] = if leads_session() { &[] } else { &[Signal::HUP, Signal::CONT] };
    keys.iter().chain(hang_up).copied().collect()
}
