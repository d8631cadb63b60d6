//! The settings of the entrypoint jobs.

use std::ffi::CString;
use std::time::Duration;

use super::Config;
use super::settings::{Form, Items, Takes, UsageError};
use super::values::Value;
use crate::entrypoint::limits::{self, limit, umask};
use crate::entrypoint::wait::Target;

/// Which of them.
#[derive(Clone, Copy)]
pub enum Job {
    User,
    WaitFor,
    WaitTimeout,
    WaitInterval,
    SecretEnv,
    UnsetEnv,
    DefaultEnv,
    SetEnv,
    Default,
    Pre,
    PreDir,
    Chdir,
    Umask,
    Rlimit,
}

/// Those of what a shell wrapper would do, in the order of `--help`.
pub const JOBS: &[Job] = &[
    Job::User,
    Job::WaitFor,
    Job::WaitTimeout,
    Job::WaitInterval,
    Job::SecretEnv,
    Job::UnsetEnv,
    Job::DefaultEnv,
    Job::SetEnv,
    Job::Default,
    Job::Pre,
    Job::PreDir,
    Job::Chdir,
    Job::Umask,
    Job::Rlimit,
];

impl Job {
    /// How its setting is written, and what it takes.
    pub fn form(self) -> Form {
        use Takes::{Lines, List, Value as One};
        match self {
            Job::User => ("user", Some('u'), One("USER[:GROUP]"), "USER or USER:GROUP, by names or numbers"),
            Job::WaitFor => ("wait-for", None, List("WHAT"), Target::ACCEPTED),
            Job::WaitTimeout => ("wait-timeout", None, One("TIME"), Duration::ACCEPTED),
            Job::WaitInterval => ("wait-interval", None, One("TIME"), Duration::ACCEPTED),
            Job::SecretEnv => ("secret-env", None, List("NAME"), NAMES),
            Job::UnsetEnv => ("unset-env", None, List("NAME"), NAMES),
            Job::DefaultEnv => ("default-env", None, Lines("NAME=VALUE"), "NAME=VALUE"),
            Job::SetEnv => ("set-env", None, Lines("NAME=VALUE"), "NAME=VALUE"),
            Job::Default => ("default", None, Lines("ARG"), "a word of a command"),
            Job::Pre => ("pre", None, Lines("COMMAND"), "a command, as words with spaces between them"),
            Job::PreDir => ("pre-dir", None, One("DIR"), FOLDER),
            Job::Chdir => ("chdir", Some('C'), One("DIR"), FOLDER),
            Job::Umask => ("umask", None, One("MASK"), "an octal number up to 0777"),
            Job::Rlimit => ("rlimit", None, List("NAME=SOFT[:HARD]"), limits::ACCEPTED),
        }
    }

    /// What it does.
    #[cfg(feature = "cli")]
    pub fn help(self) -> &'static str {
        match self {
            Job::User => "Run as this user, by name or number, once the other jobs are done",
            Job::WaitFor => "Start COMMAND only when tcp://HOST:PORT, unix://PATH or file://PATH is there",
            Job::WaitTimeout => "Exit with 124 if it is not there after so long: 30s by default",
            Job::WaitInterval => "Look for it so often: every 250ms by default",
            Job::SecretEnv => "Set the variable NAME to what is in the file that NAME_FILE names",
            Job::UnsetEnv => "Take the variable NAME out of COMMAND's environment",
            Job::DefaultEnv => "Set the variable NAME where it is not set",
            Job::SetEnv => "Set the variable NAME",
            Job::Default => "The command where there is none, and what comes before one that begins with '-'",
            Job::Pre => "Run this first, as the user that rinit was started as",
            Job::PreDir => "Run all that can be executed in this folder first, in the order of their names",
            Job::Chdir => "Start COMMAND in this folder",
            Job::Umask => "Start COMMAND with this umask",
            Job::Rlimit => "Start COMMAND with this limit: nofile=1024:4096",
        }
    }

    /// Puts a value into the configuration, if it is acceptable.
    pub fn apply(self, config: &mut Config, items: Items<'_>) -> Option<()> {
        let to = config.entrypoint.get_or_insert_default();
        match self {
            Job::User => to.user = Some(not_empty(items.value())?.to_vec()),
            Job::WaitFor => to.wait_for = items.list(Target::parse)?,
            Job::WaitTimeout => to.wait_timeout = items.parse()?,
            Job::WaitInterval => to.wait_interval = items.parse()?,
            Job::SecretEnv => to.secrets = items.list(name)?,
            Job::UnsetEnv => to.unset = items.list(name)?,
            Job::DefaultEnv => to.default_variables = items.lines(assignment)?,
            Job::SetEnv => to.variables = items.lines(assignment)?,
            Job::Default => to.default_command = items.lines(c_string)?,
            Job::Pre => to.hooks = items.lines(words)?,
            Job::PreDir => to.hook_folder = Some(c_string(not_empty(items.value())?)?),
            Job::Chdir => to.folder = Some(c_string(not_empty(items.value())?)?),
            Job::Umask => to.umask = Some(umask(items.value())?),
            Job::Rlimit => to.limits = items.list(limit)?,
        }
        Some(())
    }
}

const NAMES: &str = "names of variables, with commas between them";
const FOLDER: &str = "the path of a folder";

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
