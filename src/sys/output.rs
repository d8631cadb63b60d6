//! Writing to standard output and standard error.

use std::os::fd::{AsRawFd, BorrowedFd};

use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::sys::stat::{Mode, SFlag, fstat};
use nix::unistd::{isatty, write};

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
    // SAFETY: descriptor 2 is asked for what it is.
    let stderr = unsafe { BorrowedFd::borrow_raw(libc::STDERR_FILENO) };
    match fstat(stderr).map(|status| SFlag::from_bits_truncate(status.st_mode) & SFlag::S_IFMT) {
        Ok(SFlag::S_IFREG) => drop(write(stderr, bytes)),
        Ok(SFlag::S_IFCHR) if isatty(stderr) == Ok(true) => write_to_terminal(bytes),
        _ => write_if_ready(stderr, bytes),
    }
}

/// A terminal is ready for writing as soon as there is room for one byte, and then blocks on a line. It has to be opened
/// anew for a descriptor that does not. (No other file may be: this one would begin at its start.)
fn write_to_terminal(bytes: &[u8]) {
    let flags = OFlag::O_WRONLY | OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
    if let Ok(terminal) = open(c"/proc/self/fd/2", flags, Mode::empty()) {
        let _ = write(terminal, bytes);
    }
}

/// For pipes and sockets, ready means that there is room for a line: `pipe(7)`.
fn write_if_ready(stderr: BorrowedFd<'_>, bytes: &[u8]) {
    let mut ready = libc::pollfd { fd: stderr.as_raw_fd(), events: libc::POLLOUT, revents: 0 };
    // SAFETY: one pollfd.
    let count = unsafe { libc::poll(&raw mut ready, 1, 0) };
    if count == 1 && ready.revents & libc::POLLOUT != 0 {
        let _ = write(stderr, bytes);
    }
}

/// Writes all bytes to stdout.
///
/// # Errors
/// As `write(2)`.
pub fn write_to_stdout(mut bytes: &[u8]) -> Result<(), Errno> {
    // SAFETY: nobody closes descriptor 1; if it was never open, write(2) says EBADF.
    let stdout = unsafe { BorrowedFd::borrow_raw(libc::STDOUT_FILENO) };
    while !bytes.is_empty() {
        match write(stdout, bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}
