//! Measures rinit beside its peers, all in one run: `cargo bench`.
//!
//! Without options it takes some minutes and writes docs/benchmarks.{md,json,svg}. `--quick` takes less than one and only
//! prints. `--check` measures what is the same in each run, on the released builds in dist/, and fails beyond a limit.

#![allow(clippy::print_stdout, clippy::print_stderr)] // To print is what it is for.

mod busy;
mod chart;
mod idle;
mod inits;
mod instance;
mod limits;
mod programs;
mod report;
mod start_up;
mod sys;
mod tables;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use std::{env, fs, io};

use report::Report;

/// How often, and how long.
struct Effort {
    starts: usize,
    idle: Duration,
    rounds: usize,
    pings: usize,
    orphans: usize,
    floods: usize,
    patience: Duration,
}

const FULL: Effort = Effort {
    starts: 2000,
    idle: Duration::from_secs(10),
    rounds: 5,
    pings: 2000,
    orphans: 20_000,
    floods: 11,
    patience: Duration::from_secs(2),
};

const QUICK: Effort = Effort {
    starts: 200,
    idle: Duration::from_secs(5),
    rounds: 1,
    pings: 1000,
    orphans: 4000,
    floods: 3,
    patience: Duration::from_secs(1),
};

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        [programs::PROGRAM, program @ ..] => return programs::run(program),
        // cargo adds --bench, but not where it only tests that a bench can be built and run.
        ["--bench"] => full(),
        ["--quick", "--bench"] => measure(&QUICK).map(|report| print(&report)),
        ["--check", "--bench"] => check(),
        [] => Ok(()),
        _ => Err(io::Error::other(format!("what is {words:?}? Options: --quick, --check"))),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn full() -> io::Result<()> {
    let report = measure(&FULL)?;
    print(&report);
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    fs::write(docs.join("benchmarks.md"), tables::page(&report))?;
    fs::write(docs.join("benchmarks.json"), tables::json(&report))?;
    fs::write(docs.join("benchmarks.svg"), chart::draw(&report))?;
    println!("written: docs/benchmarks.md, .json, .svg");
    Ok(())
}

fn measure(effort: &Effort) -> io::Result<Report> {
    instance::namespaces().map_err(|error| io::Error::other(format!("no PID namespaces: {error}")))?;
    let program = inits::tiny_program();
    let mut report = Report::new(inits::all());
    step("size, memory, wake-ups");
    deterministic(&mut report, &program, effort.idle)?;
    step("start-up");
    start_up::measure(&mut report, &program, effort.starts)?;
    step("signal forwarding");
    busy::measure_latency(&mut report, effort.rounds, effort.pings)?;
    step("orphans");
    busy::measure_reaping(&mut report, effort.rounds, effort.orphans)?;
    step("exit under a flood");
    busy::measure_flooded_exit(&mut report, effort.floods, effort.patience)?;
    Ok(report)
}

fn deterministic(report: &mut Report, program: &Path, idle: Duration) -> io::Result<()> {
    idle::measure_size(report)?;
    start_up::count_system_calls(report, program)?;
    idle::measure_memory(report)?;
    idle::count_wake_ups(report, idle)
}

fn check() -> io::Result<()> {
    let mut report = Report::new(inits::released());
    if report.inits.is_empty() {
        println!("there is no released build to check");
        return Ok(());
    }
    instance::namespaces().map_err(|error| io::Error::other(format!("no PID namespaces: {error}")))?;
    deterministic(&mut report, &inits::tiny_program(), FULL.idle)?;
    match limits::are_kept(&report) {
        true => Ok(()),
        false => Err(io::Error::other("beyond a limit")),
    }
}

fn step(what: &str) {
    eprintln!("{what} ...");
}

fn print(report: &Report) {
    println!("\n{}\nBy {}:\n\n{}", tables::figures(report), report.inits[0].name, tables::ratios(report));
}
