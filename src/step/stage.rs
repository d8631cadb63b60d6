//! How far the stopping has come: the phases of the man page's section STOPPING.

use std::time::Duration;

use crate::ending::ExitStatus;
use crate::plan::Plan;
use crate::signal::Signal;

/// How long killed left-overs may take to be gone. Only a process in uninterruptible sleep does, and it may for ever.
const CLEARING: Duration = Duration::from_secs(1);

/// What has been done about the program's end. Each stage may last for a time that the user has set, from when it is entered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// Nobody has asked for it.
    Running,
    /// A request, by this signal, is being held back.
    Delaying(Signal),
    /// The program has been asked by this signal.
    Stopping(Signal, Chance),
    /// It did not end in time, and has been killed.
    Killed,
    /// The program has ended, and rinit is going to exit with this status; what was left has been asked to end.
    Draining(ExitStatus, Chance),
    /// What was left then has been killed.
    Clearing(ExitStatus),
}

/// Whether it matters that the deadline passed while the container was frozen (`docker pause`): time that the program has not
/// had. It is given the same time once more, and once only.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Chance {
    /// It does.
    First,
    /// It has had that.
    Last,
}

/// How a deadline was noticed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Notice {
    /// When it passed.
    InTime,
    /// Much later: rinit did not run, and so, it may be, did nobody else.
    Late,
}

impl Notice {
    /// What a busy machine may make of a punctual wake-up. Where it is even busier, the program gets more time than it was to
    /// have, which is no harm.
    const TOLERANCE: Duration = Duration::from_millis(100);

    /// How a deadline was noticed so long after it.
    pub fn after(late: Duration) -> Notice {
        if late > Self::TOLERANCE { Notice::Late } else { Notice::InTime }
    }
}

impl Stage {
    /// How long it may last; none for as long as it takes.
    pub fn limit(self, plan: &Plan) -> Option<Duration> {
        match self {
            Stage::Running | Stage::Killed => None,
            Stage::Delaying(_) => plan.stop_delay,
            Stage::Stopping(..) => plan.stop_timeout,
            Stage::Draining(..) => plan.drain,
            Stage::Clearing(_) => Some(CLEARING),
        }
    }

    /// Whether the program is still there.
    pub fn has_program(self) -> bool {
        match self {
            Stage::Running | Stage::Delaying(_) | Stage::Stopping(..) | Stage::Killed => true,
            Stage::Draining(..) | Stage::Clearing(_) => false,
        }
    }
}
