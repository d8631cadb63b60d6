//! The values that settings take, each parsed here once for the command line and for the environment.

use std::str::FromStr;
use std::time::Duration;

use crate::plan::Pairs;
use crate::signal::{Signal, SignalSet};

/// A type that an option's value is parsed into.
pub trait Value: FromStr {
    /// What is accepted, to end the sentence "it takes …".
    const ACCEPTED: &'static str;
}

/// Not an accepted value: [`Value::ACCEPTED`] says what is.
#[derive(Debug)]
pub struct NotAccepted;

/// A number in decimal digits and nothing else: `FromStr` would take a sign.
pub fn number<T: FromStr>(text: &str) -> Option<T> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
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

impl FromStr for Verbosity {
    type Err = NotAccepted;

    fn from_str(text: &str) -> Result<Verbosity, NotAccepted> {
        match text {
            "0" => Ok(Verbosity::Quiet),
            "1" => Ok(Verbosity::Normal),
            "2" => Ok(Verbosity::Verbose),
            "3" => Ok(Verbosity::Debug),
            _ => Err(NotAccepted),
        }
    }
}

impl Value for Verbosity {
    const ACCEPTED: &'static str = "0 (errors only), 1 (warnings too), 2 (what -v shows) or 3 (what -vv shows)";
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

impl FromStr for ForwardTo {
    type Err = NotAccepted;

    fn from_str(text: &str) -> Result<ForwardTo, NotAccepted> {
        match text {
            _ if text.eq_ignore_ascii_case("child") => Ok(ForwardTo::Child),
            _ if text.eq_ignore_ascii_case("group") => Ok(ForwardTo::Group),
            _ if text.eq_ignore_ascii_case("all") => Ok(ForwardTo::All),
            _ => Err(NotAccepted),
        }
    }
}

impl Value for ForwardTo {
    const ACCEPTED: &'static str = "child, group or all";
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

impl FromStr for Isolate {
    type Err = NotAccepted;

    fn from_str(text: &str) -> Result<Isolate, NotAccepted> {
        match text {
            _ if text.eq_ignore_ascii_case("group") => Ok(Isolate::Group),
            _ if text.eq_ignore_ascii_case("session") => Ok(Isolate::Session),
            _ if text.eq_ignore_ascii_case("none") => Ok(Isolate::None),
            _ => Err(NotAccepted),
        }
    }
}

impl Value for Isolate {
    const ACCEPTED: &'static str = "group, session or none";
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

/// On or off, for the twins of options that take no value.
pub enum Switch {
    /// As if the option were there.
    On,
    /// As if it were not.
    Off,
}

impl FromStr for Switch {
    type Err = NotAccepted;

    fn from_str(text: &str) -> Result<Switch, NotAccepted> {
        let is_one_of = |words: [&str; 4]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
        match text {
            _ if is_one_of(["1", "true", "yes", "on"]) => Ok(Switch::On),
            _ if is_one_of(["0", "false", "no", "off"]) => Ok(Switch::Off),
            _ => Err(NotAccepted),
        }
    }
}

impl Value for Switch {
    const ACCEPTED: &'static str = "1, true, yes or on, or 0, false, no or off";
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

impl FromStr for LogFormat {
    type Err = NotAccepted;

    fn from_str(text: &str) -> Result<LogFormat, NotAccepted> {
        match text {
            _ if text.eq_ignore_ascii_case("text") => Ok(LogFormat::Text),
            _ if text.eq_ignore_ascii_case("json") => Ok(LogFormat::Json),
            _ => Err(NotAccepted),
        }
    }
}

impl Value for LogFormat {
    const ACCEPTED: &'static str = "text or json";
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

/// A time, in what it was given in.
pub struct Span(pub Duration);

impl Span {
    /// A hundred years, which no clock of the kernel's overflows by.
    const LONGEST: Duration = Duration::from_hours(24 * 365 * 100);
}

impl FromStr for Span {
    type Err = NotAccepted;

    fn from_str(text: &str) -> Result<Span, NotAccepted> {
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let milliseconds = match &text[digits.len()..] {
            "ms" => 1,
            "" | "s" => 1000,
            "m" => 60 * 1000,
            "h" => 60 * 60 * 1000,
            _ => return Err(NotAccepted),
        };
        let duration =
            number::<u64>(digits).and_then(|number| number.checked_mul(milliseconds)).map(Duration::from_millis);
        duration.filter(|duration| *duration <= Self::LONGEST).map(Span).ok_or(NotAccepted)
    }
}

impl Value for Span {
    const ACCEPTED: &'static str = "a time, like 500ms, 10s or 2m; a bare number is seconds";
}

/// The items of a list.
pub fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim_ascii)
}

/// Signals.
pub fn signals(text: &str) -> Option<SignalSet> {
    items(text).map(|item| item.parse().ok()).collect()
}

/// Exit statuses.
pub fn statuses(text: &str) -> Option<Vec<u8>> {
    items(text).map(number).collect()
}

/// Which signal is to become which, or none.
pub fn rewriting(text: &str) -> Option<Pairs> {
    let signal = |text: &str| text.parse::<Signal>().ok();
    // KILL and STOP never arrive, and the kernel's SIGCHLD is not forwarded.
    let from =
        |text: &str| signal(text).filter(|it| ![Signal::KILL, Signal::STOP, Signal::CHLD].contains(it)).map(u8::from);
    let to = |text: &str| match text {
        "0" => Some(0),
        _ if text.eq_ignore_ascii_case("drop") => Some(0),
        _ => signal(text).map(u8::from),
    };
    pairs(text, from, to)
}

/// Which exit status is to become which.
pub fn status_mapping(text: &str) -> Option<Pairs> {
    pairs(text, number, number)
}

fn pairs(text: &str, from: impl Fn(&str) -> Option<u8>, to: impl Fn(&str) -> Option<u8>) -> Option<Pairs> {
    let pair = |(left, right)| Some((from(left)?, to(right)?));
    items(text).map(|item| item.split_once(':').and_then(pair)).collect()
}
