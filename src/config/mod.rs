//! What rinit was told: the environment first, then the command line, which wins.

#[cfg(feature = "cli")]
mod command_line;
#[cfg(not(feature = "cli"))]
#[path = "no_command_line.rs"]
mod command_line;
#[cfg_attr(not(feature = "entrypoint"), path = "no_entrypoint.rs")]
mod entrypoint;
mod lists;
#[cfg(feature = "cli")]
mod origins;
mod settings;
mod values;

use std::ffi::CStr;

#[cfg(feature = "cli")]
pub use command_line::definition;
#[cfg(feature = "cli")]
pub use origins::Origins;
pub use settings::{Items, Setting, Takes, UsageError, find_twin, settings};
pub use values::{ForwardTo, Isolate, Lifetime, LogFormat, ReapReport, Value, Verbosity};

use crate::entrypoint::Entrypoint;
use crate::environment::Environment;
use crate::plan::Plan;
use crate::signal::Signal;

/// How rinit behaves. The default is what it does without any option: what tini does, in silence.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Config {
    /// Which messages are shown.
    pub verbosity: Verbosity,
    /// What they look like.
    pub log_format: LogFormat,
    /// Who gets the signals that rinit gets.
    pub forward_to: ForwardTo,
    /// How far the program is set apart from rinit.
    pub isolate: Isolate,
    /// Whether each reaped orphan is worth a line.
    pub reap_report: ReapReport,
    /// What becomes of signals and of the program's status.
    pub plan: Plan,
    /// What rinit is to get when its parent dies.
    pub parent_death_signal: Option<Signal>,
    /// Whether rinit and its program are killed then.
    pub lifetime: Lifetime,
    /// What is to be done before the program is started, if anything is.
    pub entrypoint: Option<Box<Entrypoint>>,
}

/// What rinit was asked to do.
#[derive(Debug)]
pub enum Request<'a> {
    /// Run this command, which is not empty.
    Run(&'a [&'a CStr]),
    #[cfg(feature = "cli")]
    /// Say what would be run, and how; this is where the settings come from.
    Check(Origins, &'a [&'a CStr]),
    #[cfg(feature = "cli")]
    /// Report on the processes of the container.
    Examine,
    /// Print this on stdout and exit with 0 (`--help`, `--version`, `--license`).
    Show(String),
}

impl<'a> Request<'a> {
    /// Reads the environment and the arguments (`argv` without its first word) into `config`. What was understood before an
    /// error is there too: in which format to complain.
    ///
    /// # Errors
    /// A value, in either of them, that is not accepted; an option that does not exist; no command.
    #[inline(never)] // What it needs of the stack is free when the program runs.
    pub fn read(
        config: &mut Config,
        environment: &Environment<'_>,
        arguments: &'a [&'a CStr],
    ) -> Result<Request<'a>, UsageError> {
        // Of two variables with one name the first counts, as for getenv(3).
        let mut twins = Ok(());
        for (name, value) in environment.own().rev() {
            let applied = settings::apply_twin(config, name, value);
            if twins.is_ok() {
                twins = applied;
            }
        }
        let request = match arguments {
            // How every container starts: nothing for clap to do, so it is not even asked.
            [dashes, command @ ..] if dashes.to_bytes() == b"--" => Ok(Request::Run(command)),
            [first, ..] if !first.to_bytes().starts_with(b"-") => Ok(Request::Run(arguments)),
            [] => Ok(Request::Run(arguments)),
            _ => command_line::parse(config, arguments),
        };
        twins?;
        let request = request?;
        match request.command() {
            Some([]) if config.has_no_default() => Err(UsageError::NoCommand),
            Some(_) => config.contradiction().map_or(Ok(request), Err),
            None => Ok(request),
        }
    }

    /// What it is about, if that is a command.
    fn command(&self) -> Option<&'a [&'a CStr]> {
        match self {
            Request::Run(command) => Some(command),
            #[cfg(feature = "cli")]
            Request::Check(_, command) => Some(command),
            #[cfg(feature = "cli")]
            Request::Examine => None,
            Request::Show(_) => None,
        }
    }
}

impl Config {
    fn has_no_default(&self) -> bool {
        self.entrypoint.as_ref().is_none_or(|entrypoint| !entrypoint.has_default())
    }

    fn contradiction(&self) -> Option<UsageError> {
        match self {
            Config { forward_to: ForwardTo::Group, isolate: Isolate::None, .. } => Some(UsageError::NoGroup),
            Config { parent_death_signal: Some(_), lifetime: Lifetime::Parents, .. } => Some(UsageError::TwoDeaths),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
