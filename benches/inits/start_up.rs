//! What an init adds to the time and to the system calls that it takes to run a program.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;
use std::{fs, io};

use crate::inits::{self, Init, in_path};
use crate::report::{Figure, Report, quantile};
use crate::sys::{self, OnOneCpu};

pub fn measure(report: &mut Report, program: &Path, rounds: usize) -> io::Result<()> {
    let mut samples = sample(&report.inits, program, rounds)?;
    report.set_quantile(Figure::StartUp, &mut samples, 0.5);
    report.set_quantile(Figure::StartUpP99, &mut samples, 0.99);
    report.compare_with_floor(Figure::StartUp, Figure::StartUpByFloor);

    let _pinned = OnOneCpu::new()?;
    let mut samples = sample(&report.inits, program, rounds)?;
    report.set_quantile(Figure::StartUpOneCpu, &mut samples, 0.5);
    report.compare_with_floor(Figure::StartUpOneCpu, Figure::StartUpOneCpuByFloor);
    Ok(())
}

/// Microseconds from spawn to exit of each init, less those of the program alone, as children of this process: to make a
/// namespace takes longer, and less regularly, than what is measured. Each leads a session, as what an engine starts.
fn sample(inits: &[Init], program: &Path, rounds: usize) -> io::Result<Vec<Vec<f64>>> {
    let mut commands: Vec<Vec<PathBuf>> = inits.iter().map(|init| init.as_child(program)).collect();
    commands.push(vec![program.to_owned()]);
    let mut samples = vec![Vec::with_capacity(rounds); commands.len()];
    let mut order: Vec<usize> = (0..commands.len()).collect();
    let mut shuffle = Shuffle(0x9E37_79B9_7F4A_7C15);
    for round in 0..rounds + 5 {
        shuffle.apply(&mut order);
        for &each in &order {
            let microseconds = run(&commands[each])?;
            // The first ones bring the files into memory.
            if round >= 5 {
                samples[each].push(microseconds);
            }
        }
    }
    let alone = samples.pop().and_then(|mut alone| quantile(&mut alone, 0.5)).unwrap_or(0.0);
    samples.iter_mut().flatten().for_each(|microseconds| *microseconds -= alone);
    Ok(samples)
}

fn run(words: &[PathBuf]) -> io::Result<f64> {
    let start = Instant::now();
    let pid = sys::start_as_leader(words, inits::PATH)?;
    let status = sys::wait(pid)?;
    let time = start.elapsed();
    match status.success() {
        true => Ok(time.as_secs_f64() * 1e6),
        false => Err(io::Error::other(format!("{words:?}: {status}"))),
    }
}

/// Counts what the init and its child ask of the kernel between the init's exec and the program's.
pub fn count_system_calls(report: &mut Report, program: &Path) -> io::Result<()> {
    let Some(strace) = in_path("strace") else {
        eprintln!("missing: strace, and with it the number of system calls");
        return Ok(());
    };
    let trace = Path::new(env!("CARGO_TARGET_TMPDIR")).join("trace");
    for init in 0..report.inits.len() {
        let mut command = Command::new(&strace);
        // As in a container, and above, it leads a session.
        command.args(["-f", "-qq", "-o"]).arg(&trace).arg("setsid").args(report.inits[init].as_child(program));
        let status = inits::clear_environment(&mut command).stderr(Stdio::null()).status()?;
        if !status.success() {
            // Not everybody may trace, and the other figures do not need it.
            eprintln!("missing: the number of system calls of {}: strace: {status}", report.inits[init].name);
            continue;
        }
        if let Some(count) = count_between_execs(&fs::read_to_string(&trace)?, &report.inits[init].path, program) {
            report.set(init, Figure::SystemCalls, count as f64);
        }
    }
    Ok(())
}

/// How many calls the trace has between the init's exec and the program's.
fn count_between_execs(trace: &str, init: &Path, program: &Path) -> Option<usize> {
    let calls = trace.lines().filter_map(|line| Some(line.split_once(' ')?.1.trim_start()));
    // Not the second halves of interrupted lines, nor signals, nor exits.
    let mut calls = calls.filter(|call| call.starts_with(|first: char| first.is_ascii_lowercase() || first == '_'));
    let mut calls_until_exec = |file: &Path| calls.position(|call| call.starts_with(&format!("execve({file:?}")));
    calls_until_exec(init)?;
    calls_until_exec(program)
}

/// Puts things into an order that differs from time to time, and is the same in each run of the bench.
struct Shuffle(u64);

impl Shuffle {
    fn apply(&mut self, items: &mut [usize]) {
        for last in (1..items.len()).rev() {
            // xorshift64
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            items.swap(last, (self.0 % (last as u64 + 1)) as usize);
        }
    }
}
