//! `leave LEFTOVER… then END`: starts processes, and leaves them behind when it ends.
//!
//! A leftover is a list of words with commas between them. Unless these say otherwise, it tells of all signals but SIGCONT
//! (`NAME got 15`), and ends at the first SIGTERM:
//!
//! - `NAME`, the first word, is what it is called;
//! - `count=N`: there are as many of them;
//! - `session`: it has a session of its own;
//! - `daemon`: it is an orphan from the beginning;
//! - `introduced`: it says `NAME is PID` at first;
//! - `plain`: it dies of the first signal that kills, without a word;
//! - `deaf`: it does not end, and says nothing;
//! - `stopped`: it has stopped itself;
//! - `headless`: its first thread has ended, and another one does all of this;
//! - `flood`: it does not end, and makes orphans without a pause; it says `NAME goes on`, and `NAME is over` if nobody kills it;
//! - `terms=N`: it ends at the Nth SIGTERM;
//! - `needs=MS`: it goes on for so long after that, and says `NAME is done` then;
//! - `forks`: when it ends, it leaves a new process behind, which is called `late`, and has heard nothing of what came before; with
//!   `forks=WORD`, it is as this word says.
//!
//! The end is `exit STATUS`, or `until SIGNAL STATUS [MS]`: it tells of all signals, and exits so long after this one.

use std::ffi::{CString, c_int};
use std::time::Duration;

use rinit::ending::ExitStatus;

use crate::flood::flood;
use crate::{next_signal, say, set_mask, unblock_all};

/// A process to leave behind.
struct Leftover<'a> {
    name: &'a str,
    count: usize,
    own_session: bool,
    parent: Parent,
    introduced: bool,
    state: State,
    first_thread: FirstThread,
    manner: Manner,
}

enum Parent {
    Us,
    Nobody,
}

#[derive(PartialEq, Eq)]
enum State {
    Running,
    Stopped,
}

#[derive(PartialEq, Eq)]
enum FirstThread {
    Lives,
    Ends,
}

/// What signals do to it.
enum Manner {
    Plain,
    Deaf,
    Floods,
    Tells { terms: usize, needs: Duration, leaves: Option<String> },
}

impl Leftover<'_> {
    fn parse(words: &str) -> Leftover<'_> {
        let mut words = words.split(',');
        let name = words.next().unwrap();
        let mut it = Leftover {
            name,
            count: 1,
            own_session: false,
            parent: Parent::Us,
            introduced: false,
            state: State::Running,
            first_thread: FirstThread::Lives,
            manner: Manner::Tells { terms: 1, needs: Duration::ZERO, leaves: None },
        };
        for word in words {
            match (word.split_once('=').unwrap_or((word, "")), &mut it.manner) {
                (("count", value), _) => it.count = value.parse().unwrap(),
                (("session", _), _) => it.own_session = true,
                (("daemon", _), _) => it.parent = Parent::Nobody,
                (("introduced", _), _) => it.introduced = true,
                (("stopped", _), _) => it.state = State::Stopped,
                (("headless", _), _) => it.first_thread = FirstThread::Ends,
                (("flood", _), manner) => *manner = Manner::Floods,
                (("plain", _), manner) => *manner = Manner::Plain,
                (("deaf", _), manner) => *manner = Manner::Deaf,
                (("terms", value), Manner::Tells { terms, .. }) => *terms = value.parse().unwrap(),
                (("needs", value), Manner::Tells { needs, .. }) => *needs = milliseconds(value),
                (("forks", ""), Manner::Tells { leaves, .. }) => *leaves = Some("late".to_owned()),
                (("forks", word), Manner::Tells { leaves, .. }) => *leaves = Some(format!("late,{word}")),
                _ => panic!("probe: what is {word:?} of {name}?"),
            }
        }
        it
    }

    /// Starts one of them. Its parent waits until it is what it should be.
    fn start(&self) {
        let mut ready = [0; 2];
        // SAFETY: all of these take numbers, or point to what they need; this process has one thread.
        unsafe {
            assert_eq!(libc::pipe(ready.as_mut_ptr()), 0);
            let child = libc::fork();
            assert!(child >= 0, "could not fork that often: is something else using up the pids of this machine?");
            if child == 0 {
                if let Parent::Nobody = self.parent
                    && libc::fork() > 0
                {
                    libc::_exit(0);
                }
                self.live(ready[1]);
            }
            libc::close(ready[1]);
            let mut byte = 0_u8;
            assert_eq!(libc::read(ready[0], (&raw mut byte).cast(), 1), 1);
            libc::close(ready[0]);
            if let Parent::Nobody = self.parent {
                libc::waitpid(child, std::ptr::null_mut(), 0);
            } else if self.state == State::Stopped {
                libc::waitpid(child, std::ptr::null_mut(), libc::WUNTRACED);
            }
        }
    }

    fn live(&self, ready: c_int) -> ! {
        let name = CString::new(self.name).unwrap();
        // SAFETY: numbers, and a string and a byte that live long enough.
        unsafe {
            if self.own_session {
                assert!(libc::setsid() > 0);
            }
            assert_eq!(libc::prctl(libc::PR_SET_NAME, name.as_ptr()), 0);
            if self.introduced {
                say(&format!("{} is {}", self.name, libc::getpid()));
            }
            if let Manner::Plain = self.manner {
                unblock_all();
            }
        }
        match self.first_thread {
            FirstThread::Lives => self.behave(ready),
            FirstThread::Ends => std::thread::scope(|scope| {
                scope.spawn(|| {
                    let ended = || std::fs::read_to_string("/proc/self/stat").unwrap().contains(") Z ");
                    while !ended() {
                        std::thread::yield_now();
                    }
                    self.behave(ready)
                });
                // SAFETY: takes a number. Its stack stays, since it does not return.
                unsafe { libc::syscall(libc::SYS_exit, 0) };
                unreachable!()
            }),
        }
    }

    fn behave(&self, ready: c_int) -> ! {
        // SAFETY: numbers, and a byte.
        unsafe {
            assert_eq!(libc::write(ready, c".".as_ptr().cast(), 1), 1);
            libc::close(ready);
            if self.state == State::Stopped {
                libc::kill(libc::getpid(), libc::SIGSTOP);
            }
        }
        match &self.manner {
            Manner::Plain => wait_for_death(),
            Manner::Deaf => loop {
                next_signal();
            },
            Manner::Floods => flood(self.name),
            Manner::Tells { terms, needs, leaves } => {
                tell_until(self.name, *terms);
                std::thread::sleep(*needs);
                if !needs.is_zero() {
                    say(&format!("{} is done", self.name));
                }
                if let Some(late) = leaves {
                    Leftover::parse(late).start();
                }
                // SAFETY: takes a number.
                unsafe { libc::_exit(0) }
            }
        }
    }
}

fn wait_for_death() -> ! {
    loop {
        // SAFETY: takes nothing.
        unsafe { libc::pause() };
    }
}

/// Tells of signals until SIGTERM has come that often. The SIGCONT after it may or may not be merged with another.
fn tell_until(name: &str, terms: usize) {
    let mut left = terms;
    while left > 0 {
        let (number, what) = next_signal();
        if number != libc::SIGCONT {
            say(&format!("{name} got {what}"));
        }
        left -= usize::from(number == libc::SIGTERM);
    }
}

fn milliseconds(value: &str) -> Duration {
    Duration::from_millis(value.parse().unwrap())
}

pub fn leave(words: &[&str]) -> ExitStatus {
    let then = words.iter().position(|word| *word == "then").unwrap();
    // The leftovers inherit it, so that none misses what comes before it is ready for it.
    set_mask(u64::MAX);
    for leftover in words[..then].iter().map(|words| Leftover::parse(words)) {
        (0..leftover.count).for_each(|_| leftover.start());
    }
    match words[then + 1..] {
        ["exit", status] => ExitStatus(status.parse().unwrap()),
        ["until", signal, status] => until(signal.parse().unwrap(), status, "0"),
        ["until", signal, status, after] => until(signal.parse().unwrap(), status, after),
        _ => panic!("probe: what is {words:?}?"),
    }
}

fn until(signal: c_int, status: &str, after: &str) -> ExitStatus {
    say("ready");
    loop {
        let (number, what) = next_signal();
        // Of leftovers, which end when they like.
        if number != libc::SIGCHLD {
            say(&what);
        }
        if number == signal {
            std::thread::sleep(milliseconds(after));
            return ExitStatus(status.parse().unwrap());
        }
    }
}
