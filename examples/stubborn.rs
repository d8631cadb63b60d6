//! A program that ignores TERM, as many do without knowing. It ends on INT, with status 2, or after ten minutes.
//!
//! Under rinit and without it, `docker stop` takes the whole grace period and ends in SIGKILL (137): an init forwards
//! the request, and does not make a program honour it.

use std::io::Write;
use std::process::{ExitCode, id};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};

fn main() -> std::io::Result<ExitCode> {
    let (asked, interrupted) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    signal_hook::flag::register(SIGTERM, Arc::clone(&asked))?;
    signal_hook::flag::register(SIGINT, Arc::clone(&interrupted))?;
    let mut out = std::io::stdout();
    writeln!(out, "ready: pid {}; TERM will not end me", id())?;
    for _ in 0..6000 {
        if asked.swap(false, Ordering::Relaxed) {
            writeln!(out, "got SIGTERM, and go on")?;
        }
        if interrupted.load(Ordering::Relaxed) {
            return Ok(ExitCode::from(2));
        }
        sleep(Duration::from_millis(100));
    }
    Ok(ExitCode::SUCCESS)
}
