//! The table of settings. Each is an option on the command line and a variable in the environment (its twin), and is
//! applied by one function, whichever side it came from.

use thiserror::Error;

use super::Config;
use super::values::{ReapReport, Switch, Value};
use crate::quoted::Quoted;

/// One setting.
pub struct Setting {
    /// `--long` on the command line; the twin is `RINIT_LONG`.
    pub long: &'static str,
    /// `-s` on the command line.
    pub short: Option<char>,
    /// What the value is called in `--help`; none if the option takes no value.
    pub value_name: Option<&'static str>,
    /// What it does.
    pub help: &'static str,
    /// What is accepted as value.
    pub accepted: &'static str,
    /// Puts a value into the configuration, if it is acceptable.
    apply: fn(&mut Config, &[u8]) -> Option<()>,
}

/// All of them, in the order of `--help`.
pub const SETTINGS: &[Setting] = &[
    Setting {
        long: "forward-to",
        short: None,
        value_name: Some("WHO"),
        help: "Send signals to the 'child' (the default) or to its process 'group'",
        accepted: super::ForwardTo::ACCEPTED,
        apply: |config, value| {
            config.forward_to = parse(value)?;
            Some(())
        },
    },
    Setting {
        long: "warn-on-reap",
        short: Some('w'),
        value_name: None,
        help: "Print a line for each orphan that is reaped",
        accepted: Switch::ACCEPTED,
        apply: |config, value| {
            config.reap_report = match parse(value)? {
                Switch::On => ReapReport::Warn,
                Switch::Off => ReapReport::Silent,
            };
            Some(())
        },
    },
    Setting {
        long: "subreaper",
        short: Some('s'),
        value_name: None,
        help: "Accepted for tini's sake: rinit is a subreaper whenever it is not PID 1",
        accepted: Switch::ACCEPTED,
        apply: |_, value| parse::<Switch>(value).map(|_| ()),
    },
    Setting {
        long: "isolate",
        short: None,
        value_name: Some("HOW"),
        help: "Give COMMAND its own process 'group' (the default), its own 'session', or 'none' of these",
        accepted: super::Isolate::ACCEPTED,
        apply: |config, value| {
            config.isolate = parse(value)?;
            Some(())
        },
    },
    Setting {
        long: "verbosity",
        short: None,
        value_name: Some("LEVEL"),
        help: "Show errors (0), warnings too (1, the default), what rinit does (2), and all (3)",
        accepted: super::Verbosity::ACCEPTED,
        apply: |config, value| {
            config.verbosity = parse(value)?;
            Some(())
        },
    },
];

impl Setting {
    /// The name of the variable that says the same.
    pub fn twin(&self) -> String {
        format!("RINIT_{}", self.long.replace('-', "_").to_ascii_uppercase())
    }

    /// Applies a value; `spelled` is how the user wrote the setting's name.
    pub(super) fn apply(&self, config: &mut Config, spelled: &[u8], value: &[u8]) -> Result<(), UsageError> {
        (self.apply)(config, value).ok_or_else(|| UsageError::BadValue {
            option: String::from_utf8_lossy(spelled).into_owned(),
            value: value.to_vec(),
            accepted: self.accepted,
        })
    }
}

/// Applies a variable whose name begins with `RINIT_`. One that is no setting's twin means nothing to rinit: images
/// have `RINIT_VERSION`, and a Kubernetes service called "rinit" gives `RINIT_PORT` to every pod.
pub(super) fn apply_twin(config: &mut Config, name: &[u8], value: &[u8]) -> Result<(), UsageError> {
    find_twin(name).map_or(Ok(()), |setting| setting.apply(config, name, value))
}

/// The setting that a variable is the twin of.
pub fn find_twin(name: &[u8]) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.twin().as_bytes() == name)
}

fn parse<T: Value>(value: &[u8]) -> Option<T> {
    str::from_utf8(value).ok()?.parse().ok()
}

/// What rinit was told makes no sense.
#[derive(Debug, Error)]
pub enum UsageError {
    /// There is nothing to run.
    #[error("no command to run; usage: rinit [OPTIONS] [--] COMMAND [ARG]... ('rinit --help' tells more)")]
    NoCommand,
    /// There is no group to forward to.
    #[error("cannot use --forward-to=group with --isolate=none: the command has no process group of its own then")]
    NoGroup,
    /// The value means nothing.
    #[error("cannot use {option}={}: it takes {accepted}", Quoted(.value))]
    BadValue {
        /// The option or the variable, as it was written.
        option: String,
        /// The value.
        value: Vec<u8>,
        /// What it should have been.
        accepted: &'static str,
    },
    /// The command line is wrong in another way.
    #[error("cannot use {}: {why}", Quoted(.option.as_bytes()))]
    BadUse {
        /// The option, as it was written.
        option: String,
        /// What is wrong with it.
        why: String,
    },
}
