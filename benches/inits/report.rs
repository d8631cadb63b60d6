//! What is measured, and what came out.

use std::collections::BTreeMap;

use crate::inits::{Init, Kind};

/// Declares the figures, in the order in which the tables have them: `Variant: key, title, unit, digits`.
macro_rules! figures {
    ($($figure:ident: $key:literal, $title:literal, $unit:literal, $digits:literal;)*) => {
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Figure { $($figure,)* }

        impl Figure {
            pub const ALL: &[Figure] = &[$(Figure::$figure,)*];

            pub fn describe(self) -> Description {
                match self {
                    $(Figure::$figure => Description { key: $key, title: $title, unit: $unit, digits: $digits },)*
                }
            }
        }
    };
}

figures! {
    StartUp: "start_up_median", "start-up, median", "µs", 0;
    StartUpP99: "start_up_p99", "start-up, p99", "µs", 0;
    StartUpByFloor: "start_up_by_floor", "start-up, median, by that of the floor", "×", 2;
    StartUpOneCpu: "start_up_one_cpu_median", "start-up on one CPU, median", "µs", 0;
    StartUpOneCpuByFloor: "start_up_one_cpu_by_floor", "start-up on one CPU, median, by that of the floor", "×", 2;
    SystemCalls: "system_calls", "system calls until the program's exec", "", 0;
    Resident: "resident", "resident memory", "kB", 0;
    ResidentMost: "resident_most", "resident memory, most", "kB", 0;
    Proportional: "proportional", "proportional memory (PSS)", "kB", 0;
    PrivateDirty: "private_dirty", "private dirty memory", "kB", 0;
    PrivateDirtyLeast: "private_dirty_least", "private dirty memory, least", "kB", 0;
    WakeUps: "wake_ups", "wake-ups in 10 idle seconds", "", 0;
    Latency: "latency_median", "signal forwarding, median", "µs", 1;
    LatencyP99: "latency_p99", "signal forwarding, p99", "µs", 1;
    Drain: "drain", "20 000 orphans: until all are reaped", "ms", 1;
    DrainCpu: "drain_cpu", "20 000 orphans: CPU time of the init", "ms", 1;
    DrainBeside: "drain_beside", "the same beside 1 000 children: until all are reaped", "ms", 1;
    DrainBesideCpu: "drain_beside_cpu", "the same beside 1 000 children: CPU time", "ms", 1;
    FloodedExit: "flooded_exit_median", "exit under a flood of SIGHUP, median", "µs", 0;
    FloodedExitWorst: "flooded_exit_worst", "exit under a flood of SIGHUP, worst", "µs", 0;
    Size: "size", "file size", "kB", 0;
}

pub struct Description {
    /// Its name in the JSON file.
    pub key: &'static str,
    pub title: &'static str,
    pub unit: &'static str,
    /// How many digits behind the point mean something.
    pub digits: usize,
}

impl Description {
    pub fn title_and_unit(&self) -> String {
        match self.unit {
            "" => self.title.to_owned(),
            unit => format!("{}, {unit}", self.title),
        }
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

    /// Fills one figure with each init's figure by that of the floor.
    pub fn compare_with_floor(&mut self, figure: Figure, by_floor: Figure) {
        let floor = self.inits.iter().position(|init| init.kind == Kind::Floor);
        let Some(of_floor) = floor.and_then(|floor| self.get(floor, figure)) else { return };
        for init in 0..self.inits.len() {
            if let Some(value) = self.get(init, figure) {
                self.set(init, by_floor, value.number() / of_floor.number());
            }
        }
    }

    /// Fills a figure with the value below which this share of each init's samples is, where there are any.
    pub fn set_quantile(&mut self, figure: Figure, samples: &mut [Vec<f64>], share: f64) {
        for (init, samples) in samples.iter_mut().enumerate() {
            if let Some(number) = quantile(samples, share) {
                self.set(init, figure, number);
            }
        }
    }
}

/// The value below which this share of the samples is. Sorts them.
pub fn quantile(samples: &mut [f64], share: f64) -> Option<f64> {
    samples.sort_by(f64::total_cmp);
    samples.get(((samples.len() as f64 - 1.0) * share).round() as usize).copied()
}
