//! The values that settings take, each parsed here once for the command line and for the environment.

use std::time::Duration;

use crate::number::number;
use crate::words::place;

/// A type that an option's value is parsed into.
pub trait Value: Sized {
    /// What is accepted, to end the sentence "it takes …".
    const ACCEPTED: &'static str;

    /// The value, if it is accepted.
    fn parse(text: &[u8]) -> Option<Self>;
}

/// Which messages are shown. The numbers are tini's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub enum Verbosity {
    /// 0: only why rinit could not do its work.
    Quiet,
    /// 1: also when something is wrong.
    #[default]
    Normal,
    /// 2: also what rinit does.
    Verbose,
    /// 3: also what it does not come to, and why.
    Debug,
}

impl Verbosity {
    /// The default, raised once for each `-v` and lowered once for each `-q`.
    pub fn counted(more: u8, less: u8) -> Verbosity {
        match 1 + i16::from(more) - i16::from(less) {
            ..=0 => Verbosity::Quiet,
            1 => Verbosity::Normal,
            2 => Verbosity::Verbose,
            3.. => Verbosity::Debug,
        }
    }
}

impl Value for Verbosity {
    const ACCEPTED: &'static str = "0 (errors only), 1 (warnings too), 2 (what -v shows) or 3 (what -vv shows)";

    fn parse(text: &[u8]) -> Option<Verbosity> {
        match text {
            b"0" => Some(Verbosity::Quiet),
            b"1" => Some(Verbosity::Normal),
            b"2" => Some(Verbosity::Verbose),
            b"3" => Some(Verbosity::Debug),
            _ => None,
        }
    }
}

/// Who gets the signals that rinit gets.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum ForwardTo {
    /// The program alone.
    #[default]
    Child,
    /// The program's process group: what ^C on a terminal reaches, and tini's `-g`.
    Group,
    /// All processes but rinit: those of the PID namespace, or, where rinit is not PID 1, its descendants.
    All,
}

impl Value for ForwardTo {
    const ACCEPTED: &'static str = "child, group or all";

    fn parse(text: &[u8]) -> Option<ForwardTo> {
        [ForwardTo::Child, ForwardTo::Group, ForwardTo::All].get(place("child group all", text)?).copied()
    }
}

/// How far the program is set apart from rinit.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Isolate {
    /// It leads a process group, which gets the terminal if rinit had it: as tini does.
    #[default]
    Group,
    /// It leads a session, which owns the terminal: as dumb-init does.
    Session,
    /// Not at all: it is in rinit's process group.
    None,
}

impl Value for Isolate {
    const ACCEPTED: &'static str = "group, session or none";

    fn parse(text: &[u8]) -> Option<Isolate> {
        [Isolate::Group, Isolate::Session, Isolate::None].get(place("group session none", text)?).copied()
    }
}

/// Whether each reaped orphan is worth a line at the default verbosity.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum ReapReport {
    /// No.
    #[default]
    Silent,
    /// Yes: `--warn-on-reap`, tini's `-w`.
    Warn,
}

/// What the log looks like.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum LogFormat {
    /// A sentence a line, for people.
    #[default]
    Text,
    /// An object a line, for machines.
    Json,
}

impl Value for LogFormat {
    const ACCEPTED: &'static str = "text or json";

    fn parse(text: &[u8]) -> Option<LogFormat> {
        [LogFormat::Text, LogFormat::Json].get(place("text json", text)?).copied()
    }
}

/// What happens to rinit and its program when rinit's parent dies.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Lifetime {
    /// Nothing.
    #[default]
    Own,
    /// Both are killed: `--die-with-parent`.
    Parents,
}

/// On or off, for the twins of options that take no value.
#[derive(Clone, Copy)]
pub enum Switch {
    /// As if the option were there.
    On,
    /// As if it were not.
    Off,
}

impl Switch {
    /// The one or the other.
    pub fn choose<T>(self, on: T, off: T) -> T {
        match self {
            Switch::On => on,
            Switch::Off => off,
        }
    }
}

impl Value for Switch {
    const ACCEPTED: &'static str = "1, true, yes or on, or 0, false, no or off";

    fn parse(text: &[u8]) -> Option<Switch> {
        Some(if place("1 true yes on 0 false no off", text)? < 4 { Switch::On } else { Switch::Off })
    }
}

impl Value for Duration {
    const ACCEPTED: &'static str =
        "a time of at most a hundred years, like 500ms, 10s, 2m or 1h; a bare number is seconds";

    fn parse(text: &[u8]) -> Option<Duration> {
        /// A hundred years, which no clock of the kernel's overflows by.
        const LONGEST: Duration = Duration::from_hours(24 * 365 * 100);
        let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let milliseconds = match &text[digits..] {
            b"ms" => 1,
            b"" | b"s" => 1000,
            b"m" => 60 * 1000,
            b"h" => 60 * 60 * 1000,
            _ => return None,
        };
        let duration = Duration::from_millis(number(&text[..digits])?.checked_mul(milliseconds)?);
        (duration <= LONGEST).then_some(duration)
    }
}
