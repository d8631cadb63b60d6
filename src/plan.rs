//! What [`crate::step`] goes by: how the program is to be stopped, and what becomes of its status, as the user told it.

use std::time::Duration;

use crate::ending::ExitStatus;
use crate::signal::{Signal, SignalSet};

/// What rinit was told about signals, stopping, and the end. The default is what it does without any option.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// Which signals, as they are received, ask the program to end: `--stop-signal`.
    pub stop_signals: SignalSet,
    /// What is sent in the place of what is received.
    pub rewrite: Rewrite,
    /// How long the first request to stop is held back.
    pub stop_delay: Option<Duration>,
    /// How long after a request the program may still run.
    pub stop_timeout: Option<Duration>,
    /// How long what the program has left behind may still run.
    pub drain: Option<Duration>,
    /// What rinit exits with in the place of the program's status.
    pub statuses: StatusMap,
}

impl Default for Plan {
    fn default() -> Plan {
        Plan {
            stop_signals: SignalSet::of([Signal::TERM, Signal::INT, Signal::QUIT]),
            rewrite: Rewrite::default(),
            stop_delay: None,
            stop_timeout: None,
            drain: None,
            statuses: StatusMap::default(),
        }
    }
}

/// Pairs of small numbers, of which the last one counts. Few: nearly every container has none.
pub type Pairs = Vec<(u8, u8)>;

fn find(pairs: &Pairs, from: u8) -> Option<u8> {
    pairs.iter().rev().find(|pair| pair.0 == from).map(|pair| pair.1)
}

/// `--rewrite`: pairs of signal numbers, 0 for none.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Rewrite(pub Pairs);

impl Rewrite {
    /// What to send when this has been received; none to send nothing.
    pub fn apply(&self, received: Signal) -> Option<Signal> {
        match find(&self.0, received.into()) {
            Some(number) => Signal::new(number.into()),
            None => Some(received),
        }
    }
}

/// `--expect-status` and `--map-status`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct StatusMap {
    /// Those that are as good as 0.
    pub expected: Vec<u8>,
    /// Those that become others, before anything else.
    pub mapped: Pairs,
}

impl StatusMap {
    /// What rinit exits with, once: what comes out is not looked up again.
    pub fn apply(&self, status: ExitStatus) -> ExitStatus {
        match find(&self.mapped, status.0) {
            Some(mapped) => ExitStatus(mapped),
            None if self.expects(status) => ExitStatus::SUCCESS,
            None => status,
        }
    }

    /// Whether the user has said that this is no failure.
    pub fn expects(&self, status: ExitStatus) -> bool {
        self.expected.contains(&status.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_are_rewritten_once_and_by_the_last_word_on_them() {
        let number = |signal: Signal| u8::from(signal);
        let (term, quit, winch, hup) = (Signal::TERM, Signal::QUIT, Signal::WINCH, Signal::HUP);
        let pairs =
            vec![(number(term), 1), (number(term), number(quit)), (number(winch), 0), (number(quit), number(hup))];
        let rewrite = Rewrite(pairs);
        assert_eq!(rewrite.apply(term), Some(quit));
        assert_eq!(rewrite.apply(winch), None);
        assert_eq!(rewrite.apply(quit), Some(hup));
        assert_eq!(rewrite.apply(hup), Some(hup));
    }

    #[test]
    fn statuses_are_mapped_once() {
        let statuses = StatusMap { expected: vec![143, 3], mapped: vec![(1, 143), (3, 4)] };
        for (from, to) in [(0, 0), (1, 143), (2, 2), (3, 4), (4, 4), (143, 0), (255, 255)] {
            assert_eq!(statuses.apply(ExitStatus(from)), ExitStatus(to), "{from}");
        }
    }
}
