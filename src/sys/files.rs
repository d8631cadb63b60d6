//! Descriptors, and reading a small file without allocating, for what /proc and the cgroup know.

use std::ffi::{CStr, CString};
use std::fmt::{self, Write};
use std::os::fd::{BorrowedFd, FromRawFd, OwnedFd};

use nix::errno::Errno;
use nix::sys::stat::{SFlag, fstat};
use nix::unistd::{Pid, read};

use super::processes;
use crate::number::decimal;
use crate::quoted::Text;

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
    let length = match open(path, libc::O_RDONLY | libc::O_NOCTTY | libc::O_NONBLOCK) {
        Ok(file) => read(file, buffer).unwrap_or(0),
        Err(_) => 0,
    };
    &buffer[..length]
}

/// Opens a file, which a program that is started later does not inherit.
///
/// # Errors
/// As `open(2)`.
pub fn open(path: &CStr, flags: i32) -> Result<OwnedFd, Errno> {
    // Also one that is too large for the numbers of a 32-bit machine.
    let flags = flags | libc::O_CLOEXEC | libc::O_LARGEFILE;
    // SAFETY: a path, and numbers.
    let fd = Errno::result(unsafe { libc::syscall(libc::SYS_openat, libc::AT_FDCWD, path.as_ptr(), flags, 0) })?;
    // SAFETY: the kernel just gave us this descriptor, and nobody else knows of it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as i32) })
}

/// A path for system calls; none if it has a zero byte in it. (The standard library's way is to search it by words, which takes more
/// code than all paths are worth.)
pub fn c_string(path: Vec<u8>) -> Option<CString> {
    // SAFETY: there is no zero byte in it.
    path.iter().all(|byte| *byte != 0).then(|| unsafe { CString::from_vec_unchecked(path) })
}

/// PATH_MAX of the kernel.
pub const LONGEST_PATH: usize = 4096;

/// What a symbolic link leads to, if it is one.
pub fn link<'b>(path: &CStr, buffer: &'b mut [u8; LONGEST_PATH]) -> Option<&'b [u8]> {
    // SAFETY: a path, and a buffer with that many bytes to write to.
    let length = unsafe {
        libc::syscall(libc::SYS_readlinkat, libc::AT_FDCWD, path.as_ptr(), buffer.as_mut_ptr(), buffer.len())
    };
    buffer.get(..usize::try_from(length).ok()?)
}

/// The file that a process executes; none without /proc.
pub fn executable_of(pid: Pid) -> Option<Vec<u8>> {
    link(Path::of(pid, "exe").as_c_str(), &mut [0; LONGEST_PATH]).map(<[u8]>::to_vec)
}

/// Why a file could not be read whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReadError {
    /// What `open(2)` or `read(2)` said.
    Errno(Errno),
    /// It has more bytes than were allowed.
    TooLarge,
    /// It is a pipe, a device, a folder.
    NotAFile,
}

/// All of a file, which may have so many bytes. Allocates, and so is for the start only.
///
/// # Errors
/// If it cannot be read, or is larger.
pub fn read_all(path: &CStr, largest: usize) -> Result<Vec<u8>, ReadError> {
    // Not to wait for who opens the other end of a pipe.
    let file = open(path, libc::O_RDONLY | libc::O_NOCTTY | libc::O_NONBLOCK).map_err(ReadError::Errno)?;
    let status = fstat(&file).map_err(ReadError::Errno)?;
    if SFlag::from_bits_truncate(status.st_mode) & SFlag::S_IFMT != SFlag::S_IFREG {
        return Err(ReadError::NotAFile);
    }
    let mut content = Vec::new();
    loop {
        let start = content.len();
        // Doubled, so that an allocator that never frees holds no more than twice as much.
        content.resize((start * 2).clamp(4096, largest + 1).max(start), 0);
        match read(&file, &mut content[start..]) {
            Ok(0) => {
                content.truncate(start);
                return if start <= largest { Ok(content) } else { Err(ReadError::TooLarge) };
            }
            Ok(length) => content.truncate(start + length),
            Err(Errno::EINTR) => content.truncate(start),
            Err(errno) => return Err(ReadError::Errno(errno)),
        }
        if content.len() > largest {
            return Err(ReadError::TooLarge);
        }
    }
}

/// A process's name as the kernel keeps it, at most 15 bytes: `proc_pid_comm(5)`.
pub struct Comm {
    buffer: [u8; 16],
    length: u8,
}

impl Comm {
    /// The name of a process that still exists, if only as a zombie; empty without /proc, or if that is another PID namespace's.
    pub fn of(pid: Pid) -> Comm {
        let mut comm = Comm { buffer: [0; 16], length: 0 };
        if !processes::are_visible() {
            return comm;
        }
        comm.length = read_start(Path::of(pid, "comm").as_c_str(), &mut comm.buffer).trim_ascii_end().len() as u8;
        comm
    }

    /// It, as bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[..usize::from(self.length)]
    }
}

/// The path of a file in a process's folder in /proc, on the stack.
pub struct Path {
    bytes: [u8; 32],
    length: usize,
}

impl Path {
    /// `/proc/PID/NAME`.
    pub fn of(pid: Pid, name: &str) -> Path {
        let mut path = Path { bytes: [0; 32], length: 0 };
        let _ = write!(path, "/proc/{}/{}", decimal(pid.as_raw()), Text(name));
        path
    }

    /// It, for system calls.
    pub fn as_c_str(&self) -> &CStr {
        // There is one: what is written ends before the last byte.
        CStr::from_bytes_until_nul(&self.bytes).unwrap_or_default()
    }
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
