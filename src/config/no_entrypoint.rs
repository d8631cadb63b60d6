//! The minimal build, which has no entrypoint jobs: it says so to those who ask for one, instead of running a program as root that
//! was to be somebody else's.

use super::settings::{Setting, UsageError};

/// None.
pub const SETTINGS: &[Setting] = &[];

/// The twins of the settings that there are in the default build.
const NAMES: &str = "USER WAIT_FOR WAIT_TIMEOUT WAIT_INTERVAL SECRET_ENV UNSET_ENV DEFAULT_ENV SET_ENV DEFAULT PRE PRE_DIR CHDIR UMASK \
                     RLIMIT";

/// Refuses a variable that asks for a job.
pub fn refuse(name: &[u8]) -> Result<(), UsageError> {
    let asks = name.strip_prefix(b"RINIT_").is_some_and(|name| NAMES.split(' ').any(|known| known.as_bytes() == name));
    match asks {
        true => Err(UsageError::BadUse {
            option: String::from_utf8_lossy(name).into_owned(),
            why: "this is the minimal build, an init alone; take the default one".to_owned(),
        }),
        false => Ok(()),
    }
}
