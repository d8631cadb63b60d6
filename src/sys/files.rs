//! Descriptors, and reading a small file without allocating, for what /proc and the cgroup know.

use std::ffi::CStr;
use std::fmt::{self, Write};
use std::os::fd::BorrowedFd;

use nix::unistd::Pid;

use crate::quoted::Escaped;

/// Descriptors 0, 1 and 2, open or not. (`std::io::stdin` would allocate a buffer for it.)
// SAFETY: nobody closes them; if one was never open, calls on it say EBADF.
pub const STANDARD: [BorrowedFd<'static>; 3] = unsafe {
    [
        BorrowedFd::borrow_raw(libc::STDIN_FILENO),
        BorrowedFd::borrow_raw(libc::STDOUT_FILENO),
        BorrowedFd::borrow_raw(libc::STDERR_FILENO),
    ]
};

/// The beginning of a file, as much as the buffer takes; empty if it cannot be read.
pub fn read_start<'b>(path: &CStr, buffer: &'b mut [u8]) -> &'b [u8] {
    // SAFETY: path is a C string, and the descriptor is closed by the one who opened it; buffer has that many bytes.
    let length = unsafe {
        let fd = libc::open(path.as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC | libc::O_NOCTTY | libc::O_NONBLOCK);
        if fd < 0 {
            return &[];
        }
        let length = libc::read(fd, buffer.as_mut_ptr().cast(), buffer.len());
        libc::close(fd);
        length
    };
    &buffer[..usize::try_from(length).unwrap_or(0)]
}

/// A process's name as the kernel keeps it, at most 15 bytes: `proc_pid_comm(5)`.
pub struct Comm {
    buffer: [u8; 64],
    length: usize,
}

impl Comm {
    /// The name of a process that still exists, if only as a zombie; empty without /proc.
    pub fn of(pid: Pid) -> Comm {
        let mut path = Path { bytes: [0; 32], length: 0 };
        let mut comm = Comm { buffer: [0; 64], length: 0 };
        if write!(path, "/proc/{pid}/comm").is_ok()
            && let Ok(path) = CStr::from_bytes_until_nul(&path.bytes)
        {
            comm.length = read_start(path, &mut comm.buffer).trim_ascii_end().len();
        }
        comm
    }
}

impl fmt::Display for Comm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.buffer[..self.length] {
            b"" => f.write_str("a process"),
            name => Escaped(name).fmt(f),
        }
    }
}

/// A path on the stack, with a zero byte at its end.
struct Path {
    bytes: [u8; 32],
    length: usize,
}

impl Write for Path {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        if end >= self.bytes.len() {
            return Err(fmt::Error);
        }
        self.bytes[self.length..end].copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}
