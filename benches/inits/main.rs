//! Measures rinit beside its peers, all in one run: `cargo bench`.
//!
//! Without options it takes some minutes and writes docs/benchmarks.{md,json,svg}. `--quick` takes less than one, only prints,
//! and fails where a released build in dist/ is beyond one of its limits; these are on what is the same in each run.

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
    starts: 4000,
    idle: Duration::from_secs(10),
    rounds: 5,
    pings: 2000,
    orphans: 20_000,
    floods: 11,
    patience: Duration::from_secs(2),
};

const QUICK: Effort = Effort {
    starts: 1000,
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
        ["--quick", "--bench"] => quick(),
        [] => Ok(()),
        _ => Err(io::Error::other(format!("what is {words:?}? Options: --quick"))),
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

fn quick() -> io::Result<()> {
    let report = measure(&QUICK)?;
    print(&report);
    match limits::are_kept(&report) {
        true => Ok(()),
        false => Err(io::Error::other("a limit is not kept")),
    }
}

fn measure(effort: &Effort) -> io::Result<Report> {
    instance::namespaces().map_err(|error| io::Error::other(format!("no PID namespaces: {error}")))?;
    let program = inits::tiny_program();
    let mut report = Report::new(inits::all());
    step("size, system calls, memory, wake-ups");
    idle::measure_size(&mut report)?;
    start_up::count_system_calls(&mut report, &program)?;
    idle::measure_memory(&mut report)?;
    idle::count_wake_ups(&mut report, effort.idle)?;
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

fn step(what: &str) {
    eprintln!("{what} ...");
}

fn print(report: &Report) {
    println!("\n{}\nBy {}:\n\n{}\n", tables::figures(report), report.inits[0].name, tables::ratios(report));
}
