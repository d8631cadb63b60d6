//! Writing to standard output and standard error.

use std::os::fd::BorrowedFd;

use nix::errno::Errno;

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
    // a full pipe: write(2) if it would not block. A closed pipe or descriptor fails here once more, which does no harm.
    let mut ready = libc::pollfd { fd: libc::STDERR_FILENO, events: libc::POLLOUT, revents: 0 };
    // SAFETY: one pollfd, and `bytes` has that many bytes.
    unsafe {
        if libc::poll(&raw mut ready, 1, 0) == 1 && ready.revents & libc::POLLOUT != 0 {
            libc::write(libc::STDERR_FILENO, bytes.as_ptr().cast(), bytes.len());
        }
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
        match nix::unistd::write(stdout, bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}
