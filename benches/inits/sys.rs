//! The system calls that std has no function for, as safe functions.

use std::ffi::CString;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::ptr;
use std::time::Duration;

use libc::{c_char, c_int, c_void, pid_t};

fn checked(result: c_int) -> io::Result<c_int> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

fn nanoseconds(clock: libc::clockid_t) -> io::Result<u64> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: time is where the result goes.
    checked(unsafe { libc::clock_gettime(clock, &raw mut time) })?;
    Ok(time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64)
}

/// The monotonic clock, which two processes can compare, unlike what `Instant` shows of it.
pub fn now() -> io::Result<u64> {
    nanoseconds(libc::CLOCK_MONOTONIC)
}

/// How long another process has been on a CPU, in nanoseconds.
pub fn cpu_time(pid: pid_t) -> io::Result<u64> {
    let mut clock = 0;
    // SAFETY: clock is where the result goes.
    match unsafe { libc::clock_getcpuclockid(pid, &raw mut clock) } {
        0 => nanoseconds(clock),
        errno => Err(io::Error::from_raw_os_error(errno)),
    }
}

/// Writes what is dirty in the page cache to disk: a page of a fresh file counts as dirty memory of who maps it.
pub fn sync() {
    // SAFETY: takes nothing.
    unsafe { libc::sync() }
}

/// Has a file read from disk anew, as an image's is. What is in the page cache as it was written lies there in larger pieces, of which
/// the kernel maps all for each page that is touched.
pub fn forget(path: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    // SAFETY: takes numbers.
    match unsafe { libc::posix_fadvise(file.as_raw_fd(), 0, 0, libc::POSIX_FADV_DONTNEED) } {
        0 => Ok(()),
        errno => Err(io::Error::from_raw_os_error(errno)),
    }
}

/// Waits until there is something to read, or the end of it.
pub fn readable(fd: BorrowedFd<'_>, limit: Duration) -> io::Result<bool> {
    let mut poll = libc::pollfd { fd: fd.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    let milliseconds = limit.as_millis().try_into().unwrap_or(c_int::MAX);
    // SAFETY: one pollfd.
    Ok(checked(unsafe { libc::poll(&raw mut poll, 1, milliseconds) })? > 0)
}

/// Another process, of which no namesake can get its signals.
pub struct Process(OwnedFd);

impl Process {
    pub fn open(pid: pid_t) -> io::Result<Process> {
        // SAFETY: takes numbers; the result is a new descriptor.
        unsafe {
            let fd = checked(libc::syscall(libc::SYS_pidfd_open, pid, 0) as RawFd)?;
            Ok(Process(OwnedFd::from_raw_fd(fd)))
        }
    }

    pub fn signal(&self, signal: c_int) -> io::Result<()> {
        let info = ptr::null::<c_void>();
        // SAFETY: no siginfo is like kill(2).
        checked(unsafe { libc::syscall(libc::SYS_pidfd_send_signal, self.0.as_raw_fd(), signal, info, 0) as c_int })?;
        Ok(())
    }

    /// Whether it ends in this time.
    pub fn ends_within(&self, limit: Duration) -> io::Result<bool> {
        readable(self.0.as_fd(), limit)
    }
}

/// Starts a program as an engine starts PID 1: as the leader of a session without a terminal, with PATH for all its environment,
/// and with /dev/null as its standard descriptors. std's Command could do so only by a fork(2) of this process.
pub fn start_as_leader(words: &[PathBuf], path: &str) -> io::Result<pid_t> {
    let strings: Vec<CString> =
        words.iter().map(|word| CString::new(word.as_os_str().as_bytes())).collect::<Result<_, _>>()?;
    let path = CString::new(format!("PATH={path}"))?;
    let arguments: Vec<*mut c_char> =
        strings.iter().map(|word| word.as_ptr().cast_mut()).chain([ptr::null_mut()]).collect();
    let environment = [path.as_ptr().cast_mut(), ptr::null_mut()];
    let mut pid = 0;
    // SAFETY: both are initialised before they are used; the lists end with a null pointer, and nobody changes their strings.
    let errno = unsafe {
        let (mut files, mut attributes) = (std::mem::zeroed(), std::mem::zeroed());
        libc::posix_spawn_file_actions_init(&raw mut files);
        for fd in 0..3 {
            libc::posix_spawn_file_actions_addopen(&raw mut files, fd, c"/dev/null".as_ptr(), libc::O_RDWR, 0);
        }
        libc::posix_spawnattr_init(&raw mut attributes);
        libc::posix_spawnattr_setflags(&raw mut attributes, libc::POSIX_SPAWN_SETSID as _);
        let (file, arguments, environment) = (arguments[0], arguments.as_ptr(), environment.as_ptr());
        let errno =
            libc::posix_spawn(&raw mut pid, file, &raw const files, &raw const attributes, arguments, environment);
        libc::posix_spawn_file_actions_destroy(&raw mut files);
        libc::posix_spawnattr_destroy(&raw mut attributes);
        errno
    };
    if errno == 0 { Ok(pid) } else { Err(io::Error::from_raw_os_error(errno)) }
}

/// Waits for the end of a child.
pub fn wait(pid: pid_t) -> io::Result<ExitStatus> {
    let mut status = 0;
    // SAFETY: status is where the result goes.
    checked(unsafe { libc::waitpid(pid, &raw mut status, 0) })?;
    Ok(ExitStatus::from_raw(status))
}

/// Lets the kernel kill this process when its parent is gone, so that a bench that is killed leaves nothing behind.
pub fn die_with_parent() -> io::Result<()> {
    // SAFETY: takes numbers.
    checked(unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0) })?;
    Ok(())
}

pub fn ignore(signal: c_int) {
    // SAFETY: SIG_IGN is no function that could be wrong.
    unsafe { libc::signal(signal, libc::SIG_IGN) };
}

/// One signal, blocked in order to be waited for.
pub struct Blocked(libc::sigset_t);

impl Blocked {
    pub fn new(signal: c_int) -> Blocked {
        // SAFETY: a zeroed set is initialised before it is used.
        unsafe {
            let mut set = std::mem::zeroed();
            libc::sigemptyset(&raw mut set);
            libc::sigaddset(&raw mut set, signal);
            libc::sigprocmask(libc::SIG_BLOCK, &raw const set, ptr::null_mut());
            Blocked(set)
        }
    }

    /// Whether it comes in this time.
    pub fn comes_within(&self, limit: Duration) -> bool {
        let limit = libc::timespec { tv_sec: limit.as_secs() as i64, tv_nsec: 0 };
        // SAFETY: an initialised set, nobody who wants to know more, and a time.
        unsafe { libc::sigtimedwait(&raw const self.0, ptr::null_mut(), &raw const limit) > 0 }
    }
}

/// Runs a function in a child process, which then ends. Only for a process with one thread.
pub fn fork(child: impl FnOnce()) -> io::Result<pid_t> {
    // SAFETY: with one thread, no lock can be held by another one.
    let pid = checked(unsafe { libc::fork() })?;
    if pid == 0 {
        child();
        // SAFETY: ends this process.
        unsafe { libc::_exit(0) }
    }
    Ok(pid)
}

/// A child that has ended by the time this returns, or is about to; nobody has waited for it. The cheapest there is.
pub fn dead_child() -> io::Result<pid_t> {
    extern "C" fn end(_: *mut c_void) -> c_int {
        0
    }
    let mut stack = [0_u128; 512];
    let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
    // SAFETY: the stack grows down from its end and is there until clone returns, since the child has left by then.
    checked(unsafe { libc::clone(end, stack.as_mut_ptr_range().end.cast(), flags, ptr::null_mut()) })
}

/// Waits until a child is a zombie, and leaves it that way.
pub fn wait_until_zombie(pid: pid_t) -> io::Result<()> {
    // SAFETY: all zeroes is a siginfo, and it is where the result goes.
    unsafe {
        let mut info = std::mem::zeroed();
        checked(libc::waitid(libc::P_PID, pid as libc::id_t, &raw mut info, libc::WEXITED | libc::WNOWAIT))?;
    }
    Ok(())
}

pub fn reap(pid: pid_t) -> io::Result<()> {
    // SAFETY: nobody wants the status.
    checked(unsafe { libc::waitpid(pid, ptr::null_mut(), 0) })?;
    Ok(())
}

/// Keeps this process, and who it starts, on one CPU. Where the scheduler puts the two ends of a wake-up makes more of a
/// difference than any init, and it does so by chance.
pub struct OnOneCpu(libc::cpu_set_t);

impl OnOneCpu {
    pub fn new() -> io::Result<OnOneCpu> {
        const SIZE: usize = size_of::<libc::cpu_set_t>();
        // SAFETY: all zeroes is an empty set; both sets are as large as we say, and all numbers are within it.
        unsafe {
            let mut before: libc::cpu_set_t = std::mem::zeroed();
            checked(libc::sched_getaffinity(0, SIZE, &raw mut before))?;
            let last = (0..8 * SIZE).rev().find(|cpu| libc::CPU_ISSET(*cpu, &before));
            let mut one: libc::cpu_set_t = std::mem::zeroed();
            libc::CPU_SET(last.unwrap_or(0), &mut one);
            checked(libc::sched_setaffinity(0, SIZE, &raw const one))?;
            Ok(OnOneCpu(before))
        }
    }
}

impl Drop for OnOneCpu {
    fn drop(&mut self) {
        // SAFETY: a set that the kernel gave us.
        unsafe { libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &raw const self.0) };
    }
}

/// Whether there is a process of this number, or in this group if it is negative, be it a zombie.
pub fn exists(pid: pid_t) -> bool {
    // SAFETY: takes numbers; signal 0 is none.
    unsafe { libc::kill(pid, 0) == 0 }
}

/// Makes this process the leader of a group of its own.
pub fn lead_group() -> io::Result<()> {
    // SAFETY: takes numbers.
    checked(unsafe { libc::setpgid(0, 0) })?;
    Ok(())
}

/// Sleeps until a signal ends this process.
pub fn sleep_for_good() {
    // SAFETY: takes nothing.
    unsafe { libc::pause() };
}
