//! From here to `exec`: no locks, no allocation, nothing that is not async-signal-safe. The child shares its parent's memory.
//!
//! The child is made as `posix_spawn(3)` makes it, by a clone that borrows the parent's memory (CLONE_VM) while the parent
//! sleeps until `exec` or exit (CLONE_VFORK). That costs half of a fork; the child can report an errno by writing it into a
//! variable; and no signal can meet a child that has not joined its process group yet, because rinit forwards none before
//! this returns. (Under an emulator that turns it into a fork, as qemu-user does, the report is lost, and the status that
//! the child exits with is all that tells of a command that cannot be run.)

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};

use nix::errno::Errno;
use nix::unistd::{Pid, getpid};

use crate::ending::ExitStatus;
use crate::inherited::Inherited;
use crate::isolation::Isolation;
use crate::parent;
use crate::sys::children;
use crate::sys::limits::Limit;

/// Everything that the child needs, made before it exists.
pub struct Launch<'a> {
    /// The files to execute; the first that can be is.
    pub paths: &'a StringList<'a>,
    /// The program's arguments, from its own name on.
    pub arguments: &'a StringList<'a>,
    /// The program's environment.
    pub environment: &'a StringList<'a>,
    /// The variable in `environment` that must hold the child's pid, if there is one.
    pub listen_pid: Option<&'a ListenPid>,
    /// What rinit changed about itself and the program must not see.
    pub inherited: Inherited,
    /// How far the program is set apart from rinit.
    pub isolation: &'a Isolation,
    /// rinit's pid, if the program is to be killed when rinit dies.
    pub dies_with: Option<Pid>,
    /// Whether it is meant to run.
    pub execution: Execution,
    /// The resource limits that it gets, and rinit does not.
    pub limits: &'a [Limit],
}

/// Whether a program is meant to run.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Execution {
    /// It is.
    #[default]
    Real,
    /// It is to be stopped by SIGTRAP when it has been loaded, before its first instruction: `PTRACE_TRACEME`, `ptrace(2)`.
    Trial,
}

/// Why there is no child.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoChild {
    /// `clone(2)` failed.
    NoProcess(Errno),
    /// None of the files could be executed. This is why, and the place in the list of the one that it holds for.
    NotExecuted(Errno, usize),
}

/// Starts the child and returns when it has become the program.
///
/// # Errors
/// If there is no child. It has been reaped then, and its pid means nothing any more.
pub fn start(launch: &Launch<'_>) -> Result<Pid, NoChild> {
    let window = Window { launch, errno: AtomicI32::new(0), culprit: AtomicUsize::new(0) };
    let pid = Pid::from_raw(Errno::result(clone(&window)).map_err(NoChild::NoProcess)?);
    match window.errno.load(Ordering::Relaxed) {
        0 => Ok(pid),
        errno => {
            children::reap(pid);
            let errno = Errno::from_raw(errno);
            Err(match window.culprit.load(Ordering::Relaxed) {
                NOT_TRIED => NoChild::NoProcess(errno),
                culprit => NoChild::NotExecuted(errno, culprit),
            })
        }
    }
}

/// Makes the child, which runs in the part of this thread's stack that is free while the thread sleeps, as after
/// `vfork(2)`: it grows as it has to, and most often it has no page that the parent does not need as well. Not inlined, so
/// that nothing is on the stack below `here` but the rest of this small frame and that of clone(3), which is a few words of
/// assembly.
#[inline(never)]
fn clone(window: &Window<'_>) -> c_int {
    const FRAMES_BYTES: usize = 512;
    const ALIGNMENT: usize = 16;
    let here = MaybeUninit::<u128>::uninit();
    let top = here.as_ptr().cast::<c_void>().cast_mut().wrapping_byte_sub(FRAMES_BYTES);
    let top = top.map_addr(|address| address & !(ALIGNMENT - 1));
    let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
    // SAFETY: CLONE_VFORK keeps this thread, the only one, asleep until the child has executed or exited. Until then the
    // window lives, and nobody else uses the stack below `top`.
    unsafe { libc::clone(run, top, flags, ptr::from_ref(window).cast_mut().cast()) }
}

/// What the child is given, and where it leaves its report.
struct Window<'a> {
    launch: &'a Launch<'a>,
    errno: AtomicI32,
    culprit: AtomicUsize,
}

extern "C" fn run(window: *mut c_void) -> c_int {
    // SAFETY: `start` passed a pointer to its Window, and sleeps.
    let window = unsafe { &*window.cast::<Window<'_>>() };
    let (errno, culprit) = match prepare(window.launch) {
        Ok(()) => execute(window.launch),
        Err(errno) => (errno, NOT_TRIED),
    };
    window.culprit.store(culprit, Ordering::Relaxed);
    window.errno.store(errno as i32, Ordering::Relaxed);
    let status = if errno == Errno::ENOENT { ExitStatus::NOT_FOUND } else { ExitStatus::CANNOT_EXECUTE };
    // SAFETY: _exit only; exit would run the parent's handlers in the memory that we share.
    unsafe { libc::_exit(status.into()) }
}

/// The place of a file that the child has not come to.
const NOT_TRIED: usize = usize::MAX;

fn prepare(launch: &Launch<'_>) -> Result<(), Errno> {
    if let Some(rinit) = launch.dies_with {
        parent::die_with(rinit);
    }
    launch.isolation.apply();
    if let Some(variable) = launch.listen_pid {
        variable.set(getpid());
    }
    for limit in launch.limits {
        limit.set()?;
    }
    launch.inherited.restore();
    match launch.execution {
        Execution::Real => Ok(()),
        Execution::Trial => trace_me(),
    }
}

/// Fails where it is forbidden, by a seccomp profile, or where somebody traces us already.
fn trace_me() -> Result<(), Errno> {
    const NONE: libc::c_long = 0;
    // SAFETY: takes numbers.
    let traced = unsafe { libc::syscall(libc::SYS_ptrace, libc::PTRACE_TRACEME as libc::c_long, NONE, NONE, NONE) };
    Errno::result(traced).map(drop)
}

/// Executes the first file that can be, as `execvp(3)` goes on and stops.
fn execute(launch: &Launch<'_>) -> (Errno, usize) {
    let mut verdict = (Errno::ENOENT, 0);
    for index in 0..launch.paths.len() {
        // SAFETY: a path, and two lists that end with a null pointer, of strings that outlive the call.
        unsafe { libc::execve(launch.paths.get(index), launch.arguments.as_ptr(), launch.environment.as_ptr()) };
        match Errno::last() {
            Errno::ENOENT | Errno::ENOTDIR | Errno::ESTALE | Errno::ENODEV | Errno::ETIMEDOUT => {}
            Errno::ENAMETOOLONG if launch.paths.len() > 1 => {}
            // Go on, but if nothing better comes, this is the reason.
            Errno::EACCES if verdict.0 == Errno::ENOENT => verdict = (Errno::EACCES, index),
            Errno::EACCES => {}
            errno => return (errno, index),
        }
    }
    verdict
}

/// A list of strings as `execve(2)` takes it: pointers, the last of them null.
pub struct StringList<'a> {
    pointers: Vec<*const c_char>,
    strings: PhantomData<&'a CStr>,
}

impl<'a> StringList<'a> {
    /// A list of these strings.
    pub fn new(strings: impl IntoIterator<Item = &'a CStr>) -> StringList<'a> {
        let mut pointers = Vec::new();
        for string in strings {
            pointers.push(string.as_ptr());
        }
        pointers.push(ptr::null());
        StringList { pointers, strings: PhantomData }
    }

    /// Puts a variable into the list in the place of one of its strings.
    pub fn replace(&mut self, index: usize, variable: &'a ListenPid) {
        self.pointers[index] = variable.text.as_ptr().cast_const().cast();
    }

    fn len(&self) -> usize {
        self.pointers.len() - 1
    }

    fn get(&self, index: usize) -> *const c_char {
        self.pointers[index]
    }

    fn as_ptr(&self) -> *const *const c_char {
        self.pointers.as_ptr()
    }
}

/// `LISTEN_PID=…`, the process that socket activation's descriptors are for, which is known only once the child exists:
/// `sd_listen_fds(3)`.
pub struct ListenPid {
    text: Cell<[u8; ListenPid::CAPACITY]>,
}

impl ListenPid {
    /// What it begins with.
    pub const PREFIX: &str = "LISTEN_PID=";
    /// The beginning, ten digits, a zero byte.
    const CAPACITY: usize = Self::PREFIX.len() + 11;

    /// The variable, with no value yet.
    pub fn new() -> ListenPid {
        ListenPid { text: Cell::new([0; Self::CAPACITY]) }
    }

    fn set(&self, pid: Pid) {
        let mut text = [0; Self::CAPACITY];
        let digits = pid.as_raw().checked_ilog10().unwrap_or(0) as usize + 1;
        text[..Self::PREFIX.len()].copy_from_slice(Self::PREFIX.as_bytes());
        let mut rest = pid.as_raw();
        for place in text[Self::PREFIX.len()..][..digits].iter_mut().rev() {
            *place = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        self.text.set(text);
    }
}

impl Default for ListenPid {
    fn default() -> ListenPid {
        ListenPid::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listen_pid_is_written_in_decimal() {
        for pid in [1, 7, 10, 99, 100, 32768, 4_194_304, i32::MAX] {
            let variable = ListenPid::new();
            variable.set(Pid::from_raw(pid));
            let text = variable.text.get();
            assert_eq!(CStr::from_bytes_until_nul(&text).unwrap().to_str().unwrap(), format!("LISTEN_PID={pid}"));
        }
    }
}
