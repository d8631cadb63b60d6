//! What time it is, by raw system calls: what a libc makes of the kernel's times differs, and finding the kernel's own code for
//! them (the vDSO) takes a kilobyte of musl's. Nobody asks for the time but where a clock runs.

use std::ffi::c_long;
use std::time::Duration;

/// The time of CLOCK_MONOTONIC, for deadlines. It goes on while the container is frozen: `clock_gettime(2)`.
pub fn monotonic() -> Duration {
    time_of(libc::CLOCK_MONOTONIC)
}

/// The time since the machine was booted, as /proc counts it: `proc_pid_stat(5)`.
pub fn since_boot() -> Duration {
    time_of(libc::CLOCK_BOOTTIME)
}

/// The time since 1970 began, in UTC.
pub fn since_1970() -> Duration {
    time_of(libc::CLOCK_REALTIME)
}

fn time_of(clock: libc::clockid_t) -> Duration {
    let mut time = Timespec { seconds: 0, nanoseconds: 0 };
    // SAFETY: time is a timespec to write to. The call cannot fail for a clock that exists.
    unsafe { libc::syscall(libc::SYS_clock_gettime, clock, &raw mut time) };
    Duration::new(time.seconds as u64, time.nanoseconds as u32)
}

/// The kernel's `struct timespec` of the system calls without a `64` in their names, whatever the libc's is.
#[repr(C)]
pub(super) struct Timespec {
    seconds: c_long,
    nanoseconds: c_long,
}

impl From<Duration> for Timespec {
    fn from(duration: Duration) -> Timespec {
        let seconds = c_long::try_from(duration.as_secs()).unwrap_or(c_long::MAX);
        Timespec { seconds, nanoseconds: duration.subsec_nanos() as c_long }
    }
}
