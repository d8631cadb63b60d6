//! The signal mask, the disposition of SIGCHLD, and waiting for a signal, by raw system calls: each libc keeps two or
//! three real-time signals to itself and takes them out of every set that passes through it.

use std::mem::MaybeUninit;
use std::ptr;
use std::time::Duration;

use nix::errno::Errno;
use nix::unistd::{Pid, getpid};

use super::clock::{self, Timespec};
use crate::signal::{Origin, Signal, SignalSet};

/// The kernel's `sizeof(sigset_t)`, which is not libc's.
const SIGSET_BYTES: usize = size_of::<SignalSet>();

/// Makes `mask` the set of blocked signals and returns what it was before.
pub fn set_mask(mask: SignalSet) -> SignalSet {
    let mut before = SignalSet::NONE;
    // SAFETY: both point to a kernel sigset, which SignalSet is. The call cannot fail with valid pointers.
    unsafe {
        libc::syscall(libc::SYS_rt_sigprocmask, libc::SIG_SETMASK, &raw const mask, &raw mut before, SIGSET_BYTES)
    };
    before
}

/// What happens to a signal that is not blocked, as far as `exec` lets it through: handlers and flags (SA_NOCLDWAIT too)
/// are reset by it, so a process never starts with them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Disposition {
    /// SIG_DFL.
    Default,
    /// SIG_IGN.
    Ignore,
}

/// Sets the disposition of SIGCHLD and returns what it was before.
pub fn set_sigchld(disposition: Disposition) -> Disposition {
    let handler = match disposition {
        Disposition::Default => libc::SIG_DFL,
        Disposition::Ignore => libc::SIG_IGN,
    };
    exchange(Signal::CHLD, Some(&Action { handler, ..Action::default() }))
}

/// What is done with a signal.
pub fn disposition(signal: Signal) -> Disposition {
    exchange(signal, None)
}

/// The kernel's `struct sigaction`: a handler, and room for what follows, which differs from machine to machine (but for MIPS and
/// Alpha, where it does not come first): flags, a restorer, 8 bytes of mask. All zeroes, that is no flags, no restorer and an empty
/// mask.
#[repr(C)]
#[derive(Default)]
struct Action {
    handler: usize,
    rest: [usize; 7],
}

/// What was done with a signal, until now if something new is to be done.
fn exchange(signal: Signal, new: Option<&Action>) -> Disposition {
    let mut before = Action::default();
    let new = new.map_or(ptr::null(), ptr::from_ref);
    // SAFETY: new is null or an action with no function for a handler; before has room for what was: it takes 32 bytes where a
    // word has 8, and 20 where it has 4.
    unsafe { libc::syscall(libc::SYS_rt_sigaction, signal.number(), new, &raw mut before, SIGSET_BYTES) };
    if before.handler == libc::SIG_IGN { Disposition::Ignore } else { Disposition::Default }
}

/// A signal that was waiting for rinit.
pub struct Received {
    /// Which one.
    pub signal: Signal,
    /// Where it came from.
    pub origin: Origin,
    /// All that the kernel said about it, so that it can be passed on with its value.
    pub(super) info: libc::siginfo_t,
}

impl Received {
    /// The process that sent it, if one did and it can be seen from this PID namespace.
    pub fn sender(&self) -> Option<Pid> {
        // SAFETY: si_pid is filled in for every si_code that a process can cause, which are those that are not positive.
        let pid = unsafe { self.info.si_pid() };
        (self.info.si_code <= 0 && pid > 0).then_some(Pid::from_raw(pid))
    }

    fn new(signal: Signal, info: libc::siginfo_t) -> Received {
        let mut received = Received { signal, origin: Origin::Elsewhere, info };
        received.origin = match info.si_code {
            // Compared with the own pid, never with 0: senders outside the namespace appear as 0 as well. No other signal:
            // the process that became rinit may have sent it, while it was blocked, to what it was going to be.
            libc::SI_USER if signal.may_be_own() && received.sender() == Some(getpid()) => Origin::Itself,
            code if signal == Signal::CHLD && code > 0 => Origin::ChildStatus,
            libc::SI_KERNEL => Origin::Kernel,
            _ => Origin::Elsewhere,
        };
        received
    }
}

/// Takes the next signal from the queue, waiting for it until this time of [`clock::monotonic`], or, without one, as long as it
/// takes; all of them must be blocked.
///
/// # Errors
/// EAGAIN when the time has come. EINTR is normal: a tracer came, or rinit was stopped and resumed.
pub fn wait(deadline: Option<Duration>) -> Result<Received, Errno> {
    let timeout = deadline.map(|deadline| Timespec::from(deadline.saturating_sub(clock::monotonic())));
    take(SignalSet::ALL, timeout.as_ref())
}

/// Takes a signal of this set from the queue, if there is one. Does not wait.
pub fn next(set: SignalSet) -> Option<Received> {
    take(set, Some(&Timespec::from(Duration::ZERO))).ok()
}

fn take(set: SignalSet, timeout: Option<&Timespec>) -> Result<Received, Errno> {
    let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
    let timeout = timeout.map_or(ptr::null(), ptr::from_ref);
    // SAFETY: set is a kernel sigset, info has room for a siginfo, and timeout is null, which is allowed, or points to a time.
    let number =
        unsafe { libc::syscall(libc::SYS_rt_sigtimedwait, &raw const set, info.as_mut_ptr(), timeout, SIGSET_BYTES) };
    match Signal::new(number as i32) {
        // SAFETY: it was zeroed, and the call that filled it succeeded.
        Some(signal) => Ok(Received::new(signal, unsafe { info.assume_init() })),
        None => Err(Errno::last()),
    }
}
