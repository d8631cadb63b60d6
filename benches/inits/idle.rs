//! What an init costs while nothing happens: memory, wake-ups, and the file.

use std::io;
use std::thread::sleep;
use std::time::Duration;

use crate::instance::Instance;
use crate::report::{Figure, Report};
use crate::sys;

/// Long enough to have done all that comes after the program's start.
const SETTLED: Duration = Duration::from_millis(100);

/// How often memory is looked at. Where the kernel puts the stack, by chance, makes a difference of a page or two, and limits.rs
/// counts on a look without these: that is one in eight, and none of 120 is one once in nine million times.
const LOOKS: usize = 120;

pub fn measure_memory(report: &mut Report) -> io::Result<()> {
    // A page of a fresh file counts as dirty memory of who maps it, until it is written to disk.
    sys::sync();
    for init in &report.inits {
        sys::forget(&init.path)?;
    }
    let lines = ["Rss:", "Pss:", "Private_Dirty:"];
    let mut samples = lines.map(|_| vec![Vec::with_capacity(LOOKS); report.inits.len()]);
    for _ in 0..LOOKS {
        for (init, instance) in idle_instances(report)?.iter().enumerate() {
            let memory = instance.proc_file("smaps_rollup")?;
            for (line, samples) in lines.iter().zip(&mut samples) {
                samples[init].extend(number_after(&memory, line));
            }
        }
    }
    let [resident, proportional, dirty] = &mut samples;
    report.set_quantile(Figure::Resident, resident, 0.5);
    report.set_quantile(Figure::ResidentMost, resident, 1.0);
    report.set_quantile(Figure::Proportional, proportional, 0.5);
    report.set_quantile(Figure::PrivateDirty, dirty, 0.5);
    report.set_quantile(Figure::PrivateDirtyLeast, dirty, 0.0);
    Ok(())
}

/// Counted for ten seconds, or for less and then projected.
pub fn count_wake_ups(report: &mut Report, time: Duration) -> io::Result<()> {
    let instances = idle_instances(report)?;
    let before = instances.iter().map(switches).collect::<io::Result<Vec<f64>>>()?;
    sleep(time);
    for (init, instance) in instances.iter().enumerate() {
        let count = switches(instance)? - before[init];
        report.set(init, Figure::WakeUps, count * 10.0 / time.as_secs_f64());
    }
    Ok(())
}

/// All of them at once, since they have nothing to do.
fn idle_instances(report: &Report) -> io::Result<Vec<Instance>> {
    let instances = report.inits.iter().map(|init| Instance::start(init, &["idle"])).collect();
    sleep(SETTLED);
    instances
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
