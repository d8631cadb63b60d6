//! What an init does when it has something to do: forward, reap, and end.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::inits::Init;
use crate::instance::Instance;
use crate::report::{Figure, Report, Value, quantile};
use crate::sys::{self, OnOneCpu, Process};

/// From the signal that the init is sent to the answer of the program.
pub fn measure_latency(report: &mut Report, rounds: usize, pings: usize) -> io::Result<()> {
    let _pinned = OnOneCpu::new()?;
    let mut samples = vec![Vec::with_capacity(rounds * pings); report.inits.len()];
    for _ in 0..rounds {
        for (init, samples) in report.inits.iter().zip(&mut samples) {
            let mut instance = Instance::start(init, &["pong"])?;
            for ping in 0..pings + 20 {
                let start = Instant::now();
                instance.process.signal(libc::SIGUSR1)?;
                instance.line()?;
                // The first ones fill the caches.
                if ping >= 20 {
                    samples.push(start.elapsed().as_secs_f64() * 1e6);
                }
            }
        }
    }
    report.set_quantile(Figure::Latency, &mut samples, 0.5);
    report.set_quantile(Figure::LatencyP99, &mut samples, 0.99);
    Ok(())
}

/// How long an init takes to reap, by the clock and on the CPU.
pub fn measure_reaping(report: &mut Report, rounds: usize, orphans: usize) -> io::Result<()> {
    for (neighbours, time, cpu) in
        [("0", Figure::Drain, Figure::DrainCpu), ("1000", Figure::DrainBeside, Figure::DrainBesideCpu)]
    {
        let mut times = vec![Vec::new(); report.inits.len()];
        let mut cpu_times = times.clone();
        for _ in 0..rounds {
            for (init, each) in report.inits.iter().enumerate() {
                match drain(each, orphans, neighbours) {
                    Ok((time, cpu)) => {
                        times[init].push(time);
                        cpu_times[init].push(cpu);
                    }
                    // Somebody else may need the pids of this machine, of which there are few; there are other rounds.
                    Err(error) => eprintln!("left out: {error}"),
                }
            }
        }
        report.set_quantile(time, &mut times, 0.5);
        report.set_quantile(cpu, &mut cpu_times, 0.5);
    }
    Ok(())
}

/// How many milliseconds it takes to reap them, and how many of these the init is on a CPU: for 20 000 orphans, to which it is
/// scaled where there are fewer.
fn drain(init: &Init, orphans: usize, neighbours: &str) -> io::Result<(f64, f64)> {
    let mut instance = Instance::start(init, &["burst", &orphans.to_string(), neighbours])?;
    let before = sys::cpu_time(instance.pid)?;
    instance.tell()?;
    let time = instance.number()?;
    let cpu_time = sys::cpu_time(instance.pid)? - before;
    let scaled = |nanoseconds: u64| nanoseconds as f64 / 1e6 * 20_000.0 / orphans as f64;
    Ok((scaled(time), scaled(cpu_time)))
}

/// From the end of the program to that of the init, while somebody sends it SIGHUP as fast as possible.
pub fn measure_flooded_exit(report: &mut Report, rounds: usize, patience: Duration) -> io::Result<()> {
    let mut samples = vec![Vec::new(); report.inits.len()];
    let mut starved = vec![0; report.inits.len()];
    for _ in 0..rounds {
        for (init, each) in report.inits.iter().enumerate() {
            match exit_in_flood(Instance::start(each, &["exit"])?, patience)? {
                Some(microseconds) => samples[init].push(microseconds),
                None => starved[init] += 1,
            }
        }
    }
    let limit = Value::AtLeast(patience.as_secs_f64() * 1e6);
    for (init, samples) in samples.iter_mut().enumerate() {
        // Who did not end comes after all those who did.
        samples.extend(vec![f64::INFINITY; starved[init]]);
        for (figure, share) in [(Figure::FloodedExit, 0.5), (Figure::FloodedExitWorst, 1.0)] {
            match quantile(samples, share) {
                Some(microseconds) if microseconds.is_finite() => report.set(init, figure, microseconds),
                Some(_) => report.set_value(init, figure, limit),
                None => {}
            }
        }
    }
    Ok(())
}

/// None if the flood keeps the init from noticing that the program has ended.
fn exit_in_flood(mut instance: Instance, patience: Duration) -> io::Result<Option<f64>> {
    let over = AtomicBool::new(false);
    let target = Process::open(instance.pid)?;
    thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                // Fails when the init is gone, which somebody else waits for.
                let _ = target.signal(libc::SIGHUP);
            }
        });
        thread::sleep(Duration::from_millis(20));
        let result = time_to_exit(&mut instance, patience);
        over.store(true, Ordering::Relaxed);
        result
    })
}

/// Tells the program to end, and how many microseconds later the init has.
fn time_to_exit(instance: &mut Instance, patience: Duration) -> io::Result<Option<f64>> {
    instance.tell()?;
    let start = instance.number()?;
    let ended = instance.process.ends_within(patience)?;
    let time = sys::now()? - start;
    Ok(ended.then_some(time as f64 / 1e3))
}
