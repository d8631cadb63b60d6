//! strace, which can delay system calls and make them fail.

use std::io::Write;
use std::process::Command;
use std::sync::OnceLock;

/// The words that put strace around a command, its children too, with these manipulations, as in
/// `setpgid:delay_enter=100000`. What it has to say goes to a file.
pub fn strace(log: &str, injections: &[&str]) -> Vec<String> {
    let mut words = ["strace", "-f", "-qq", "-o", log, "-e", "signal=none"].map(str::to_owned).to_vec();
    for injection in injections {
        words.extend(["-e".to_owned(), format!("inject={injection}")]);
    }
    words
}

/// Whether strace is there and may trace. If not, the test that asks is skipped, but not in CI.
pub fn available() -> bool {
    static WORKS: OnceLock<bool> = OnceLock::new();
    let works = *WORKS.get_or_init(|| {
        let works =
            Command::new("strace").args(["-o", "/dev/null", "true"]).output().is_ok_and(|it| it.status.success());
        if !works {
            // Past the test runner, which would hide it.
            let _ = writeln!(
                std::io::stderr(),
                "skipped: no strace, or it may not trace; some tests need it: apt install strace"
            );
        }
        works
    });
    assert!(works || std::env::var_os("CI").is_none(), "strace does not work, and CI must not skip");
    works
}
