//! Other processes, as /proc shows them. Nothing in here allocates.

use nix::errno::Errno;
use nix::unistd::{Pid, getpid};

use super::files::{Path, read_start};
use super::folder;
use crate::number::{number, small};

/// What `/proc/PID/stat` says of a process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Process {
    /// Its pid.
    pub pid: Pid,
    /// Its parent's pid: 0 if that is outside of the PID namespace.
    pub parent: Pid,
    /// Whether it runs or has ended.
    pub life: Life,
    /// When it was started, in hundredths of a second since boot.
    pub started: u64,
}

/// Whether a process still runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Life {
    /// It does.
    Alive,
    /// It has ended, and its parent has yet to reap it.
    Zombie,
}

impl Process {
    /// A process that still exists, if only as a zombie.
    pub fn of(pid: Pid) -> Option<Process> {
        let mut buffer = [0; 512];
        Process::parse(pid, read_start(Path::of(pid, "stat").as_c_str(), &mut buffer))
    }

    fn parse(pid: Pid, stat: &[u8]) -> Option<Process> {
        let mut fields = fields(stat)?;
        let state = fields.next()?;
        // The fields are numbered from 1, and the parent is the fourth.
        let parent = Pid::from_raw(small(fields.next()?)?);
        let threads = number(fields.nth(20 - 5)?)?;
        let started = number(fields.nth(22 - 21)?)?;
        Some(Process { pid, parent, life: Life::of(state, threads), started })
    }
}

impl Life {
    /// What a process's state and number of threads mean.
    pub fn of(state: &[u8], threads: u64) -> Life {
        match state {
            // The first thread can end long before the others, which then are the process.
            b"Z" | b"X" if threads <= 1 => Life::Zombie,
            _ => Life::Alive,
        }
    }
}

/// The fields of `proc_pid_stat(5)` from the third on, which is the state: what is before is the pid, and the name, which may
/// have anything in it.
pub fn fields(stat: &[u8]) -> Option<impl Iterator<Item = &[u8]>> {
    let name_end = stat.iter().rposition(|byte| *byte == b')')?;
    Some(stat[name_end + 1..].trim_ascii().split(|byte| *byte == b' '))
}

/// Whether /proc shows the PID namespace that rinit is in. It may be missing, hide it, or be that of the namespace outside
/// (after `unshare --pid` alone), where the same numbers mean other processes.
#[inline(never)] // Its buffer, which is large since a user may be in many groups, is on the stack only while it runs.
pub fn are_visible() -> bool {
    let mut buffer = [0; 4096];
    let status = read_start(c"/proc/self/status", &mut buffer);
    // One number for each namespace, from that of /proc to rinit's.
    let numbers = status.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(b"NSpid:\t"));
    numbers.and_then(small) == Some(getpid().as_raw())
}

/// Shows all processes that there are, until there are no more.
///
/// # Errors
/// If /proc cannot be read.
pub fn visit(each: &mut dyn FnMut(Pid)) -> Result<(), Errno> {
    folder::visit(c"/proc", &mut |name| small(name.to_bytes()).map(Pid::from_raw).into_iter().for_each(&mut *each))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_a_zombie_when_its_last_thread_is() {
        for (state, threads, expected) in [
            ("S", 1, Life::Alive),
            ("Z", 1, Life::Zombie),
            ("Z", 0, Life::Zombie),
            ("Z", 2, Life::Alive),
            ("T", 1, Life::Alive),
        ] {
            let stat = format!("12 (sh) {state} 7 1 1 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 {threads} 0 4711 0");
            assert_eq!(Process::parse(Pid::from_raw(12), stat.as_bytes()).unwrap().life, expected, "{state} {threads}");
        }
    }

    #[test]
    fn stat_is_read_whatever_the_name_is() {
        let rest = "S 7 1 1 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 4711 2625536 193 18446744073709551615";
        for name in ["sh", "a b", ") Z 9 (", "", "\u{fe}"] {
            let process = Process::parse(Pid::from_raw(12), format!("12 ({name}) {rest}\n").as_bytes()).unwrap();
            let expected =
                Process { pid: Pid::from_raw(12), parent: Pid::from_raw(7), life: Life::Alive, started: 4711 };
            assert_eq!(process, expected, "{name}");
        }
        for text in ["", "12 (sh", "12 (sh)", "12 (sh) S", "12 (sh) S 7 1"] {
            assert_eq!(Process::parse(Pid::from_raw(12), text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn this_process_is_among_all() {
        let mut found = 0;
        visit(&mut |pid| found += i32::from(pid == getpid())).unwrap();
        assert_eq!(found, 1);
        let process = Process::of(getpid()).unwrap();
        assert_eq!((process.parent, process.life), (nix::unistd::getppid(), Life::Alive));
    }
}
