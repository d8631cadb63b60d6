//! What the inits run: this same executable, told to behave as one of these programs. Each says when it is ready, and ends
//! when its stdin does.

use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::sys;

/// The first word of a command line that means a program.
pub const PROGRAM: &str = "--program";

pub fn run(words: &[&str]) -> ExitCode {
    let result = match words {
        ["idle"] => say("ready").and_then(|()| until_end_of_input()),
        ["pong"] => pong(),
        ["exit"] => exit(),
        ["burst", orphans, neighbours] => match (orphans.parse(), neighbours.parse()) {
            (Ok(orphans), Ok(neighbours)) => burst(orphans, neighbours),
            _ => Err(io::Error::other("not a number")),
        },
        _ => Err(io::Error::other("no such program")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{words:?}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn say(line: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}

/// Waits for one byte.
fn until_told() -> io::Result<()> {
    io::stdin().read_exact(&mut [0])
}

fn until_end_of_input() -> io::Result<()> {
    io::copy(&mut io::stdin(), &mut io::sink()).map(drop)
}

/// Answers each USR1 with a byte.
fn pong() -> io::Result<()> {
    let signal = sys::Blocked::new(libc::SIGUSR1);
    say("ready")?;
    while signal.comes_within(Duration::from_secs(20)) {
        // A line end, since stdout is written at each one.
        say("")?;
    }
    Ok(())
}

/// Ends when it is told to, and says when that was.
fn exit() -> io::Result<()> {
    sys::ignore(libc::SIGHUP);
    say("ready")?;
    until_told()?;
    say(&sys::now()?.to_string())
}

/// Leaves this many zombies to the init at one moment, beside children of it that stay, and says how many nanoseconds it was
/// until the last of them was gone.
fn burst(orphans: usize, neighbours: usize) -> io::Result<()> {
    if neighbours > 0 {
        sys::reap(sys::fork(|| (0..neighbours).for_each(|_| drop(sys::fork(sys::sleep_for_good))))?)?;
    }
    let (mut last, tell_last) = io::pipe()?;
    let (gate, mut open_gate) = io::pipe()?;
    let leaker = sys::fork(|| {
        if let Err(error) = leak(orphans, &tell_last, &gate) {
            eprintln!("cannot have {orphans} children: {error}");
        }
    })?;
    // Or we would wait for ourselves, where the leaker could not tell.
    drop(tell_last);
    let mut pid = [0; 4];
    last.read_exact(&mut pid)?;
    say("ready")?;
    until_told()?;

    let start = sys::now()?;
    open_gate.write_all(b"!")?;
    sys::reap(leaker)?;
    wait_until_gone(leaker, i32::from_ne_bytes(pid))?;
    say(&(sys::now()? - start).to_string())?;
    until_end_of_input()
}

/// Has that many children that end, tells the last one's number, and ends when the gate is open.
fn leak(count: usize, mut tell_last: &io::PipeWriter, mut gate: &io::PipeReader) -> io::Result<()> {
    sys::lead_group()?;
    let children = (0..count).map(|_| sys::dead_child()).collect::<io::Result<Vec<_>>>()?;
    children.iter().try_for_each(|pid| sys::wait_until_zombie(*pid))?;
    tell_last.write_all(&children.last().copied().unwrap_or(0).to_ne_bytes())?;
    gate.read_exact(&mut [0])
}

/// Waits until nobody is left in a group. To look at all of it takes the kernel long and keeps the init from reaping, hence
/// the last process first: most often that is the last one that is reaped.
fn wait_until_gone(group: i32, last: i32) -> io::Result<()> {
    let deadline = Instant::now() + Duration::from_secs(60);
    while sys::exists(last) || sys::exists(-group) {
        if Instant::now() > deadline {
            return Err(io::Error::other("the orphans were not reaped within a minute"));
        }
        std::thread::sleep(Duration::from_micros(50));
    }
    Ok(())
}
