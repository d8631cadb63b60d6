//! The values that are lists: items with commas between them.

use super::Value;
use crate::number::small;
use crate::plan::Pairs;
use crate::signal::{Signal, SignalSet};

/// Signals.
pub fn signals(text: &[u8]) -> Option<SignalSet> {
    let mut set = SignalSet::NONE;
    each(text, &mut |item| {
        set.insert(receivable(item)?);
        Some(())
    })?;
    Some(set)
}

/// A signal that something can be done about: KILL and STOP never arrive, and the kernel's SIGCHLD is not forwarded.
fn receivable(text: &[u8]) -> Option<Signal> {
    Signal::parse(text).filter(|signal| ![Signal::KILL, Signal::STOP, Signal::CHLD].contains(signal))
}

/// Exit statuses.
pub fn statuses(text: &[u8]) -> Option<Vec<u8>> {
    let mut statuses = Vec::new();
    each(text, &mut |item| {
        statuses.push(small(item)?);
        Some(())
    })?;
    Some(statuses)
}

/// Which signal is to become which; 0 is none.
pub fn rewriting(text: &[u8]) -> Option<Pairs> {
    pairs(text, |from, to| {
        let drop = to == b"0" || to.eq_ignore_ascii_case(b"drop");
        Some((receivable(from)?.into(), if drop { 0 } else { Signal::parse(to)?.into() }))
    })
}

/// Which exit status is to become which.
pub fn status_mapping(text: &[u8]) -> Option<Pairs> {
    pairs(text, |from, to| Some((small(from)?, small(to)?)))
}

/// What is before the colon, and what is behind it.
type ReadPair = fn(&[u8], &[u8]) -> Option<(u8, u8)>;

fn pairs(text: &[u8], pair: ReadPair) -> Option<Pairs> {
    let mut pairs = Pairs::new();
    each(text, &mut |item| {
        let colon = item.iter().position(|byte| *byte == b':')?;
        pairs.push(pair(&item[..colon], &item[colon + 1..])?);
        Some(())
    })?;
    Some(pairs)
}

/// Each of them, until one is not what it should be.
fn each(text: &[u8], item: &mut dyn FnMut(&[u8]) -> Option<()>) -> Option<()> {
    text.split(|byte| *byte == b',').try_for_each(|text| item(text.trim_ascii()))
}
