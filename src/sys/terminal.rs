//! What belongs to a session and its terminal, by `ioctl(2)`: see `TIOCSCTTY(2const)`, `TIOCSPGRP(2const)`.

use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr;

use nix::unistd::{Pid, getpid, getsid};

use super::deliver::{self, Target};
use super::signals;
use crate::signal::{Signal, SignalSet};

/// Makes it the controlling terminal of the session that the caller leads. Never taken away from another session, hence
/// the 0. Async-signal-safe.
pub fn acquire(terminal: BorrowedFd<'_>) {
    control(terminal, libc::TIOCSCTTY as _, ptr::null_mut::<u8>());
}

/// Whether a descriptor is a terminal's: only they have a size.
pub fn is_terminal(descriptor: BorrowedFd<'_>) -> bool {
    let mut size = libc::winsize { ws_row: 0, ws_col: 0, ws_xpixel: 0, ws_ypixel: 0 };
    control(descriptor, libc::TIOCGWINSZ as _, &raw mut size)
}

/// The process group in the foreground of the controlling terminal, if it is that; 0 if it is outside of the PID namespace.
pub fn foreground(terminal: BorrowedFd<'_>) -> Option<Pid> {
    let mut group: libc::pid_t = 0;
    control(terminal, libc::TIOCGPGRP as _, &raw mut group).then_some(Pid::from_raw(group))
}

/// Puts a process group into the foreground. Whether it is there. Async-signal-safe.
pub fn set_foreground(terminal: BorrowedFd<'_>, group: Pid) -> bool {
    let mut group: libc::pid_t = group.as_raw();
    control(terminal, libc::TIOCSPGRP as _, &raw mut group)
}

/// `ioctl(2)`, of which a libc would look through a table of what old kernels do not know. Whether it did.
fn control<T>(descriptor: BorrowedFd<'_>, operation: libc::c_long, argument: *mut T) -> bool {
    // SAFETY: argument is null, for a number, or points to what the operation reads or writes.
    unsafe { libc::syscall(libc::SYS_ioctl, descriptor.as_raw_fd(), operation, argument) == 0 }
}

/// Gives it up. The kernel then tells the foreground, which is us, that it has hung up; nobody else is to hear of it.
pub fn release(terminal: BorrowedFd<'_>) {
    control(terminal, libc::TIOCNOTTY as _, ptr::null_mut::<u8>());
    for signal in [Signal::HUP, Signal::CONT] {
        drop_own(signal);
    }
}

/// Takes a signal from the queue that rinit caused itself. Another one that was there before, to which the kernel does not
/// add a second, is put back.
fn drop_own(signal: Signal) {
    let own = getpid();
    if let Some(received) = signals::next(SignalSet::of([signal]))
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
    signals::next(SignalSet::of([Signal::CONT])).map_or(Suspension::Refused, Suspension::Resumed)
}

/// Whether rinit leads its session, and so is who hears of the end of its terminal.
pub fn leads_session() -> bool {
    getsid(None) == Ok(getpid())
}
