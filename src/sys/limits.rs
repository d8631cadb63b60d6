//! Resource limits, the umask and the working directory of this process.

use nix::errno::Errno;

/// Sets a resource limit, soft and hard; all ones are none.
///
/// # Errors
/// As `setrlimit(2)`.
pub fn set(resource: u32, soft: u64, hard: u64) -> Result<(), Errno> {
    let limit = libc::rlimit64 { rlim_cur: soft, rlim_max: hard };
    // The pid 0 is this process. The one call with limits of 64 bits on every machine.
    // SAFETY: limit is what the call reads, and nothing is written.
    Errno::result(unsafe {
        libc::syscall(libc::SYS_prlimit64, 0, resource, &raw const limit, std::ptr::null_mut::<libc::rlimit64>())
    })
    .map(drop)
}
