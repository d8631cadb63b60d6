//! What an errno means, in words: those that rinit's own system calls can give, see the ERRORS of their manual pages.
//!
//! nix has such a table too, for all 133 of them. Most of its bytes are pointers, each of which has to be relocated at every
//! start; it would be a tenth of the minimal build.

use std::fmt;

use nix::errno::Errno;

use crate::number::decimal;

/// An errno, for a message.
pub struct Why(pub Errno);

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.0 {
            Errno::EPERM => "operation not permitted",
            Errno::ENOENT => "no such file or directory",
            Errno::ESRCH => "no such process",
            Errno::EIO => "input/output error",
            Errno::E2BIG => "argument list too long",
            Errno::ENOEXEC => "not in a format that can be executed",
            Errno::EBADF => "the descriptor is closed",
            Errno::EAGAIN => "temporarily not possible",
            Errno::ENOMEM => "out of memory",
            Errno::EACCES => "permission denied",
            Errno::EBUSY => "in use",
            Errno::ENODEV => "no such device",
            Errno::ENOTDIR => "a part of the path is not a directory",
            Errno::EISDIR => "it is a directory",
            Errno::EINVAL => "invalid argument",
            Errno::ENFILE => "too many open files in the system",
            Errno::EMFILE => "too many open files",
            Errno::EFBIG => "the file would be too large",
            Errno::ENOSPC => "no space left on device",
            Errno::EROFS => "the file system is read-only",
            Errno::EPIPE => "nobody reads it",
            Errno::ENAMETOOLONG => "file name too long",
            Errno::ENOSYS => "this kernel has no such system call",
            Errno::ELOOP => "too many symbolic links, or a loop of them",
            Errno::ELIBBAD => "its interpreter is damaged",
            Errno::EAFNOSUPPORT => "this kernel has no such kind of address",
            Errno::EADDRNOTAVAIL | Errno::ENETUNREACH => "there is no way to its network",
            Errno::ECONNRESET => "the connection was broken",
            Errno::ETIMEDOUT => "no answer",
            Errno::ECONNREFUSED => "connection refused",
            Errno::EHOSTUNREACH => "no route to the host",
            Errno::ESTALE => "the file is gone from its server",
            other => return write!(f, "errno {}", decimal(other as i32)),
        };
        f.write_str(text)
    }
}
