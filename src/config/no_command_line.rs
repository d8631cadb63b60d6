//! The minimal build, which has no options: it says so to those who use one.

use std::ffi::CStr;

use super::settings::UsageError;
use super::{Config, Request};

/// Takes the place of the parser of the command line, which is asked only when there is an option on it.
pub(super) fn parse<'a>(_: &mut Config, arguments: &'a [&'a CStr]) -> Result<Request<'a>, UsageError> {
    Err(UsageError::BadUse {
        option: arguments.first().map(|option| option.to_bytes().to_vec()).unwrap_or_default(),
        why: "this is the minimal build, which takes its options from the environment (RINIT_...)".into(),
    })
}
