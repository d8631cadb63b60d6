//! The values that settings take, each parsed here once for the command line and for the environment.

use std::str::FromStr;

/// A type that an option's value is parsed into.
pub trait Value: FromStr {
    /// What is accepted, to end the sentence "it takes …".
    const ACCEPTED: &'static str;
}

/// Not an accepted value: [`Value::ACCEPTED`] says what is.
#[derive(Debug)]
pub struct NotAccepted;

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
}

impl FromStr for ForwardTo {
    type Err = NotAccepted;

    fn from_str(text: &str) -> Result<ForwardTo, NotAccepted> {
        match text {
            _ if text.eq_ignore_ascii_case("child") => Ok(ForwardTo::Child),
            _ if text.eq_ignore_ascii_case("group") => Ok(ForwardTo::Group),
            _ => Err(NotAccepted),
        }
    }
}

impl Value for ForwardTo {
    const ACCEPTED: &'static str = "child or group";
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
