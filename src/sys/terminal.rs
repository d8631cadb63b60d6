//! What belongs to a session and its terminal, by `ioctl(2)`: see `TIOCSCTTY(2const)`.

use std::os::fd::{AsRawFd, BorrowedFd};

use nix::unistd::{getpid, getsid};

use super::deliver::{self, Target};
use super::signals;
use crate::signal::{Signal, SignalSet};

/// Makes it the controlling terminal of the session that the caller leads. Never taken away from another session, hence
/// the 0. Async-signal-safe.
pub fn acquire(terminal: BorrowedFd<'_>) {
    // SAFETY: takes numbers.
    unsafe { libc::ioctl(terminal.as_raw_fd(), libc::TIOCSCTTY, 0) };
}

/// Gives it up. The kernel then tells the foreground, which is us, that it has hung up; nobody else is to hear of it.
pub fn release(terminal: BorrowedFd<'_>) {
    // SAFETY: takes a number.
    unsafe { libc::ioctl(terminal.as_raw_fd(), libc::TIOCNOTTY) };
    for signal in [Signal::HUP, Signal::CONT] {
        drop_own(signal);
    }
}

/// Takes a signal from the queue that rinit caused itself. Another one that was there before, to which the kernel does not
/// add a second, is put back.
fn drop_own(signal: Signal) {
    let own = getpid();
    if let Some(received) = signals::next([signal].into_iter().collect::<SignalSet>())
        && received.sender() != Some(own)
    {
        let _ = deliver::send(signal, Target::Process(own));
    }
}

/// What came of the attempt to stop rinit.
pub enum Suspension {
    /// It was stopped, and has been resumed by this signal.
    Resumed(signals::Received),
    /// It was not: nobody could have resumed it.
    Refused,
}

/// Stops rinit's process group by this signal, as ^Z does, until somebody sends it SIGCONT. The kernel does not do that to PID 1, nor to a
/// group that no shell looks after (an orphaned one: `setpgid(2)`), which is just when it must not be done.
pub fn suspend(stop: Signal) -> Suspension {
    let _ = deliver::send(stop, Target::OwnGroup);
    let mut all_but_this = SignalSet::ALL;
    all_but_this.remove(stop);
    // It is delivered here; the call returns when rinit is resumed.
    signals::set_mask(all_but_this);
    signals::set_mask(SignalSet::ALL);
    signals::next([Signal::CONT].into_iter().collect()).map_or(Suspension::Refused, Suspension::Resumed)
}

/// Whether rinit leads its session, and so is who hears of the end of its terminal.
pub fn leads_session() -> bool {
    getsid(None) == Ok(getpid())
}
