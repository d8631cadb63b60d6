//! The figures that are the same in each run, and what they may be at most in a released build.
//!
//! A stack of one and a half kilobytes lies on one, two or three pages, as the kernel's random offset has it. Resident memory
//! has to keep its limit wherever the stack is. Of the minimal build's dirty memory, of which there is little else, the least counts:
//! that is what the init itself needs, and the same in each run. Sizes are 320 and 64 kilobytes of 1000 bytes, in the table's unit
//! of 1024.

use std::env;

use crate::inits::{RELEASED, RELEASED_MINIMAL};
use crate::report::{Figure, Report};

const LIMITS: [(&str, Figure, f64); 10] = [
    (RELEASED, Figure::Size, 312.5),
    (RELEASED, Figure::SystemCalls, 24.0),
    (RELEASED, Figure::WakeUps, 0.0),
    (RELEASED, Figure::ResidentMost, 160.0),
    (RELEASED, Figure::PrivateDirty, 24.0),
    (RELEASED_MINIMAL, Figure::Size, 62.5),
    (RELEASED_MINIMAL, Figure::SystemCalls, 24.0),
    (RELEASED_MINIMAL, Figure::WakeUps, 0.0),
    (RELEASED_MINIMAL, Figure::ResidentMost, 80.0),
    (RELEASED_MINIMAL, Figure::PrivateDirtyLeast, 12.0),
];

/// Says of each limit whether it is kept. What could not be measured is a failure in CI, and nowhere else.
pub fn are_kept(report: &Report) -> bool {
    let ci = env::var_os("CI").is_some();
    let mut kept = true;
    for (name, figure, limit) in LIMITS {
        let init = report.inits.iter().position(|init| init.name == name);
        let (verdict, is) = match init.and_then(|init| report.get(init, figure)) {
            Some(value) if value.number() <= limit => ("ok", value.show(1)),
            Some(value) => ("FAILED", value.show(1)),
            None if ci => ("FAILED", "unknown".to_owned()),
            None => ("skipped", "unknown".to_owned()),
        };
        println!("{verdict:7}  {name}: {}: at most {limit}, is {is}", figure.describe().title_and_unit());
        kept &= verdict != "FAILED";
    }
    kept
}
