//! The files in dist/, used as people use them. `cargo xtask dist` must have made them: .ci/run does that first.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot go on should say so and stop"
)]

mod binaries;
mod completions;
mod harness;
mod image;
mod lists;
mod manual;
mod package;
