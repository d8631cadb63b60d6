//! The figures that are the same in each run, and what they may be at most in a released build.

use crate::inits::{Kind, RELEASED, RELEASED_MINIMAL};
use crate::report::{Figure, Report};

const LIMITS: [(&str, Figure, f64); 10] = [
    (RELEASED, Figure::Size, 320.0),
    (RELEASED, Figure::SystemCalls, 24.0),
    (RELEASED, Figure::WakeUps, 0.0),
    (RELEASED, Figure::Resident, 160.0),
    (RELEASED, Figure::PrivateDirty, 24.0),
    (RELEASED_MINIMAL, Figure::Size, 64.0),
    (RELEASED_MINIMAL, Figure::SystemCalls, 24.0),
    (RELEASED_MINIMAL, Figure::WakeUps, 0.0),
    (RELEASED_MINIMAL, Figure::Resident, 80.0),
    (RELEASED_MINIMAL, Figure::PrivateDirty, 12.0),
];

/// Says of each limit whether it is kept. True if all are that apply; what could not be measured is no failure.
pub fn are_kept(report: &Report) -> bool {
    let mut kept = true;
    for (name, figure, limit) in LIMITS {
        let released = |init: &crate::inits::Init| init.kind == Kind::Rinit && init.name == name;
        let Some(init) = report.inits.iter().position(released) else { continue };
        let description = figure.describe();
        let what = format!("{name}: {}: at most {limit} {}", description.title, description.unit);
        match report.get(init, figure) {
            Some(value) if value.number() <= limit => println!("ok      {}, is {}", what.trim_end(), value.show(0)),
            Some(value) => {
                println!("FAILED  {}, is {}", what.trim_end(), value.show(1));
                kept = false;
            }
            None => println!("unknown {}", what.trim_end()),
        }
    }
    kept
}
