//! The parts of `rinit`, an init (PID 1) for containers. `src/main.rs` puts them together and reads as the recipe.
//!
//! Two places may be unsafe: [`sys`], which turns system calls into safe functions, and [`child`], the window between
//! clone and exec. Everything else forbids it.

#![deny(unsafe_code)]

#[cfg(feature = "cli")]
#[forbid(unsafe_code)]
pub mod check;
#[allow(unsafe_code)]
pub mod child;
#[forbid(unsafe_code)]
pub mod command;
#[forbid(unsafe_code)]
pub mod config;
#[cfg(feature = "cli")]
#[forbid(unsafe_code)]
pub mod doctor;
#[forbid(unsafe_code)]
mod elf;
#[forbid(unsafe_code)]
pub mod ending;
#[cfg_attr(not(feature = "entrypoint"), path = "no_entrypoint.rs")]
#[forbid(unsafe_code)]
pub mod entrypoint;
#[forbid(unsafe_code)]
pub mod environment;
#[forbid(unsafe_code)]
pub mod errno;
#[forbid(unsafe_code)]
pub mod error;
#[forbid(unsafe_code)]
mod everyone;
#[forbid(unsafe_code)]
pub mod explain;
#[forbid(unsafe_code)]
pub mod inherited;
#[forbid(unsafe_code)]
pub mod isolation;
#[forbid(unsafe_code)]
pub mod log;
#[forbid(unsafe_code)]
mod number;
#[forbid(unsafe_code)]
mod oom;
#[forbid(unsafe_code)]
pub mod parent;
#[forbid(unsafe_code)]
pub mod plan;
#[forbid(unsafe_code)]
pub mod quoted;
#[forbid(unsafe_code)]
pub mod report;
#[forbid(unsafe_code)]
pub mod signal;
#[forbid(unsafe_code)]
pub mod spawn;
#[forbid(unsafe_code)]
pub mod step;
#[forbid(unsafe_code)]
pub mod supervise;
#[allow(unsafe_code)]
pub mod sys;
#[forbid(unsafe_code)]
pub mod terminal;
#[forbid(unsafe_code)]
mod words;
