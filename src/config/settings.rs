//! The settings. Each is an option on the command line and a variable in the environment (its twin), and is applied by one
//! function, whichever side it came from.
//!
//! They are told apart by `match`, not by tables: each pointer in a table has to be relocated whenever rinit starts.

use std::borrow::Cow;
use std::time::Duration;

use thiserror::Error;

use super::entrypoint::{self, Job};
use super::lists::{rewriting, signals, status_mapping, statuses};
use super::values::{Lifetime, ReapReport, Switch, Value};
use super::{Config, ForwardTo, Isolate, LogFormat, Verbosity};
use crate::quoted::{Escaped, Quoted, Text};
use crate::signal::Signal;

/// One setting, and what can be said of it.
#[derive(Clone, Copy)]
pub struct Setting {
    /// `--long` on the command line; the twin is `RINIT_LONG`.
    pub long: &'static str,
    /// `-s` on the command line.
    pub short: Option<char>,
    /// Whether it takes a value there.
    pub takes: Takes,
    /// What it does. The minimal build has nobody to tell.
    #[cfg(feature = "cli")]
    pub help: &'static str,
    /// What is accepted as value.
    pub accepted: &'static str,
    /// Which it is.
    name: Name,
}

/// What an option takes on the command line. The strings are what `--help` calls it.
#[derive(Clone, Copy)]
pub enum Takes {
    /// No value.
    Nothing,
    /// A value, of which the last one counts.
    Value(&'static str),
    /// Values with commas between them; given several times, it is as if it were given once with all of them.
    List(&'static str),
    /// The same, but since they may have commas in them, each is an option of its own, and a line of the twin.
    Lines(&'static str),
}

/// How a setting is written, and what is accepted as its value.
pub(super) type Form = (&'static str, Option<char>, Takes, &'static str);

/// What was given for a setting: by an option, as often as it was there; by a variable, its lines if the setting takes lines.
#[derive(Clone, Copy)]
pub struct Items<'a>(pub &'a [&'a [u8]]);

impl<'a> Items<'a> {
    /// The only one, or the last.
    pub fn value(self) -> &'a [u8] {
        self.0.last().copied().unwrap_or_default()
    }

    /// The same, as what it means.
    pub fn parse<T: Value>(self) -> Option<T> {
        T::parse(self.value())
    }

    /// What has commas between it, in all of them, until one is not what it should be.
    pub fn each(self, item: &mut dyn FnMut(&[u8]) -> Option<()>) -> Option<()> {
        for text in self.0 {
            for part in text.split(|byte| *byte == b',') {
                item(part.trim_ascii())?;
            }
        }
        Some(())
    }

    /// The same, as values.
    pub fn list<T>(self, parse: fn(&[u8]) -> Option<T>) -> Option<Vec<T>> {
        let mut values = Vec::new();
        self.each(&mut |item| {
            values.push(parse(item)?);
            Some(())
        })?;
        Some(values)
    }

    /// Each as it is, as values.
    pub fn lines<T>(self, parse: fn(&[u8]) -> Option<T>) -> Option<Vec<T>> {
        let mut values = Vec::new();
        for line in self.0 {
            values.push(parse(line)?);
        }
        Some(values)
    }
}

/// All settings, in the order of `--help`.
pub fn settings() -> impl Iterator<Item = Setting> {
    NAMES.iter().copied().chain(entrypoint::JOBS.iter().copied().map(Name::Job)).map(Name::setting)
}

/// Which setting.
#[derive(Clone, Copy)]
enum Name {
    ForwardTo,
    Rewrite,
    StopSignal,
    StopDelay,
    StopTimeout,
    Drain,
    ExpectStatus,
    MapStatus,
    ParentDeathSignal,
    DieWithParent,
    Isolate,
    Subreaper,
    WarnOnReap,
    LogFormat,
    Verbosity,
    /// One of what a shell wrapper would do.
    Job(Job),
}

/// Those of rinit as an init.
const NAMES: [Name; 15] = [
    Name::ForwardTo,
    Name::Rewrite,
    Name::StopSignal,
    Name::StopDelay,
    Name::StopTimeout,
    Name::Drain,
    Name::ExpectStatus,
    Name::MapStatus,
    Name::ParentDeathSignal,
    Name::DieWithParent,
    Name::Isolate,
    Name::Subreaper,
    Name::WarnOnReap,
    Name::LogFormat,
    Name::Verbosity,
];

impl Name {
    fn setting(self) -> Setting {
        let (long, short, takes, accepted) = self.form();
        Setting {
            long,
            short,
            takes,
            #[cfg(feature = "cli")]
            help: self.help(),
            accepted,
            name: self,
        }
    }

    fn form(self) -> Form {
        use Takes::{List, Nothing, Value as One};
        match self {
            Name::ForwardTo => ("forward-to", None, One("WHO"), ForwardTo::ACCEPTED),
            Name::Rewrite => ("rewrite", Some('r'), List("FROM:TO"), REWRITING),
            Name::StopSignal => ("stop-signal", None, List("SIGNAL"), SIGNALS),
            Name::StopDelay => ("stop-delay", None, One("TIME"), Duration::ACCEPTED),
            Name::StopTimeout => ("stop-timeout", None, One("TIME"), Duration::ACCEPTED),
            Name::Drain => ("drain", None, One("TIME"), Duration::ACCEPTED),
            Name::ExpectStatus => ("expect-status", Some('e'), List("STATUS"), STATUSES),
            Name::MapStatus => ("map-status", None, List("FROM:TO"), STATUS_MAPPING),
            Name::ParentDeathSignal => ("parent-death-signal", Some('p'), One("SIGNAL"), Signal::ACCEPTED),
            Name::DieWithParent => ("die-with-parent", None, Nothing, Switch::ACCEPTED),
            Name::Isolate => ("isolate", None, One("HOW"), Isolate::ACCEPTED),
            Name::Subreaper => ("subreaper", Some('s'), Nothing, Switch::ACCEPTED),
            Name::WarnOnReap => ("warn-on-reap", Some('w'), Nothing, Switch::ACCEPTED),
            Name::LogFormat => ("log-format", None, One("FORMAT"), LogFormat::ACCEPTED),
            Name::Verbosity => ("verbosity", None, One("LEVEL"), Verbosity::ACCEPTED),
            Name::Job(job) => job.form(),
        }
    }

    #[cfg(feature = "cli")]
    fn help(self) -> &'static str {
        match self {
            Name::ForwardTo => {
                "Send signals to the 'child' (the default), to its process 'group', or to 'all' processes but rinit"
            }
            Name::Rewrite => "Send signal TO in the place of FROM; TO can be 'drop'",
            Name::StopSignal => "Which signals ask COMMAND to stop: TERM, INT and QUIT by default",
            Name::StopDelay => "Hold the first request to stop back for so long",
            Name::StopTimeout => "So long after a request to stop, kill COMMAND's process group",
            Name::Drain => "When COMMAND has ended, ask all that is left to end too, and kill it after so long",
            Name::ExpectStatus => "Exit with 0 where COMMAND exits with this",
            Name::MapStatus => "Exit with TO where COMMAND exits with FROM",
            Name::ParentDeathSignal => "Act as if rinit got this signal when its parent dies",
            Name::DieWithParent => "Have rinit and COMMAND killed when rinit's parent dies",
            Name::Isolate => {
                "Give COMMAND its own process 'group' (the default), its own 'session', or 'none' of these"
            }
            Name::Subreaper => "Accepted for tini's sake: rinit is a subreaper whenever it is not PID 1",
            Name::WarnOnReap => "Print a line for each orphan that is reaped",
            Name::LogFormat => "Print messages as 'text' (the default), or as 'json', an object a line",
            Name::Verbosity => "Show errors (0), warnings too (1, the default), what rinit does (2), and all (3)",
            Name::Job(job) => job.help(),
        }
    }

    /// Puts a value into the configuration, if it is acceptable.
    fn apply(self, config: &mut Config, items: Items<'_>) -> Option<()> {
        let plan = &mut config.plan;
        match self {
            Name::ForwardTo => config.forward_to = items.parse()?,
            Name::Rewrite => plan.rewrite.0 = rewriting(items)?,
            Name::StopSignal => plan.stop_signals = signals(items)?,
            Name::StopDelay => plan.stop_delay = Some(items.parse()?),
            Name::StopTimeout => plan.stop_timeout = Some(items.parse()?),
            Name::Drain => plan.drain = Some(items.parse()?),
            Name::ExpectStatus => plan.statuses.expected = statuses(items)?,
            Name::MapStatus => plan.statuses.mapped = status_mapping(items)?,
            Name::ParentDeathSignal => config.parent_death_signal = Some(items.parse()?),
            Name::DieWithParent => config.lifetime = items.parse::<Switch>()?.choose(Lifetime::Parents, Lifetime::Own),
            Name::Isolate => config.isolate = items.parse()?,
            Name::Subreaper => drop(items.parse::<Switch>()?),
            Name::WarnOnReap => {
                config.reap_report = items.parse::<Switch>()?.choose(ReapReport::Warn, ReapReport::Silent);
            }
            Name::LogFormat => config.log_format = items.parse()?,
            Name::Verbosity => config.verbosity = items.parse()?,
            Name::Job(job) => job.apply(config, items)?,
        }
        Some(())
    }
}

const REWRITING: &str =
    "FROM:TO[,FROM:TO]..., two signals by name or number; TO can be 0 or drop, FROM cannot be KILL, STOP or CHLD";
const SIGNALS: &str = "signals, by name or number, with commas between them: TERM,INT,RTMIN+3; not KILL, STOP or CHLD, which \
                       rinit never gets";
const STATUSES: &str = "exit statuses, 0 to 255, with commas between them";
const STATUS_MAPPING: &str = "FROM:TO[,FROM:TO]..., exit statuses from 0 to 255";

impl Setting {
    /// The name of the variable that says the same.
    pub fn twin(&self) -> String {
        format!("RINIT_{}", self.long.replace('-', "_").to_ascii_uppercase())
    }

    /// Whether this is that name.
    fn has_twin(&self, name: &[u8]) -> bool {
        let of_twin = |letter: u8| if letter == b'-' { b'_' } else { letter.to_ascii_uppercase() };
        name.strip_prefix(b"RINIT_").is_some_and(|name| {
            name.len() == self.long.len() && name.iter().zip(self.long.bytes()).all(|(have, is)| *have == of_twin(is))
        })
    }

    /// Applies what was given; `spelled` is how the user wrote the setting's name.
    pub(super) fn apply(&self, config: &mut Config, spelled: &[u8], items: Items<'_>) -> Result<(), UsageError> {
        self.name.apply(config, items).ok_or_else(|| UsageError::BadValue {
            option: spelled.to_vec(),
            value: items.0.join(&b','),
            accepted: self.accepted,
        })
    }
}

/// Applies a variable whose name begins with `RINIT_`. One that is no setting's twin means nothing to rinit: images
/// have `RINIT_VERSION`, and a Kubernetes service called "rinit" gives `RINIT_PORT` to every pod.
pub(super) fn apply_twin(config: &mut Config, name: &[u8], value: &[u8]) -> Result<(), UsageError> {
    match find_twin(name) {
        Some(setting @ Setting { name: Name::Job(_), takes: Takes::Lines(_), .. }) => {
            let lines: Vec<&[u8]> = value.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
            setting.apply(config, name, Items(&lines))
        }
        Some(setting) => setting.apply(config, name, Items(&[value])),
        None => entrypoint::refuse(name),
    }
}

/// The setting that a variable is the twin of.
pub fn find_twin(name: &[u8]) -> Option<Setting> {
    settings().find(|setting| setting.has_twin(name))
}

/// What rinit was told makes no sense.
#[derive(Debug, Error)]
pub enum UsageError {
    /// There is nothing to run.
    #[cfg_attr(
        feature = "cli",
        error("no command to run; usage: rinit [OPTIONS] [--] COMMAND [ARG]... ('rinit --help' tells more)")
    )]
    #[cfg_attr(
        not(feature = "cli"),
        error("no command to run; usage: rinit [--] COMMAND [ARG]..., options by RINIT_...")
    )]
    NoCommand,
    /// There is no group to forward to.
    #[error(
        "cannot use --forward-to=group with --isolate=none (or their twins in the environment): the command has no process group of its own then"
    )]
    NoGroup,
    /// Two things are to happen when the parent dies.
    #[error(
        "cannot use --parent-death-signal with --die-with-parent (or their twins in the environment): rinit would be killed and could not act on the signal"
    )]
    TwoDeaths,
    /// The value means nothing.
    #[error("cannot use {}={}: it takes {}", Escaped(.option), Quoted(.value), Text(.accepted))]
    BadValue {
        /// The option or the variable, as it was written.
        option: Vec<u8>,
        /// The value.
        value: Vec<u8>,
        /// What it should have been.
        accepted: &'static str,
    },
    /// The command line is wrong in another way.
    #[error("cannot use {}: {}", Quoted(.option), Text(.why))]
    BadUse {
        /// The option, as it was written.
        option: Vec<u8>,
        /// What is wrong with it.
        why: Cow<'static, str>,
    },
}
