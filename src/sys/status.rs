//! What `stat(2)` says of a file, by the system call itself: what a libc makes of it for the sake of old kernels and of times takes as
//! much code as all that rinit does with it.

use std::ffi::CStr;
use std::mem::MaybeUninit;

#[cfg(target_pointer_width = "32")]
use libc::SYS_fstatat64 as FSTATAT;
#[cfg(target_pointer_width = "64")]
use libc::SYS_newfstatat as FSTATAT;
use nix::errno::Errno;

/// A file's kind, permissions, owner and group.
pub struct Status {
    mode: u32,
    /// Its user.
    pub owner: u32,
    /// Its group.
    pub group: u32,
}

impl Status {
    /// That of the file that the path leads to.
    ///
    /// # Errors
    /// As `stat(2)`.
    pub fn of(path: &CStr) -> Result<Status, Errno> {
        Status::ask(path, 0)
    }

    /// The same, but of a symbolic link at its end.
    ///
    /// # Errors
    /// As `lstat(2)`.
    pub fn of_link(path: &CStr) -> Result<Status, Errno> {
        Status::ask(path, libc::AT_SYMLINK_NOFOLLOW)
    }

    fn ask(path: &CStr, flags: i32) -> Result<Status, Errno> {
        // On every machine that rinit is built for, this is the kernel's layout, but for the times behind it.
        let mut status = MaybeUninit::<libc::stat64>::zeroed();
        // SAFETY: a path, and room for a status that the kernel fills in. All zeroes is one too.
        let status = unsafe {
            Errno::result(libc::syscall(FSTATAT, libc::AT_FDCWD, path.as_ptr(), status.as_mut_ptr(), flags))?;
            status.assume_init()
        };
        Ok(Status { mode: status.st_mode, owner: status.st_uid, group: status.st_gid })
    }

    /// Whether it is a folder.
    pub fn is_folder(&self) -> bool {
        self.mode & libc::S_IFMT == libc::S_IFDIR
    }

    /// Whether it is a regular file.
    pub fn is_file(&self) -> bool {
        self.mode & libc::S_IFMT == libc::S_IFREG
    }

    /// The bits that chmod(1) sets.
    pub fn permissions(&self) -> u32 {
        self.mode & 0o7777
    }
}

/// Whether a file is on a file system of which nothing may be executed.
pub fn is_on_noexec(path: &CStr) -> bool {
    let mut system = MaybeUninit::<libc::statfs64>::zeroed();
    // SAFETY: a path, and room for what is written, which may be all zeroes.
    let system = unsafe {
        libc::statfs64(path.as_ptr(), system.as_mut_ptr());
        system.assume_init()
    };
    system.f_flags as libc::c_ulong & libc::ST_NOEXEC != 0
}
