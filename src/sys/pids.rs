//! A set of pids that takes its memory from the kernel when it is made, and no more of it than it uses.

use std::ptr::{self, NonNull};

use nix::unistd::Pid;

/// The kernel's highest pid, on 64-bit machines, is one less: `proc_sys_kernel(5)`, pid_max.
const PIDS: usize = 4 << 20;
const BITS: usize = u64::BITS as usize;

/// A set of pids.
pub struct PidSet {
    words: NonNull<[u64; PIDS / BITS]>,
}

impl PidSet {
    /// An empty one; none if there is no memory. Half a mebibyte of addresses, of which only the pages are backed by memory
    /// that a pid falls on.
    pub fn new() -> Option<PidSet> {
        let (access, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: a new mapping, at an address that nobody uses.
        let words = unsafe { libc::mmap(ptr::null_mut(), PIDS / 8, access, kind | libc::MAP_NORESERVE, -1, 0) };
        if words == libc::MAP_FAILED { None } else { NonNull::new(words.cast()).map(|words| PidSet { words }) }
    }

    /// Adds a pid, and says whether it was not there before.
    pub fn insert(&mut self, pid: Pid) -> bool {
        let Some((index, bit)) = usize::try_from(pid.as_raw()).ok().map(|pid| (pid / BITS, 1 << (pid % BITS))) else {
            return false;
        };
        // SAFETY: the mapping is as large as the array, zeroed by the kernel, and ours as long as the set lives.
        match unsafe { self.words.as_mut() }.get_mut(index) {
            Some(word) if *word & bit == 0 => {
                *word |= bit;
                true
            }
            _ => false,
        }
    }
}

impl Drop for PidSet {
    fn drop(&mut self) {
        // SAFETY: mapped by new, and not used any more.
        unsafe { libc::munmap(self.words.as_ptr().cast(), PIDS / 8) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pid_is_new_once() {
        let mut set = PidSet::new().unwrap();
        for pid in [1, 2, 63, 64, 65, 32_768, 4_194_303] {
            assert_eq!([set.insert(Pid::from_raw(pid)), set.insert(Pid::from_raw(pid))], [true, false], "{pid}");
        }
        for pid in [-1, 4_194_304, i32::MAX] {
            assert!(!set.insert(Pid::from_raw(pid)), "{pid}");
        }
    }
}
