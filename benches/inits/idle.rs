//! What an init costs while nothing happens: memory, wake-ups, and the file.

use std::io;
use std::thread::sleep;
use std::time::Duration;

use crate::instance::Instance;
use crate::report::{Figure, Report, quantile};
use crate::sys;

/// Long enough to have done all that comes after the program's start.
const SETTLED: Duration = Duration::from_millis(100);

/// How often memory is looked at: where the kernel happens to put the stack makes a difference of a page, hence the least of
/// all counts.
const LOOKS: usize = 10;

/// One after the other, so that no page is shared but with what else runs on the machine.
pub fn measure_memory(report: &mut Report) -> io::Result<()> {
    const FIGURES: [(Figure, &str); 3] =
        [(Figure::Resident, "Rss:"), (Figure::Proportional, "Pss:"), (Figure::PrivateDirty, "Private_Dirty:")];
    sys::sync();
    let mut samples = vec![[const { Vec::new() }; FIGURES.len()]; report.inits.len()];
    for _ in 0..LOOKS {
        for (init, samples) in report.inits.iter().zip(&mut samples) {
            let instance = Instance::start(init, &["idle"])?;
            sleep(SETTLED);
            let memory = instance.proc_file("smaps_rollup")?;
            for ((_, name), samples) in FIGURES.iter().zip(samples) {
                samples.extend(number_after(&memory, name));
            }
        }
    }
    for (init, samples) in samples.iter_mut().enumerate() {
        for ((figure, _), samples) in FIGURES.iter().zip(samples) {
            if let Some(least) = quantile(samples, 0.0) {
                report.set(init, *figure, least);
            }
        }
    }
    Ok(())
}

/// All of them at once, since they have nothing to do. Counted for ten seconds, or for less and then projected.
pub fn count_wake_ups(report: &mut Report, time: Duration) -> io::Result<()> {
    let instances =
        report.inits.iter().map(|init| Instance::start(init, &["idle"])).collect::<io::Result<Vec<Instance>>>()?;
    sleep(SETTLED);
    let before = instances.iter().map(switches).collect::<io::Result<Vec<f64>>>()?;
    sleep(time);
    for (init, instance) in instances.iter().enumerate() {
        let count = switches(instance)? - before[init];
        report.set(init, Figure::WakeUps, count * 10.0 / time.as_secs_f64());
    }
    Ok(())
}

pub fn measure_size(report: &mut Report) -> io::Result<()> {
    for init in 0..report.inits.len() {
        let bytes = report.inits[init].path.metadata()?.len();
        report.set(init, Figure::Size, bytes as f64 / 1024.0);
    }
    Ok(())
}

/// How often it has been taken off a CPU, which is how often it was put on one.
fn switches(instance: &Instance) -> io::Result<f64> {
    let status = instance.proc_file("status")?;
    let of = |name| number_after(&status, name).ok_or_else(|| io::Error::other("no context switches in /proc"));
    Ok(of("voluntary_ctxt_switches:")? + of("nonvoluntary_ctxt_switches:")?)
}

/// The number in the line of /proc that begins with this name.
fn number_after(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}
