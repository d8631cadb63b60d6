//! What is measured, and what came out.

use std::collections::BTreeMap;

use crate::inits::{Init, Kind};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Figure {
    StartUp,
    StartUpP99,
    StartUpByFloor,
    SystemCalls,
    Resident,
    Proportional,
    PrivateDirty,
    WakeUps,
    Latency,
    LatencyP99,
    Drain,
    DrainCpu,
    DrainBeside,
    DrainBesideCpu,
    FloodedExit,
    FloodedExitWorst,
    Size,
}

pub struct Description {
    /// Its name in the JSON file.
    pub key: &'static str,
    pub title: &'static str,
    pub unit: &'static str,
    /// How many digits behind the point mean something.
    pub digits: usize,
}

impl Figure {
    pub const ALL: [Figure; 17] = {
        use Figure::*;
        [
            StartUp,
            StartUpP99,
            StartUpByFloor,
            SystemCalls,
            Resident,
            Proportional,
            PrivateDirty,
            WakeUps,
            Latency,
            LatencyP99,
            Drain,
            DrainCpu,
            DrainBeside,
            DrainBesideCpu,
            FloodedExit,
            FloodedExitWorst,
            Size,
        ]
    };

    /// Those that a glance at the chart should show.
    pub const CHARTED: [Figure; 9] = {
        use Figure::*;
        [StartUp, SystemCalls, Resident, PrivateDirty, WakeUps, Latency, DrainCpu, FloodedExit, Size]
    };

    pub fn describe(self) -> Description {
        let (key, title, unit, digits) = match self {
            Figure::StartUp => ("start_up_median", "start-up, median", "µs", 0),
            Figure::StartUpP99 => ("start_up_p99", "start-up, p99", "µs", 0),
            Figure::StartUpByFloor => ("start_up_by_floor", "start-up, median, by that of the floor", "×", 2),
            Figure::SystemCalls => ("system_calls", "system calls until the program's exec", "", 0),
            Figure::Resident => ("resident", "resident memory", "kB", 0),
            Figure::Proportional => ("proportional", "proportional memory (PSS)", "kB", 0),
            Figure::PrivateDirty => ("private_dirty", "private dirty memory", "kB", 0),
            Figure::WakeUps => ("wake_ups", "wake-ups in 10 idle seconds", "", 0),
            Figure::Latency => ("latency_median", "signal forwarding, median", "µs", 1),
            Figure::LatencyP99 => ("latency_p99", "signal forwarding, p99", "µs", 1),
            Figure::Drain => ("drain", "20 000 orphans: until all are reaped", "ms", 1),
            Figure::DrainCpu => ("drain_cpu", "20 000 orphans: CPU time of the init", "ms", 1),
            Figure::DrainBeside => ("drain_beside", "the same beside 1 000 children: until all are reaped", "ms", 1),
            Figure::DrainBesideCpu => ("drain_beside_cpu", "the same beside 1 000 children: CPU time", "ms", 1),
            Figure::FloodedExit => ("flooded_exit_median", "exit under a flood of SIGHUP, median", "µs", 0),
            Figure::FloodedExitWorst => ("flooded_exit_worst", "exit under a flood of SIGHUP, worst", "µs", 0),
            Figure::Size => ("size", "file size", "kB", 0),
        };
        Description { key, title, unit, digits }
    }
}

/// What was measured, or a bound of it where somebody lost patience.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Value {
    Exactly(f64),
    AtLeast(f64),
}

impl Value {
    pub fn number(self) -> f64 {
        let (Value::Exactly(number) | Value::AtLeast(number)) = self;
        number
    }

    pub fn show(self, digits: usize) -> String {
        match self {
            Value::Exactly(number) => format!("{number:.digits$}"),
            Value::AtLeast(number) => format!("> {number:.digits$}"),
        }
    }
}

pub struct Report {
    pub inits: Vec<Init>,
    values: BTreeMap<(usize, Figure), Value>,
}

impl Report {
    pub fn new(inits: Vec<Init>) -> Report {
        Report { inits, values: BTreeMap::new() }
    }

    pub fn set(&mut self, init: usize, figure: Figure, number: f64) {
        self.set_value(init, figure, Value::Exactly(number));
    }

    pub fn set_value(&mut self, init: usize, figure: Figure, value: Value) {
        self.values.insert((init, figure), value);
    }

    pub fn get(&self, init: usize, figure: Figure) -> Option<Value> {
        self.values.get(&(init, figure)).copied()
    }

    /// An init's figure by that of the first init.
    pub fn ratio(&self, init: usize, figure: Figure) -> Option<Value> {
        let first = self.get(0, figure)?.number();
        let ratio = |number: f64| number / first;
        match self.get(init, figure)? {
            _ if first == 0.0 => None,
            Value::Exactly(number) => Some(Value::Exactly(ratio(number))),
            Value::AtLeast(number) => Some(Value::AtLeast(ratio(number))),
        }
    }

    /// The start-up of each init by that of the floor, which has to be known by now.
    pub fn compare_with_floor(&mut self) {
        let floor = self.inits.iter().position(|init| init.kind == Kind::Floor);
        let Some(of_floor) = floor.and_then(|floor| self.get(floor, Figure::StartUp)) else { return };
        for init in 0..self.inits.len() {
            if let Some(value) = self.get(init, Figure::StartUp) {
                self.set(init, Figure::StartUpByFloor, value.number() / of_floor.number());
            }
        }
    }
}

/// The value below which this share of the samples is. Sorts them.
pub fn quantile(samples: &mut [f64], share: f64) -> Option<f64> {
    samples.sort_by(f64::total_cmp);
    samples.get(((samples.len() as f64 - 1.0) * share).round() as usize).copied()
}
