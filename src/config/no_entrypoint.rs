//! The minimal build, which has no entrypoint jobs: it says so to those who ask for one, instead of running a program as root that
//! was to be somebody else's.

use super::Config;
use super::settings::{Form, Items, UsageError};

/// There is none.
#[derive(Clone, Copy)]
pub enum Job {}

/// None.
pub const JOBS: &[Job] = &[];

impl Job {
    /// How its setting would be written.
    pub fn form(self) -> Form {
        match self {}
    }

    /// What it would do.
    #[cfg(feature = "cli")]
    pub fn help(self) -> &'static str {
        match self {}
    }

    /// Would put a value into the configuration.
    pub fn apply(self, _: &mut Config, _: Items<'_>) -> Option<()> {
        match self {}
    }
}

/// The twins of the settings that there are in the default build.
const NAMES: &str = "USER WAIT_FOR WAIT_TIMEOUT WAIT_INTERVAL SECRET_ENV UNSET_ENV DEFAULT_ENV SET_ENV DEFAULT PRE PRE_DIR CHDIR UMASK \
                     RLIMIT";

/// Refuses a variable that asks for a job.
pub fn refuse(name: &[u8]) -> Result<(), UsageError> {
    let mut known = NAMES.as_bytes().split(|byte| *byte == b' ');
    match name.strip_prefix(b"RINIT_").is_some_and(|name| known.any(|known| known == name)) {
        true => Err(UsageError::BadUse {
            option: name.to_vec(),
            why: "this is the minimal build, an init alone; take the default one".into(),
        }),
        false => Ok(()),
    }
}
