//! Passing a signal on, with the value that it was queued with.

use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use nix::errno::Errno;
use nix::unistd::{Pid, getpgid};

use super::signals::Received;
use crate::signal::Signal;

/// Who a signal is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// One process.
    Process(Pid),
    /// The process group that this process leads.
    Group(Pid),
    /// A process group whose leader has been reaped.
    Leaderless(Pid),
    /// rinit's own process group, rinit included.
    OwnGroup,
    /// Every process of the PID namespace but PID 1, which rinit must be.
    All,
}

/// Passes a signal on as it was received, but for its number. Where the value it was queued with cannot be passed on, the
/// number still is.
///
/// # Errors
/// As `kill(2)`.
pub fn forward(received: &Received, signal: Signal, target: Target) -> Result<(), Errno> {
    // The kernel lets a process queue what was queued (si_code < 0), but not pretend to be tgkill, kill or the kernel:
    // rt_sigqueueinfo(2).
    let queued = received.info.si_code < 0 && received.info.si_code != libc::SI_TKILL;
    // EAGAIN: the queue is full (RLIMIT_SIGPENDING). ENOSYS, EINVAL: an older kernel. EPERM: perhaps a seccomp filter that
    // does not know the call. kill(2) does without all of that.
    each(target, |target| if queued && queue(received, signal, target).is_ok() { Ok(()) } else { kill(signal, target) })
}

/// Sends a signal.
///
/// # Errors
/// As `kill(2)`.
pub fn send(signal: Signal, target: Target) -> Result<(), Errno> {
    each(target, |target| kill(signal, target))
}

/// Whether rinit may not send this process a signal.
pub fn is_denied(pid: Pid) -> bool {
    // SAFETY: takes numbers; 0 is no signal.
    Errno::result(unsafe { libc::kill(pid.as_raw(), 0) }) == Err(Errno::EPERM)
}

/// Whether there is a process of the PID namespace but PID 1, which rinit must be; also one that may not be signalled.
pub fn reaches_any() -> bool {
    // SAFETY: takes numbers; 0 is no signal.
    Errno::result(unsafe { libc::kill(-1, 0) }) != Err(Errno::ESRCH)
}

/// Delivers to the target, and if that is a group that its leader has left, to the leader too: it is the program.
fn each(target: Target, deliver: impl Fn(Target) -> Result<(), Errno>) -> Result<(), Errno> {
    let delivered = deliver(target);
    match target {
        Target::Group(leader) if getpgid(Some(leader)) != Ok(leader) => deliver(Target::Process(leader)),
        _ => delivered,
    }
}

/// nix's cannot send real-time signals.
fn kill(signal: Signal, target: Target) -> Result<(), Errno> {
    let pid = match target {
        Target::Process(pid) => pid.as_raw(),
        Target::Group(group) | Target::Leaderless(group) => -group.as_raw(),
        Target::OwnGroup => 0,
        Target::All => -1,
    };
    // SAFETY: kill takes numbers only.
    Errno::result(unsafe { libc::kill(pid, signal.number()) }).map(drop)
}

fn queue(received: &Received, signal: Signal, target: Target) -> Result<(), Errno> {
    let number = signal.number();
    let mut info = received.info;
    info.si_signo = number;
    match target {
        Target::Process(pid) => {
            // SAFETY: info points to the siginfo that the kernel gave us for this signal.
            let result = unsafe { libc::syscall(libc::SYS_rt_sigqueueinfo, pid.as_raw(), number, &raw const info) };
            Errno::result(result).map(drop)
        }
        // Nothing is forwarded to these.
        Target::OwnGroup | Target::All | Target::Leaderless(_) => Err(Errno::EINVAL),
        // rt_sigqueueinfo(2) knows no groups; pidfd_send_signal(2) does since Linux 6.9. The descriptor is opened only for
        // this: one that stays open would be in the way of checkpointing.
        Target::Group(pid) => {
            let leader = open(pid)?;
            // SAFETY: as above, and the descriptor is open.
            let result = unsafe {
                libc::syscall(
                    libc::SYS_pidfd_send_signal,
                    leader.as_raw_fd(),
                    number,
                    &raw const info,
                    libc::PIDFD_SIGNAL_PROCESS_GROUP,
                )
            };
            Errno::result(result).map(drop)
        }
    }
}

fn open(pid: Pid) -> Result<OwnedFd, Errno> {
    // SAFETY: pidfd_open takes numbers only.
    let fd = Errno::result(unsafe { libc::syscall(libc::SYS_pidfd_open, pid.as_raw(), 0) })?;
    // SAFETY: the kernel just gave us this descriptor, and nobody else knows of it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as i32) })
}
