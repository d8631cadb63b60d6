//! The classic demonstration of container signals: says which signals it gets, and ends on three of them.
//!
//! INT ends it with status 2, TERM with status 15, USR1 with status 0. Anything else it just reports.
//!
//! ```text
//! $ cargo build && cargo build --examples && cd target/*/debug
//! $ ./rinit examples/signals
//! ready: pid 4242
//! ```
//! Then, from another terminal, send signals to rinit, its parent: `kill -TERM $(ps -o ppid= -p 4242)`.

use std::io::Write;
use std::process::{ExitCode, id};

use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH};
use signal_hook::iterator::Signals;
use signal_hook::low_level::signal_name;

fn main() -> std::io::Result<ExitCode> {
    let mut signals = Signals::new([SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH])?;
    let mut out = std::io::stdout();
    writeln!(out, "ready: pid {}", id())?;
    for signal in signals.forever() {
        writeln!(out, "got {}", signal_name(signal).unwrap_or("a signal"))?;
        match signal {
            SIGINT => return Ok(ExitCode::from(2)),
            SIGTERM => return Ok(ExitCode::from(15)),
            SIGUSR1 => return Ok(ExitCode::SUCCESS),
            _ => {}
        }
    }
    Ok(ExitCode::FAILURE)
}
