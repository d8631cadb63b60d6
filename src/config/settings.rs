//! The table of settings. Each is an option on the command line and a variable in the environment (its twin), and is
//! applied by one function, whichever side it came from.

use std::time::Duration;

use thiserror::Error;

use super::lists::{rewriting, signals, status_mapping, statuses};
use super::values::{Lifetime, ReapReport, Switch, Value};
use super::{Config, ForwardTo, Isolate, LogFormat, Verbosity};
use crate::quoted::Quoted;
use crate::signal::Signal;

/// One setting.
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
    /// Puts a value into the configuration, if it is acceptable.
    apply: Apply,
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

type Apply = fn(&mut Config, Items<'_>) -> Option<()>;

/// What was given for a setting: by an option, as often as it was there; by a variable, its lines if the setting takes lines.
#[derive(Clone, Copy)]
pub struct Items<'a>(pub &'a [&'a [u8]]);

impl<'a> Items<'a> {
    /// The only one, or the last.
    pub fn value(self) -> &'a [u8] {
        self.0.last().copied().unwrap_or_default()
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
pub fn settings() -> impl Iterator<Item = &'static Setting> {
    SETTINGS.iter().chain(super::entrypoint::SETTINGS)
}

/// Those of rinit as an init.
const SETTINGS: &[Setting] = &[
    Setting::new(
        ("forward-to", None, Takes::Value("WHO")),
        "Send signals to the 'child' (the default), to its process 'group', or to 'all' processes but rinit",
        ForwardTo::ACCEPTED,
        |config, items| put(&mut config.forward_to, items),
    ),
    Setting::new(
        ("rewrite", Some('r'), Takes::List("FROM:TO")),
        "Send signal TO in the place of FROM; TO can be 'drop'",
        "FROM:TO[,FROM:TO]..., two signals by name or number; TO can be 0 or drop, FROM cannot be KILL, STOP or CHLD",
        |config, items| {
            config.plan.rewrite.0 = rewriting(items)?;
            Some(())
        },
    ),
    Setting::new(
        ("stop-signal", None, Takes::List("SIGNAL")),
        "Which signals ask COMMAND to stop: TERM, INT and QUIT by default",
        "signals, by name or number, with commas between them: TERM,INT,RTMIN+3; not KILL, STOP or CHLD, which rinit never gets",
        |config, items| {
            config.plan.stop_signals = signals(items)?;
            Some(())
        },
    ),
    Setting::new(
        ("stop-delay", None, Takes::Value("TIME")),
        "Hold the first request to stop back for so long",
        Duration::ACCEPTED,
        |config, items| put_some(&mut config.plan.stop_delay, items),
    ),
    Setting::new(
        ("stop-timeout", None, Takes::Value("TIME")),
        "So long after a request to stop, kill COMMAND's process group",
        Duration::ACCEPTED,
        |config, items| put_some(&mut config.plan.stop_timeout, items),
    ),
    Setting::new(
        ("drain", None, Takes::Value("TIME")),
        "When COMMAND has ended, ask all that is left to end too, and kill it after so long",
        Duration::ACCEPTED,
        |config, items| put_some(&mut config.plan.drain, items),
    ),
    Setting::new(
        ("expect-status", Some('e'), Takes::List("STATUS")),
        "Exit with 0 where COMMAND exits with this",
        "exit statuses, 0 to 255, with commas between them",
        |config, items| {
            config.plan.statuses.expected = statuses(items)?;
            Some(())
        },
    ),
    Setting::new(
        ("map-status", None, Takes::List("FROM:TO")),
        "Exit with TO where COMMAND exits with FROM",
        "FROM:TO[,FROM:TO]..., exit statuses from 0 to 255",
        |config, items| {
            config.plan.statuses.mapped = status_mapping(items)?;
            Some(())
        },
    ),
    Setting::new(
        ("parent-death-signal", Some('p'), Takes::Value("SIGNAL")),
        "Act as if rinit got this signal when its parent dies",
        Signal::ACCEPTED,
        |config, items| put_some(&mut config.parent_death_signal, items),
    ),
    Setting::new(
        ("die-with-parent", None, Takes::Nothing),
        "Have rinit and COMMAND killed when rinit's parent dies",
        Switch::ACCEPTED,
        |config, items| switch(&mut config.lifetime, items, [Lifetime::Own, Lifetime::Parents]),
    ),
    Setting::new(
        ("isolate", None, Takes::Value("HOW")),
        "Give COMMAND its own process 'group' (the default), its own 'session', or 'none' of these",
        Isolate::ACCEPTED,
        |config, items| put(&mut config.isolate, items),
    ),
    Setting::new(
        ("subreaper", Some('s'), Takes::Nothing),
        "Accepted for tini's sake: rinit is a subreaper whenever it is not PID 1",
        Switch::ACCEPTED,
        |_, items| Switch::parse(items.value()).map(|_| ()),
    ),
    Setting::new(
        ("warn-on-reap", Some('w'), Takes::Nothing),
        "Print a line for each orphan that is reaped",
        Switch::ACCEPTED,
        |config, items| switch(&mut config.reap_report, items, [ReapReport::Silent, ReapReport::Warn]),
    ),
    Setting::new(
        ("log-format", None, Takes::Value("FORMAT")),
        "Print messages as 'text' (the default), or as 'json', an object a line",
        LogFormat::ACCEPTED,
        |config, items| put(&mut config.log_format, items),
    ),
    Setting::new(
        ("verbosity", None, Takes::Value("LEVEL")),
        "Show errors (0), warnings too (1, the default), what rinit does (2), and all (3)",
        Verbosity::ACCEPTED,
        |config, items| put(&mut config.verbosity, items),
    ),
];

pub(super) fn put<T: Value>(place: &mut T, items: Items<'_>) -> Option<()> {
    *place = T::parse(items.value())?;
    Some(())
}

pub(super) fn put_some<T: Value>(place: &mut Option<T>, items: Items<'_>) -> Option<()> {
    *place = Some(T::parse(items.value())?);
    Some(())
}

fn switch<T>(place: &mut T, items: Items<'_>, [off, on]: [T; 2]) -> Option<()> {
    *place = match Switch::parse(items.value())? {
        Switch::On => on,
        Switch::Off => off,
    };
    Some(())
}

impl Setting {
    #[cfg_attr(not(feature = "cli"), expect(unused_variables, reason = "nobody asks for help"))]
    pub(super) const fn new(
        (long, short, takes): (&'static str, Option<char>, Takes),
        help: &'static str,
        accepted: &'static str,
        apply: Apply,
    ) -> Setting {
        Setting {
            long,
            short,
            takes,
            #[cfg(feature = "cli")]
            help,
            accepted,
            apply,
        }
    }

    /// The name of the variable that says the same.
    pub fn twin(&self) -> String {
        format!("RINIT_{}", self.long.replace('-', "_").to_ascii_uppercase())
    }

    /// Applies what was given; `spelled` is how the user wrote the setting's name.
    pub(super) fn apply(&self, config: &mut Config, spelled: &[u8], items: Items<'_>) -> Result<(), UsageError> {
        (self.apply)(config, items).ok_or_else(|| UsageError::BadValue {
            option: String::from_utf8_lossy(spelled).into_owned(),
            value: items.0.join(&b','),
            accepted: self.accepted,
        })
    }
}

/// Applies a variable whose name begins with `RINIT_`. One that is no setting's twin means nothing to rinit: images
/// have `RINIT_VERSION`, and a Kubernetes service called "rinit" gives `RINIT_PORT` to every pod.
pub(super) fn apply_twin(config: &mut Config, name: &[u8], value: &[u8]) -> Result<(), UsageError> {
    match find_twin(name) {
        Some(setting) if matches!(setting.takes, Takes::Lines(_)) => {
            let lines: Vec<&[u8]> = value.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
            setting.apply(config, name, Items(&lines))
        }
        Some(setting) => setting.apply(config, name, Items(&[value])),
        None => super::entrypoint::refuse(name),
    }
}

/// The setting that a variable is the twin of.
pub fn find_twin(name: &[u8]) -> Option<&'static Setting> {
    settings().find(|setting| setting.twin().as_bytes() == name)
}

/// What rinit was told makes no sense.
#[derive(Debug, Error)]
pub enum UsageError {
    /// There is nothing to run.
    #[error("no command to run; usage: rinit [OPTIONS] [--] COMMAND [ARG]... ('rinit --help' tells more)")]
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
