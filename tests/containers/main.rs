//! What an init does in real containers, made by a Docker engine: tests that stop, kill, limit and strip them, and look.
//!
//! No registry is needed: the one image is made of the binary, busybox (static) and the programs of the tests. Where no
//! engine answers, the tests say so and pass; in CI (the variable `CI` is set) they fail instead.
//!
//! `cargo test` builds the examples, `cargo test --test containers` does not: run `cargo build --examples` before it.
//!
//! `INIT_UNDER_TEST` names another init to test instead, with its options, which must be a static binary:
//! `INIT_UNDER_TEST='/usr/bin/tini-static --' cargo test --test containers`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test that cannot go on should stop.

mod container;
mod engine;
mod family;
mod image;
#[path = "../behaviour/harness/pty.rs"]
mod pty;

mod deadlines;
mod draining;
mod entrypoint;
mod example;
mod json;
mod limits;
mod other_users;
mod parents;
mod real_software;
mod reaping;
mod statuses;
mod stop_requests;
mod stopping;
mod terminal;

use engine::patience;
