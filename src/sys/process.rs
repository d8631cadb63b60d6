//! What rinit changes about itself.

use std::ptr;
use std::time::Duration;

use nix::errno::Errno;
use nix::unistd::{Pid, chdir, getpid};

use super::limits;
use crate::signal::Signal;

/// Makes sure that orphans become rinit's children. Those of PID 1 do anyway; elsewhere rinit becomes a subreaper.
///
/// # Errors
/// As `PR_SET_CHILD_SUBREAPER(2const)`; orphans then go to somebody else, who reaps them just as well.
pub fn adopt_orphans() -> Result<(), Errno> {
    if getpid() == Pid::from_raw(1) { Ok(()) } else { control(libc::PR_SET_CHILD_SUBREAPER, 1) }
}

/// The signal that the kernel sends to the calling process when its parent, or the thread of it that made this process, ends.
/// `exec` keeps it, but not that of a program with a set-user-ID bit or capabilities: `PR_SET_PDEATHSIG(2const)`. (nix's cannot
/// be a real-time signal.) Async-signal-safe.
pub fn set_parent_death_signal(signal: Signal) {
    // It fails for no signal that there is.
    let _ = control(libc::PR_SET_PDEATHSIG, signal.number().into());
}

/// `prctl(2)`, as long as it takes one number.
fn control(operation: i32, value: libc::c_long) -> Result<(), Errno> {
    // SAFETY: takes numbers.
    Errno::result(unsafe { libc::syscall(libc::SYS_prctl, operation, value, NONE, NONE, NONE) }).map(drop)
}

/// What the kernel wants to see where there is no argument.
const NONE: libc::c_long = 0;

/// Lets go of what keeps others waiting or busy: descriptors from 3 up (a pipe ends only when its last writer is gone)
/// and the working directory (a busy file system cannot be unmounted). 0, 1 and 2 stay: images log through
/// `/proc/1/fd/1`.
pub fn detach() {
    close_from(3);
    // Cannot fail but in an unsearchable root, where the directory that we are in is as good.
    let _ = chdir(c"/");
}

fn close_from(first: u32) {
    // SAFETY: no descriptor from 3 up is in use: rinit keeps none open.
    let closed = unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, 0) } == 0;
    if !closed {
        // Before Linux 5.9, or a seccomp filter. The limit can be a thousand million: no process has that many open.
        const PLENTY: u16 = u16::MAX;
        let end = limits::soft(libc::RLIMIT_NOFILE as u8).unwrap_or(u64::MAX).min(PLENTY.into()) as u32;
        for fd in first..end {
            // SAFETY: closing what is not open is an error, which is as good.
            unsafe { libc::close(fd as i32) };
        }
    }
}

/// Sleeps for so long at most, in whole milliseconds.
pub fn sleep(duration: Duration) {
    // A negative number would be for ever.
    let milliseconds = i32::try_from(duration.as_millis()).unwrap_or(i32::MAX);
    // SAFETY: waits for no descriptor at all.
    unsafe { libc::poll(ptr::null_mut(), 0, milliseconds) };
}
