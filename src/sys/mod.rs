//! System calls as safe functions. What nix offers is used from there; what it cannot express (real-time signals, their
//! siginfo, raw masks) is here. Nothing in here allocates, but for what [`start`] does once, before anything runs.

pub mod allocate;
#[cfg(all(target_env = "musl", feature = "entrypoint"))]
pub mod c_memory;
pub mod children;
pub mod clock;
pub mod deliver;
pub mod files;
pub mod folder;
pub mod identity;
pub mod limits;
pub mod output;
pub mod pids;
pub mod process;
pub mod processes;
pub mod relro;
pub mod signals;
pub mod start;
pub mod status;
pub mod terminal;
#[cfg(feature = "entrypoint")]
pub mod try_connect;
