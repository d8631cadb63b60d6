//! What became of children, own and adopted, by raw `waitpid(2)`: nix's returns EINVAL, with the status lost, for a child
//! that died of a real-time signal.

use std::mem::MaybeUninit;

use nix::errno::Errno;
use nix::unistd::Pid;

use crate::ending::{Change, Ending};
use crate::signal::Signal;

/// The next change of state of any child, if there is one. Does not wait.
pub fn next_change() -> Option<(Pid, Change)> {
    wait(-1, libc::WNOHANG | libc::WUNTRACED | libc::WCONTINUED)
}

/// Reaps this child, waiting until it ends; none if it is no child.
pub fn reap(pid: Pid) -> Option<Ending> {
    match wait(pid.as_raw(), 0)? {
        (_, Change::Ended(ending)) => Some(ending),
        _ => None,
    }
}

/// Reaps this child, which has been killed, whatever state it is reported in before it ends.
pub fn reap_for_good(pid: Pid) {
    while let Some((_, change)) = wait(pid.as_raw(), 0) {
        if let Change::Ended(_) = change {
            return;
        }
    }
}

/// How this child has ended, and it is reaped then; none if it still runs. Does not wait.
///
/// # Errors
/// ECHILD if it is no child, or has been reaped.
pub fn reap_if_ended(pid: Pid) -> Result<Option<Ending>, Errno> {
    let mut status = 0;
    // SAFETY: status is an int to write to.
    let found = Errno::result(unsafe { libc::waitpid(pid.as_raw(), &raw mut status, libc::WNOHANG) })?;
    Ok(match change(status) {
        Change::Ended(ending) if found != 0 => Some(ending),
        _ => None,
    })
}

/// Whether there are any children.
pub fn are_there() -> bool {
    exist(libc::P_ALL, 0)
}

/// Whether there are any children in this process group, which then exists, and is of this PID namespace.
pub fn are_in_group(group: Pid) -> bool {
    exist(libc::P_PGID, group.as_raw() as libc::id_t)
}

fn exist(kind: libc::idtype_t, id: libc::id_t) -> bool {
    // SAFETY: waitid(2) may be given no siginfo.
    let result = unsafe { libc::waitid(kind, id, std::ptr::null_mut(), libc::WEXITED | libc::WNOWAIT | libc::WNOHANG) };
    Errno::result(result) != Err(Errno::ECHILD)
}

/// A child that has ended and waits to be reaped, if there is one.
pub fn peek_ended() -> Option<Pid> {
    poll(libc::WEXITED | libc::WNOWAIT).map(|(pid, _)| pid)
}

/// The next change of state of any child but its end, if there is one. Does not wait.
pub fn next_change_but_end() -> Option<(Pid, Change)> {
    let (pid, info) = poll(libc::WSTOPPED | libc::WCONTINUED)?;
    // SAFETY: waitid(2) fills it in.
    let status = unsafe { info.si_status() };
    Some((pid, if info.si_code == libc::CLD_CONTINUED { Change::Continued } else { stopped(status) }))
}

/// Asks `waitid(2)` for a child and what has become of it.
fn poll(options: i32) -> Option<(Pid, libc::siginfo_t)> {
    let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
    // SAFETY: info has room for a siginfo. If there is no such child, it stays as it is, all zeroes.
    let (pid, info) = unsafe {
        libc::waitid(libc::P_ALL, 0, info.as_mut_ptr(), options | libc::WNOHANG);
        let info = info.assume_init();
        (info.si_pid(), info)
    };
    (pid > 0).then_some((Pid::from_raw(pid), info))
}

fn stopped(signal: i32) -> Change {
    // There is no other number.
    Change::Stopped(Signal::new(signal).unwrap_or(Signal::STOP))
}

fn wait(pid: libc::pid_t, options: i32) -> Option<(Pid, Change)> {
    let mut status = 0;
    let pid = loop {
        // SAFETY: status is an int to write to.
        match unsafe { libc::waitpid(pid, &raw mut status, options) } {
            -1 if Errno::last() == Errno::EINTR => {}
            ..=0 => return None,
            pid => break Pid::from_raw(pid),
        }
    };
    Some((pid, change(status)))
}

fn change(status: i32) -> Change {
    match Signal::new(libc::WTERMSIG(status)) {
        _ if libc::WIFSTOPPED(status) => stopped(libc::WSTOPSIG(status)),
        _ if libc::WIFCONTINUED(status) => Change::Continued,
        Some(signal) if libc::WIFSIGNALED(status) => {
            Change::Ended(Ending::Killed { signal, core_dumped: libc::WCOREDUMP(status) })
        }
        _ => Change::Ended(Ending::Exited(libc::WEXITSTATUS(status) as u8)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `wait(2)` has it: the signal in the lowest bits, 0x80 beside it if there is a core dump, the exit status above.
    #[test]
    fn a_status_is_read_as_the_kernel_writes_it() {
        let killed =
            |number, core_dumped| Change::Ended(Ending::Killed { signal: Signal::new(number).unwrap(), core_dumped });
        for (status, expected) in [
            (0, Change::Ended(Ending::Exited(0))),
            (0xff00, Change::Ended(Ending::Exited(255))),
            (9, killed(9, false)),
            (0x80 | 11, killed(11, true)),
            (64, killed(64, false)),
            (0x137f, Change::Stopped(Signal::STOP)),
            (0xffff, Change::Continued),
        ] {
            assert_eq!(change(status), expected, "{status:#x}");
        }
    }
}
