//! A program that leaks orphans: it starts children that start grandchildren and leave them behind, and then looks what
//! has become of them.
//!
//! As PID 1 itself, it ends with zombies; under rinit there are none. The argument is how many (default 5).
//!
//! ```text
//! $ unshare --user --map-root-user --pid --fork --mount-proc orphans          # no init
//! 5 orphans made, 5 zombies left
//! $ unshare --user --map-root-user --pid --fork --mount-proc rinit orphans
//! 5 orphans made, 0 zombies left
//! ```

use std::io::Write;
use std::process::{Command, ExitCode};
use std::thread::sleep;
use std::time::{Duration, Instant};

fn main() -> std::io::Result<ExitCode> {
    let count: usize = std::env::args().nth(1).and_then(|word| word.parse().ok()).unwrap_or(5);
    // A shell that starts a grandchild and does not wait for it. Its death makes the grandchild an orphan.
    let (before, script) = (zombies()?, "sleep 0.1 & exit 0");
    for _ in 0..count {
        Command::new("sh").args(["-c", script]).status()?;
    }
    // All sleeps have ended when there are as many zombies as orphans, or, with an init, none and nothing asleep.
    let deadline = Instant::now() + Duration::from_secs(5);
    let mut left = zombies()?.saturating_sub(before);
    while left < count && Instant::now() < deadline && (left > 0 || asleep()? > 0) {
        sleep(Duration::from_millis(10));
        left = zombies()?.saturating_sub(before);
    }
    writeln!(std::io::stdout(), "{count} orphans made, {left} zombies left")?;
    Ok(if left == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn zombies() -> std::io::Result<usize> {
    count(|stat| stat.contains(") Z "))
}

fn asleep() -> std::io::Result<usize> {
    count(|stat| stat.contains("(sleep)"))
}

/// How many processes have a `/proc/PID/stat` like this.
fn count(matches: impl Fn(&str) -> bool) -> std::io::Result<usize> {
    let mut number = 0;
    for entry in std::fs::read_dir("/proc")? {
        let stat = std::fs::read_to_string(entry?.path().join("stat")).unwrap_or_default();
        number += usize::from(matches(&stat));
    }
    Ok(number)
}
