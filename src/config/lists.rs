//! The values that are lists: items with commas between them.

use super::Value;
use super::settings::Items;
use crate::number::small;
use crate::plan::Pairs;
use crate::signal::{Signal, SignalSet};
use crate::words::same;

/// Signals.
pub fn signals(items: Items<'_>) -> Option<SignalSet> {
    let mut set = SignalSet::NONE;
    items.each(&mut |item| {
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
pub fn statuses(items: Items<'_>) -> Option<Vec<u8>> {
    items.list(small)
}

/// Which signal is to become which; 0 is none.
pub fn rewriting(items: Items<'_>) -> Option<Pairs> {
    pairs(items, |from, to| {
        let drop = to == b"0" || same(to, b"drop");
        Some((receivable(from)?.into(), if drop { 0 } else { Signal::parse(to)?.into() }))
    })
}

/// Which exit status is to become which.
pub fn status_mapping(items: Items<'_>) -> Option<Pairs> {
    pairs(items, |from, to| Some((small(from)?, small(to)?)))
}

/// What is before the colon, and what is behind it.
type ReadPair = fn(&[u8], &[u8]) -> Option<(u8, u8)>;

fn pairs(items: Items<'_>, pair: ReadPair) -> Option<Pairs> {
    let mut pairs = Pairs::new();
    items.each(&mut |item| {
        let colon = item.iter().position(|byte| *byte == b':')?;
        pairs.push(pair(&item[..colon], &item[colon + 1..])?);
        Some(())
    })?;
    Some(pairs)
}
