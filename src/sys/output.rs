//! Writing to standard output and standard error.

use std::os::fd::BorrowedFd;

use nix::errno::Errno;
use nix::unistd::write;

use super::files::{self, open};
use super::terminal;

const STDOUT: BorrowedFd<'static> = files::STANDARD[1];
const STDERR: BorrowedFd<'static> = files::STANDARD[2];

/// Writes bytes to stderr at once or not at all, and tells nobody which: see [`crate::log`].
pub fn write_to_stderr(bytes: &[u8]) {
    let vector = libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() };
    let here: libc::c_long = -1;
    // RWF_NOWAIT: stderr is shared with the program, so that O_NONBLOCK would change the program's writes as well.
    // SAFETY: vector describes `bytes`, which the call only reads.
    let written = unsafe {
        libc::syscall(libc::SYS_pwritev2, libc::STDERR_FILENO, &raw const vector, 1, here, here, libc::RWF_NOWAIT)
    };
    if written >= 0 {
        return;
    }
    // A file that needs its disk (EAGAIN), a terminal (EOPNOTSUPP), an older kernel (ENOSYS), a seccomp filter (EPERM), or
    // a full pipe. A closed pipe or descriptor fails once more, which does no harm.
    match terminal::is_terminal(STDERR) {
        true => write_to_terminal(bytes),
        false => write_if_ready(bytes),
    }
}

/// A terminal is ready for writing as soon as there is room for one byte, and then blocks on a line. It has to be opened
/// anew for a descriptor that does not. (No other file may be: this one would begin at its start.)
fn write_to_terminal(bytes: &[u8]) {
    if let Ok(terminal) = open(c"/proc/self/fd/2", libc::O_WRONLY | libc::O_NONBLOCK | libc::O_NOCTTY) {
        let _ = write(terminal, bytes);
    }
}

/// For pipes and sockets, ready means that there is room for a line: `pipe(7)`. A regular file always is: `poll(2)`.
fn write_if_ready(bytes: &[u8]) {
    let mut ready = libc::pollfd { fd: libc::STDERR_FILENO, events: libc::POLLOUT, revents: 0 };
    // SAFETY: one pollfd.
    let count = unsafe { libc::poll(&raw mut ready, 1, 0) };
    if count == 1 && ready.revents & libc::POLLOUT != 0 {
        let _ = write(STDERR, bytes);
    }
}

/// Writes all bytes to stdout.
///
/// # Errors
/// As `write(2)`.
pub fn write_to_stdout(mut bytes: &[u8]) -> Result<(), Errno> {
    while !bytes.is_empty() {
        match write(STDOUT, bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}
