//! Resource limits.

use std::ptr;

use nix::errno::Errno;

/// A resource limit: `getrlimit(2)`. All ones are none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limit {
    /// `RLIMIT_…`.
    pub resource: u8,
    /// What the kernel holds a process to.
    pub soft: u64,
    /// What a process may raise that to.
    pub hard: u64,
}

/// What the kernel holds the calling process to.
///
/// # Errors
/// As `getrlimit(2)`.
pub fn soft(resource: u8) -> Result<u64, Errno> {
    Limit { resource, soft: 0, hard: 0 }.exchange(None).map(|limit| limit.rlim_cur)
}

impl Limit {
    /// Sets it for the calling process and those that it starts. Async-signal-safe.
    ///
    /// # Errors
    /// As `setrlimit(2)`.
    pub fn set(&self) -> Result<(), Errno> {
        self.exchange(Some(libc::rlimit64 { rlim_cur: self.soft, rlim_max: self.hard })).map(drop)
    }

    /// Raises the calling process's hard limit as far as this one needs, so that a child that may not can still set it.
    ///
    /// # Errors
    /// As `setrlimit(2)`: only root may.
    pub fn make_room(&self) -> Result<(), Errno> {
        let present = self.exchange(None)?;
        if self.hard <= present.rlim_max {
            return Ok(());
        }
        self.exchange(Some(libc::rlimit64 { rlim_max: self.hard, ..present })).map(drop)
    }

    /// Sets the limit, if there is one to set, and says what it was.
    fn exchange(&self, new: Option<libc::rlimit64>) -> Result<libc::rlimit64, Errno> {
        let mut old = libc::rlimit64 { rlim_cur: 0, rlim_max: 0 };
        let new = new.as_ref().map_or(ptr::null(), ptr::from_ref);
        let resource = libc::c_uint::from(self.resource);
        // The pid 0 is the caller. This is the one call with limits of 64 bits on every machine.
        // SAFETY: new is null or a limit to read, old one to write to.
        Errno::result(unsafe { libc::syscall(libc::SYS_prlimit64, 0, resource, new, &raw mut old) }).map(|_| old)
    }
}
