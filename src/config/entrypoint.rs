//! The settings of the entrypoint jobs.

use std::ffi::CString;
use std::time::Duration;

use super::settings::{Setting, Takes, UsageError, put};
use super::values::Value;
use super::{Config, Entrypoint};
use crate::entrypoint::limits::{self, limit, umask};
use crate::entrypoint::wait::Target;

/// Those of what a shell wrapper would do, in the order of `--help`.
pub const SETTINGS: &[Setting] = &[
    Setting::new(
        ("user", Some('u'), Takes::Value("USER[:GROUP]")),
        "Run as this user, by name or number, once the other jobs are done",
        "USER or USER:GROUP, by names or numbers",
        |config, items| {
            of(config).user = Some(not_empty(items.value())?.to_vec());
            Some(())
        },
    ),
    Setting::new(
        ("wait-for", None, Takes::List("WHAT")),
        "Start COMMAND only when tcp://HOST:PORT, unix://PATH or file://PATH is there",
        Target::ACCEPTED,
        |config, items| {
            of(config).wait_for = items.list(Target::parse)?;
            Some(())
        },
    ),
    Setting::new(
        ("wait-timeout", None, Takes::Value("TIME")),
        "Exit with 124 if it is not there after so long: 30s by default",
        Duration::ACCEPTED,
        |config, items| put(&mut of(config).wait_timeout, items),
    ),
    Setting::new(
        ("wait-interval", None, Takes::Value("TIME")),
        "Look for it so often: every 250ms by default",
        Duration::ACCEPTED,
        |config, items| put(&mut of(config).wait_interval, items),
    ),
    Setting::new(
        ("secret-env", None, Takes::List("NAME")),
        "Set the variable NAME to what is in the file that NAME_FILE names",
        "names of variables, with commas between them",
        |config, items| {
            of(config).secrets = items.list(name)?;
            Some(())
        },
    ),
    Setting::new(
        ("unset-env", None, Takes::List("NAME")),
        "Take the variable NAME out of COMMAND's environment",
        "names of variables, with commas between them",
        |config, items| {
            of(config).unset = items.list(name)?;
            Some(())
        },
    ),
    Setting::new(
        ("default-env", None, Takes::Lines("NAME=VALUE")),
        "Set the variable NAME where it is not set",
        "NAME=VALUE",
        |config, items| {
            of(config).default_variables = items.lines(assignment)?;
            Some(())
        },
    ),
    Setting::new(
        ("set-env", None, Takes::Lines("NAME=VALUE")),
        "Set the variable NAME",
        "NAME=VALUE",
        |config, items| {
            of(config).variables = items.lines(assignment)?;
            Some(())
        },
    ),
    Setting::new(
        ("default", None, Takes::Lines("ARG")),
        "The command where there is none, and what comes before one that begins with '-'",
        "a word of a command",
        |config, items| {
            of(config).default_command = items.lines(c_string)?;
            Some(())
        },
    ),
    Setting::new(
        ("pre", None, Takes::Lines("COMMAND")),
        "Run this first, as the user that rinit was started as",
        "a command, as words with spaces between them",
        |config, items| {
            of(config).hooks = items.lines(words)?;
            Some(())
        },
    ),
    Setting::new(
        ("pre-dir", None, Takes::Value("DIR")),
        "Run all that can be executed in this folder first, in the order of their names",
        "the path of a folder",
        |config, items| {
            of(config).hook_folder = Some(c_string(not_empty(items.value())?)?);
            Some(())
        },
    ),
    Setting::new(
        ("chdir", Some('C'), Takes::Value("DIR")),
        "Start COMMAND in this folder",
        "the path of a folder",
        |config, items| {
            of(config).folder = Some(c_string(not_empty(items.value())?)?);
            Some(())
        },
    ),
    Setting::new(
        ("umask", None, Takes::Value("MASK")),
        "Start COMMAND with this umask",
        "an octal number up to 0777",
        |config, items| {
            of(config).umask = Some(umask(items.value())?);
            Some(())
        },
    ),
    Setting::new(
        ("rlimit", None, Takes::List("NAME=SOFT[:HARD]")),
        "Start COMMAND with this limit: nofile=1024:4096",
        limits::ACCEPTED,
        |config, items| {
            of(config).limits = items.list(limit)?;
            Some(())
        },
    ),
];

fn of(config: &mut Config) -> &mut Entrypoint {
    config.entrypoint.get_or_insert_default()
}

fn not_empty(text: &[u8]) -> Option<&[u8]> {
    (!text.is_empty()).then_some(text)
}

fn c_string(text: &[u8]) -> Option<CString> {
    CString::new(text).ok()
}

/// A variable's name, which ends where its value begins.
fn name(text: &[u8]) -> Option<Vec<u8>> {
    not_empty(text).filter(|text| !text.contains(&b'=')).map(<[u8]>::to_vec)
}

fn assignment(text: &[u8]) -> Option<CString> {
    text.iter().position(|byte| *byte == b'=').filter(|length| *length > 0)?;
    c_string(text)
}

/// The words of a command. No quotes: who needs them has a script.
fn words(text: &[u8]) -> Option<Vec<CString>> {
    let words: Option<Vec<CString>> =
        text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).map(c_string).collect();
    words.filter(|words| !words.is_empty())
}

/// Refuses a variable that is no setting's twin: none is, of those that this build does not know.
pub fn refuse(_: &[u8]) -> Result<(), UsageError> {
    Ok(())
}
