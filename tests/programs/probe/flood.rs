//! A process that makes orphans faster than they can be reaped.

use std::collections::VecDeque;
use std::ffi::c_int;
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};

use crate::say;

/// How many become orphans at one moment.
const BATCH: usize = 50;

/// How many batches there are at once: enough that there is always one to reap, and few among the pids of a machine.
const BATCHES: usize = 20;

/// It is killed long before, unless what is tested is broken.
const LIMIT: Duration = Duration::from_secs(30);
const MOST: usize = 2_000_000;

/// Makes orphans that have ended already, as fast as they are reaped, says so when there are many, and when its time is over.
pub fn flood(name: &str) -> ! {
    let start = Instant::now();
    let mut waiting = VecDeque::new();
    for number in 0..MOST / BATCH {
        waiting.push_back(batch());
        if number == BATCHES {
            say(&format!("{name} goes on"));
        }
        // SAFETY: takes numbers; 0 is no signal. A number that is somebody else's by now is waited for in vain, which is no harm.
        while waiting.len() > BATCHES && unsafe { libc::kill(waiting[0], 0) } == 0 && start.elapsed() < LIMIT {
            std::thread::yield_now();
        }
        if waiting.len() > BATCHES {
            waiting.pop_front();
        }
        if start.elapsed() >= LIMIT {
            break;
        }
    }
    say(&format!("{name} is over"));
    // SAFETY: takes a number.
    unsafe { libc::_exit(0) }
}

/// Makes some orphans, and says which is the last.
fn batch() -> c_int {
    // SAFETY: this process has one thread; the mapping is as large as a page, and is used by these two only.
    unsafe {
        let (access, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED | libc::MAP_ANONYMOUS);
        let shared = libc::mmap(ptr::null_mut(), size_of::<AtomicI32>(), access, kind, -1, 0);
        assert!(shared != libc::MAP_FAILED);
        let last = &*shared.cast::<AtomicI32>();
        let parent = libc::fork();
        assert!(parent >= 0, "could not fork: is something else using up the pids of this machine?");
        if parent == 0 {
            for _ in 0..BATCH {
                match libc::fork() {
                    0 => libc::_exit(0),
                    child => last.store(child, Ordering::Relaxed),
                }
            }
            libc::_exit(0);
        }
        libc::waitpid(parent, ptr::null_mut(), 0);
        let last = last.load(Ordering::Relaxed);
        libc::munmap(shared, size_of::<AtomicI32>());
        last
    }
}
