//! A process, as far as the report goes into it: what /proc says, parsed.

use std::time::Duration;

use nix::unistd::Pid;

use super::kind;
use crate::number::{number, small};
use crate::report::Identity;
use crate::signal::{Signal, SignalSet};
use crate::sys::processes::{Life, fields};

/// A process.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Process {
    /// Its pid.
    pub pid: Pid,
    /// Its parent's pid: 0 if that is outside of the PID namespace.
    pub parent: Pid,
    /// Its process group.
    pub group: Pid,
    /// Its session: 0 if that was made outside of the PID namespace.
    pub session: Pid,
    /// Whether it has a controlling terminal.
    pub terminal: Terminal,
    /// The letter for its state, as in `ps`.
    pub state: u8,
    /// Whether it runs or has ended.
    pub life: Life,
    /// Who it is part of.
    pub home: Home,
    /// When it was started, in hundredths of a second since boot.
    pub started: u64,
    /// How long ago that was.
    pub age: Duration,
    /// Its real user id.
    pub user: u32,
    /// The signals that it ignores, has handlers for, and blocks: the last in its first thread.
    pub ignored: SignalSet,
    /// See above.
    pub caught: SignalSet,
    /// See above.
    pub blocked: SignalSet,
    /// Whether it sleeps until it gets a signal.
    pub sleep: Sleep,
    /// Its name as the kernel keeps it, at most 15 bytes.
    pub name: Vec<u8>,
    /// Its arguments, each with a zero byte behind it; none if it has ended.
    pub command: Vec<u8>,
    /// The file that it executes, if that can be seen.
    pub exe: Vec<u8>,
    /// Its environment, as the arguments. Of PID 1 only, and if it can be seen.
    pub environment: Vec<u8>,
}

/// Whether a process has a controlling terminal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Terminal {
    /// It has none.
    No,
    /// It has one.
    Yes,
}

/// Who a process is part of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Home {
    /// A program.
    Program,
    /// The kernel, which shows its threads in the PID namespace of the machine.
    Kernel,
}

/// Whether a process waits for a signal in `sigwait(3)` or `sigtimedwait(2)`. While it does, the kernel takes what it waits for out
/// of the mask that /proc shows: a sleeping tini or rinit looks as if it blocked nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sleep {
    /// It does.
    ForSignals,
    /// It does not.
    Otherwise,
    /// The kernel does not tell.
    Unknown,
}

impl Sleep {
    /// What `/proc/PID/wchan` says: the function of the kernel that the process sleeps in, or 0; nothing if that may not be seen.
    pub fn of(wchan: &[u8]) -> Sleep {
        const NAME: &[u8] = b"sigtimedwait";
        match wchan {
            b"" | b"0" => Sleep::Unknown,
            // The compiler and each machine add something to the name.
            _ if wchan.windows(NAME.len()).any(|part| part == NAME) => Sleep::ForSignals,
            _ => Sleep::Otherwise,
        }
    }
}

/// What a process does with a signal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// It has ended already.
    Nothing,
    /// It has a handler.
    Handles,
    /// It blocks the signal, and may be waiting for it: `sigwait(3)`, `signalfd(2)`.
    Waits,
    /// It ignores it.
    Ignores,
    /// It is PID 1 and has no handler: the kernel drops the signal (SIGNAL_UNKILLABLE), as `pid_namespaces(7)` says.
    Drops,
    /// It has no handler, and is ended.
    Ends,
}

impl Process {
    /// Puts together what the files `stat` and `status` of a process say; the rest is left empty.
    pub fn parse(pid: Pid, stat: &[u8], status: &[u8], now: Duration) -> Option<Process> {
        /// PF_KTHREAD: `include/linux/sched.h`.
        const KERNEL_THREAD: u64 = 0x0020_0000;
        let mut fields = fields(stat)?;
        // The fields are numbered from 1, and the state is the third.
        let state = fields.next()?;
        let mut number_in = |skip| number(fields.nth(skip)?);
        let (parent, group, session) = (number_in(0)?, number_in(0)?, number_in(0)?);
        // Its number is the device's, which may be negative.
        let terminal = fields.next()?;
        let mut number_in = |skip| number(fields.nth(skip)?);
        let flags = number_in(9 - 8)?;
        let (threads, started) = (number_in(20 - 10)?, number_in(22 - 21)?);
        Some(Process {
            pid,
            parent: Pid::from_raw(i32::try_from(parent).ok()?),
            group: Pid::from_raw(i32::try_from(group).ok()?),
            session: Pid::from_raw(i32::try_from(session).ok()?),
            terminal: if terminal == b"0" { Terminal::No } else { Terminal::Yes },
            state: *state.first()?,
            life: Life::of(state, threads),
            home: if flags & KERNEL_THREAD == 0 { Home::Program } else { Home::Kernel },
            started,
            age: now.saturating_sub(Duration::from_millis(started.saturating_mul(10))),
            user: small(value(status, b"Uid:")?.split(|byte| *byte == b'\t').next()?)?,
            ignored: set(value(status, b"SigIgn:")?)?,
            caught: set(value(status, b"SigCgt:")?)?,
            blocked: set(value(status, b"SigBlk:")?)?,
            sleep: Sleep::Unknown,
            name: Vec::new(),
            command: Vec::new(),
            exe: Vec::new(),
            environment: Vec::new(),
        })
    }

    /// What it does with a signal that another process of the PID namespace, or the engine, sends to it.
    pub fn on(&self, signal: Signal) -> Action {
        match signal {
            _ if self.life == Life::Zombie => Action::Nothing,
            _ if self.caught.contains(signal) => Action::Handles,
            // Before "ignored": the kernel keeps what is blocked, whatever is to become of it.
            _ if self.blocked.contains(signal) || self.sleep == Sleep::ForSignals => Action::Waits,
            // Nobody can see that it sleeps like that, but that is what it is known to do.
            _ if self.sleep == Sleep::Unknown && kind::is_called_like_an_init(self) => Action::Waits,
            _ if self.ignored.contains(signal) => Action::Ignores,
            _ if self.pid.as_raw() == 1 => Action::Drops,
            Signal::CHLD | Signal::CONT | Signal::WINCH => Action::Ignores,
            _ => Action::Ends,
        }
    }

    /// It, for messages.
    pub fn identity(&self) -> Identity<'_> {
        Identity { pid: self.pid, name: &self.name }
    }

    /// Its arguments, the first of which it was called by.
    pub fn words(&self) -> impl Iterator<Item = &[u8]> {
        words(&self.command)
    }
}

/// What is between zero bytes.
pub fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let text = text.strip_suffix(b"\0").unwrap_or(text);
    text.split(|byte| *byte == 0).filter(move |_| !text.is_empty())
}

/// What `proc_pid_status(5)` has behind a word.
fn value<'a>(status: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let value = status.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(key))?;
    Some(value.trim_ascii())
}

/// A mask of signals, in hexadecimal.
fn set(digits: &[u8]) -> Option<SignalSet> {
    let add = |bits: u64, digit: &u8| {
        let digit = char::from(*digit).to_digit(16)?;
        (bits >> 60 == 0).then_some(bits << 4 | u64::from(digit))
    };
    if digits.is_empty() { None } else { digits.iter().try_fold(0, add).map(SignalSet::from_bits) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &str = "Name:\ta\nState:\tS (sleeping)\nUid:\t1000\t0\t0\t0\nGid:\t0\t0\t0\t0\nSigPnd:\t0000000000000000\n\
        SigBlk:\t0000000000004000\nSigIgn:\t0000000000001000\nSigCgt:\tffffffffffffffff\nNoNewPrivs:\t0\n";

    fn parse(stat: &str, status: &str) -> Option<Process> {
        Process::parse(Pid::from_raw(12), stat.as_bytes(), status.as_bytes(), Duration::from_secs(100))
    }

    #[test]
    fn stat_and_status_are_read_whatever_the_name_is() {
        for name in ["sh", "a b", ") Z 9 (", ""] {
            let stat = format!("12 ({name}) S 7 8 9 34816 8 4194304 1 2 3 4 5 6 7 8 20 0 1 0 4711 2625536 193\n");
            let process = parse(&stat, STATUS).unwrap();
            let numbers = [process.parent, process.group, process.session].map(Pid::as_raw);
            assert_eq!((numbers, process.state, process.life), ([7, 8, 9], b'S', Life::Alive), "{name}");
            assert_eq!((process.terminal, process.home, process.user), (Terminal::Yes, Home::Program, 1000));
            assert_eq!((process.started, process.age), (4711, Duration::from_millis(52_890)));
            assert_eq!(process.blocked, [Signal::TERM].into_iter().collect());
            assert_eq!(process.ignored, [Signal::PIPE].into_iter().collect());
            assert_eq!(process.caught, SignalSet::ALL);
        }
    }

    #[test]
    fn kernel_threads_zombies_and_terminals_are_told_apart() {
        let stat = |state, terminal, flags, threads| {
            let stat =
                format!("12 (a) {state} 0 0 0 {terminal} -1 {flags} 1 2 3 4 5 6 7 8 20 0 {threads} 0 4711 0 0\n");
            let process = parse(&stat, STATUS).unwrap();
            (process.life, process.terminal, process.home)
        };
        assert_eq!(stat("I", 0, 69_238_880, 1), (Life::Alive, Terminal::No, Home::Kernel));
        assert_eq!(stat("Z", -5, 4_227_084, 1), (Life::Zombie, Terminal::Yes, Home::Program));
        assert_eq!(stat("Z", 0, 4_227_084, 2), (Life::Alive, Terminal::No, Home::Program));
    }

    #[test]
    fn half_a_process_is_none() {
        let stat = "12 (a) S 7 8 9 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 4711 2625536 193";
        assert!(parse(stat, STATUS).is_some());
        for (stat, status) in [
            ("", STATUS),
            ("12 (a) S 7 8", STATUS),
            (stat, ""),
            (stat, &STATUS.replace("SigIgn", "Sig")),
            (stat, &STATUS.replace("SigBlk:\t", "SigBlk:\t1")),
            (stat, &STATUS.replace("SigBlk:\t", "SigBlk:\tx")),
        ] {
            assert_eq!(parse(stat, status), None, "{stat} {status}");
        }
    }

    #[test]
    fn arguments_may_be_empty_and_there_may_be_none() {
        let all = |text: &'static str| words(text.as_bytes()).collect::<Vec<_>>();
        assert_eq!(all("sh\0-c\0\0x y\0"), [b"sh".as_slice(), b"-c", b"", b"x y"]);
        assert_eq!(all("nginx: master"), [b"nginx: master".as_slice()]);
        assert!(all("").is_empty());
    }
}
