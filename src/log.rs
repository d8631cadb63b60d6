//! The log: one line on stderr, one `write(2)`, from the stack, with its result ignored.
//!
//! It must never block (the reader of a container's log may be stuck while rinit has a signal to forward), never fail,
//! and never feed back (a closed pipe answers with SIGPIPE, which [`crate::step`] drops as rinit's own).

pub mod json;
mod line;

use std::fmt;

use crate::config::{Config, LogFormat, Verbosity};
use crate::ending::ExitStatus;
use crate::report::Identity;
use crate::signal::Signal;
use crate::sys::output;
use line::Line;

/// Writes messages of up to its verbosity.
#[derive(Clone, Copy)]
pub struct Log {
    verbosity: Verbosity,
    format: LogFormat,
}

/// What a message is about, for machines: the keys of a line of JSON.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// What happened, in a word that stays the same from version to version.
    pub event: &'static str,
    /// To whom.
    pub process: Option<Identity<'a>>,
    /// By which signal.
    pub signal: Option<Signal>,
    /// With which exit status.
    pub status: Option<ExitStatus>,
}

impl<'a> Facts<'a> {
    /// This happened.
    pub fn of(event: &'static str) -> Facts<'a> {
        Facts { event, process: None, signal: None, status: None }
    }

    /// To this process.
    pub fn process(self, process: Identity<'a>) -> Facts<'a> {
        Facts { process: Some(process), ..self }
    }

    /// By this signal.
    pub fn signal(self, signal: Signal) -> Facts<'a> {
        Facts { signal: Some(signal), ..self }
    }

    /// With this exit status.
    pub fn status(self, status: ExitStatus) -> Facts<'a> {
        Facts { status: Some(status), ..self }
    }
}

impl Log {
    /// A log as it was asked for.
    pub fn new(config: &Config) -> Log {
        Log { verbosity: config.verbosity, format: config.log_format }
    }

    /// Why rinit could not do its work. Always shown.
    pub fn error(self, facts: Facts<'_>, message: fmt::Arguments<'_>) {
        self.print(Verbosity::Quiet, facts, message);
    }

    /// Something is wrong. Shown unless `-q`.
    pub fn warning(self, facts: Facts<'_>, message: fmt::Arguments<'_>) {
        self.print(Verbosity::Normal, facts, message);
    }

    /// What rinit does. Shown with `-v`.
    pub fn info(self, facts: Facts<'_>, message: fmt::Arguments<'_>) {
        self.print(Verbosity::Verbose, facts, message);
    }

    /// What it does not come to, and why. Shown with `-vv`.
    pub fn debug(self, facts: Facts<'_>, message: fmt::Arguments<'_>) {
        self.print(Verbosity::Debug, facts, message);
    }

    /// Whether [`Log::info`] shows anything: for messages that cost something to put together.
    pub fn shows_info(self) -> bool {
        self.verbosity >= Verbosity::Verbose
    }

    fn print(self, level: Verbosity, facts: Facts<'_>, message: fmt::Arguments<'_>) {
        if level <= self.verbosity {
            let mut line = Line::EMPTY;
            match self.format {
                LogFormat::Text => line.set(message),
                LogFormat::Json => json::set(&mut line, level, facts, message),
            }
            output::write_to_stderr(line.bytes());
        }
    }
}
