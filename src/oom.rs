//! Whether the kernel's out-of-memory killer has been at work in this container.

use crate::number::small;
use crate::sys::files::read_start;

/// How many processes of this container it has killed; none if the cgroup cannot be read. Allocates nothing.
#[inline(never)] // Its buffer is on the stack only while it runs, not in the frame that waits for years.
pub fn kills() -> Option<u32> {
    let mut buffer = [0; 1024];
    // Version 2 of cgroups, then version 1; each is where container engines mount the container's own.
    [c"/sys/fs/cgroup/memory.events", c"/sys/fs/cgroup/memory/memory.oom_control"]
        .iter()
        .find_map(|path| oom_kill(read_start(path, &mut buffer)))
}

/// The number behind `oom_kill`, which both versions write alike.
fn oom_kill(file: &[u8]) -> Option<u32> {
    let number = file.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(b"oom_kill "))?;
    small(number.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_of_cgroups_are_read() {
        assert_eq!(oom_kill(b"low 0\nhigh 3\nmax 12\noom 2\noom_kill 1\noom_group_kill 0\n"), Some(1));
        assert_eq!(oom_kill(b"oom_kill_disable 0\nunder_oom 0\noom_kill 27\n"), Some(27));
        assert_eq!(oom_kill(b"oom_kill_disable 0\nunder_oom 0\n"), None);
        assert_eq!(oom_kill(b""), None);
    }
}
