//! What an init does, as sentences, tested on the binary in PID namespaces of its own: as their PID 1, and as a process
//! further down that has to be a subreaper.
//!
//! `INIT_UNDER_TEST` names another init to test instead: `INIT_UNDER_TEST=tini cargo test --test behaviour`; docs/compare.sh does so.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test that cannot go on should stop.

#[macro_use]
mod harness;

mod command_line;
mod draining;
mod ending;
mod entrypoint;
mod floods;
mod forwarding;
mod isolation;
mod job_control;
mod json;
mod leftovers;
mod log;
mod odd_places;
mod parent_death;
mod reaping;
mod rewriting;
mod senders;
mod starting;
mod statuses;
mod stopping;
mod strangers;
mod terminal;
mod transparency;
