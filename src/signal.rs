//! Signal numbers, and sets of them, without a libc's opinion on which ones exist.

mod name;

/// A signal number, 1 to 64, as in `signal(7)`. (nix's `Signal` cannot hold the real-time ones, 32 to 64.)
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Signal(u8);

impl Signal {
    /// SIGHUP, what a terminal sends when it hangs up.
    pub const HUP: Signal = Signal(1);
    /// SIGINT, what ^C sends.
    pub const INT: Signal = Signal(2);
    /// SIGQUIT, what ^\ sends.
    pub const QUIT: Signal = Signal(3);
    /// SIGKILL, which nobody can catch.
    pub const KILL: Signal = Signal(9);
    /// SIGPIPE, for writing to a pipe that nobody reads.
    pub const PIPE: Signal = Signal(13);
    /// SIGTERM, what `docker stop` sends.
    pub const TERM: Signal = Signal(15);
    /// SIGCHLD, the kernel's word that a child changed state.
    pub const CHLD: Signal = Signal(17);
    /// SIGCONT, which resumes a stopped process.
    pub const CONT: Signal = Signal(18);
    /// SIGSTOP, which nobody can catch.
    pub const STOP: Signal = Signal(19);
    /// SIGTSTP, what ^Z sends.
    pub const TSTP: Signal = Signal(20);
    /// SIGTTIN, for reading a terminal from its background.
    pub const TTIN: Signal = Signal(21);
    /// SIGTTOU, for changing a terminal from its background.
    pub const TTOU: Signal = Signal(22);
    /// SIGXFSZ, for writing beyond RLIMIT_FSIZE.
    pub const XFSZ: Signal = Signal(25);
    /// SIGWINCH, what a terminal sends when its size has changed.
    pub const WINCH: Signal = Signal(28);

    /// The first real-time signal as users count them: 34 in glibc, Docker and containerd. musl says 35 and the kernel
    /// 32 (the difference is what each libc keeps for its threads); rinit says 34 on both.
    pub const RTMIN: Signal = Signal(34);
    /// The last real-time signal, and the last of all.
    pub const RTMAX: Signal = Signal(64);

    /// The signal with this number, if there is one.
    pub fn new(number: i32) -> Option<Signal> {
        u8::try_from(number).ok().filter(|n| (1..=Self::RTMAX.0).contains(n)).map(Signal)
    }

    /// The number, 1 to 64.
    pub fn number(self) -> i32 {
        i32::from(self.0)
    }

    /// Whether rinit may cause it itself, while it runs: by what it writes, to a pipe without a reader or beyond the limit of
    /// a file's size, and by resuming a process group that it is in.
    pub fn may_be_own(self) -> bool {
        matches!(self, Signal::PIPE | Signal::XFSZ | Signal::CONT)
    }

    /// Whether a terminal stops a process group with it, or a program itself at its user's wish; unlike SIGSTOP.
    pub fn is_of_job_control(self) -> bool {
        matches!(self, Signal::TSTP | Signal::TTIN | Signal::TTOU)
    }

    /// Whether it stops a process that wants the terminal, from the background.
    pub fn asks_for_terminal(self) -> bool {
        matches!(self, Signal::TTIN | Signal::TTOU)
    }
}

impl From<Signal> for u8 {
    fn from(signal: Signal) -> u8 {
        signal.0
    }
}

/// Where a signal came from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// rinit caused it itself: SIGPIPE from a line of its log, for instance.
    Itself,
    /// The kernel, most often for a terminal: a key, a new size, a hang-up.
    Kernel,
    /// The kernel tells of a child's change of state.
    ChildStatus,
    /// Another process, a timer: anything else.
    Elsewhere,
}

/// A set of signals, laid out as the kernel wants it: bit n-1 stands for signal n.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
#[repr(transparent)]
pub struct SignalSet(u64);

impl SignalSet {
    /// All 64. (glibc's `sigfillset` leaves out 32 and 33, musl's also 34.)
    pub const ALL: SignalSet = SignalSet(u64::MAX);
    /// None.
    pub const NONE: SignalSet = SignalSet(0);

    /// The set that the kernel writes as this number: the masks of `proc_pid_status(5)`.
    pub fn from_bits(bits: u64) -> SignalSet {
        SignalSet(bits)
    }

    /// The set of these.
    pub const fn of<const N: usize>(signals: [Signal; N]) -> SignalSet {
        let (mut set, mut i) = (SignalSet::NONE, 0);
        // As insert does; but this can be done by the compiler.
        while i < N {
            set.0 |= 1 << (signals[i].0 - 1);
            i += 1;
        }
        set
    }

    /// Adds a signal.
    pub fn insert(&mut self, signal: Signal) {
        self.0 |= 1 << (signal.0 - 1);
    }

    /// Takes a signal out.
    pub fn remove(&mut self, signal: Signal) {
        self.0 &= !(1 << (signal.0 - 1));
    }

    /// Whether a signal is in it.
    pub fn contains(self, signal: Signal) -> bool {
        self.0 & 1 << (signal.0 - 1) != 0
    }
}

impl FromIterator<Signal> for SignalSet {
    fn from_iter<I: IntoIterator<Item = Signal>>(signals: I) -> SignalSet {
        let mut set = SignalSet::NONE;
        signals.into_iter().for_each(|signal| set.insert(signal));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_from_1_to_64_is_a_signal_and_nothing_else_is() {
        assert_eq!(
            (-1..=300).filter_map(Signal::new).map(Signal::number).collect::<Vec<_>>(),
            (1..=64).collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_set_holds_each_signal_by_itself() {
        for signal in (1..=64).filter_map(Signal::new) {
            let mut set = SignalSet::NONE;
            set.insert(signal);
            assert!((1..=64).filter_map(Signal::new).all(|other| set.contains(other) == (other == signal)));
            assert!(SignalSet::ALL.contains(signal));
        }
    }
}
