//! Whom the process acts for: its ids, its groups, its capabilities.
//!
//! The ids are set by raw system calls. libc's functions go through code that tells all threads of it, and rinit has one:
//! `nptl(7)`, section "Thread ID, user ID, and group ID attributes". In a process with more, only the calling one changes.

use nix::errno::Errno;

#[cfg(not(any(target_arch = "x86", target_arch = "arm")))]
use libc::{SYS_setgroups as SETGROUPS, SYS_setresgid as SETRESGID, SYS_setresuid as SETRESUID};
/// The system calls that take ids of 32 bits. Without the number, those of the oldest architectures take 16: `setresuid(2)`.
#[cfg(any(target_arch = "x86", target_arch = "arm"))]
use libc::{SYS_setgroups32 as SETGROUPS, SYS_setresgid32 as SETRESGID, SYS_setresuid32 as SETRESUID};

/// Sets the supplementary groups.
///
/// # Errors
/// As `setgroups(2)`.
pub fn set_groups(groups: &[u32]) -> Result<(), Errno> {
    // SAFETY: there are that many groups to read.
    Errno::result(unsafe { libc::syscall(SETGROUPS, groups.len(), groups.as_ptr()) }).map(drop)
}

/// Whether the process has these supplementary groups and no others; `primary`, as its group, may be missing among them.
pub fn has_groups(groups: &[u32], primary: u32) -> bool {
    let mut held = vec![0; groups.len()];
    // SAFETY: held has room for that many, and more than that is an error, but with no room at all: then it only counts.
    let count = unsafe { libc::getgroups(held.len() as i32, held.as_mut_ptr()) };
    let Some(held) = usize::try_from(count).ok().and_then(|count| held.get(..count)) else { return false };
    held.iter().all(|group| groups.contains(group))
        && groups.iter().all(|group| *group == primary || held.contains(group))
}

/// Sets the real, the effective and the saved group id.
///
/// # Errors
/// As `setresgid(2)`.
pub fn set_gid(gid: u32) -> Result<(), Errno> {
    // SAFETY: takes numbers.
    Errno::result(unsafe { libc::syscall(SETRESGID, gid, gid, gid) }).map(drop)
}

/// Sets the real, the effective and the saved user id.
///
/// # Errors
/// As `setresuid(2)`.
pub fn set_uid(uid: u32) -> Result<(), Errno> {
    // SAFETY: takes numbers.
    Errno::result(unsafe { libc::syscall(SETRESUID, uid, uid, uid) }).map(drop)
}

/// The capabilities that a process keeps: `capabilities(7)`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keep {
    /// None.
    Nothing,
    /// Those that root has by being root; not what it passes on to programs that are not root's.
    Roots,
}

/// Gives up capabilities. The ambient ones go with the inheritable ones: they are a part of them.
///
/// # Errors
/// As `capset(2)`; less is always allowed, but by a seccomp filter.
pub fn shed_capabilities(keep: Keep) -> Result<(), Errno> {
    let mut sets = capabilities()?;
    let before = sets;
    for half in &mut sets {
        *half = match keep {
            Keep::Nothing => Capabilities::default(),
            Keep::Roots => Capabilities { inheritable: 0, ..*half },
        };
    }
    if sets == before {
        return Ok(());
    }
    let whose = OWN;
    // SAFETY: version 3 reads the header and two of these: capset(2).
    Errno::result(unsafe { libc::syscall(libc::SYS_capset, &raw const whose, sets.as_ptr()) }).map(drop)
}

/// Whether the file that the process runs has given it rights that its caller lacks: a set-user-ID or set-group-ID bit, or
/// capabilities. (`AT_SECURE` alone does not tell: a security module may set it for whatever a container starts with,
/// `getauxval(3)`.)
pub fn is_raised() -> bool {
    // SAFETY: takes a number. 0 is said of what is not there, as of a process that nothing is known of.
    let value = |key| unsafe { libc::getauxval(key) };
    if value(libc::AT_SECURE) == 0 {
        return false;
    }
    // For root, the kernel makes nothing of a file's capabilities.
    let uid = value(libc::AT_EUID);
    uid != value(libc::AT_UID)
        || value(libc::AT_EGID) != value(libc::AT_GID)
        || uid != 0 && capabilities().is_ok_and(|sets| sets.iter().any(|half| half.permitted != 0))
}

/// `struct __user_cap_header_struct`: `capget(2)`.
#[repr(C)]
struct Whose {
    version: u32,
    pid: i32,
}

/// One's own; `_LINUX_CAPABILITY_VERSION_3`.
const OWN: Whose = Whose { version: 0x2008_0522, pid: 0 };

/// `struct __user_cap_data_struct`: 32 of them, the lower or the higher ones.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Capabilities {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

fn capabilities() -> Result<[Capabilities; 2], Errno> {
    let mut whose = OWN;
    let mut sets = [Capabilities::default(); 2];
    // SAFETY: version 3 writes two of these, and a version that it knows into the header: capget(2).
    Errno::result(unsafe { libc::syscall(libc::SYS_capget, &raw mut whose, sets.as_mut_ptr()) })?;
    Ok(sets)
}
