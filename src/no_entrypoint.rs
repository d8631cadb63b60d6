//! The minimal build, which is an init and nothing more: there are no jobs to do before the program is started.

use std::ffi::CStr;

use thiserror::Error;

use crate::ending::ExitStatus;
use crate::environment::Environment;
use crate::error::Error;
use crate::inherited::Inherited;
use crate::log::Log;
use crate::plan::Plan;
use crate::sys::limits::Limit;

/// There is none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Entrypoint {}

/// There is nothing that could fail.
#[derive(Debug, Error)]
pub enum Failed {}

impl Failed {
    /// The status that rinit would exit with.
    pub fn exit_status(&self) -> ExitStatus {
        match *self {}
    }
}

impl Entrypoint {
    /// Whether there is a command where none is given.
    pub fn has_default(&self) -> bool {
        match *self {}
    }

    /// The limits of the program.
    pub fn limits(&self) -> &[Limit] {
        match *self {}
    }

    /// The command to run when this was given.
    pub fn command<'a>(&'a self, _: &[&'a CStr]) -> Vec<&'a CStr> {
        match *self {}
    }

    /// Would do the jobs.
    ///
    /// # Errors
    /// None.
    pub fn prepare<'a>(&'a self, _: &mut Environment<'a>, _: Inherited, _: &Plan, _: Log) -> Result<(), Error> {
        match *self {}
    }

    /// Would do some of them.
    ///
    /// # Errors
    /// None.
    pub fn prepare_dry<'a>(&'a self, _: &mut Environment<'a>, _: Inherited, _: Log) -> Result<(), Error> {
        match *self {}
    }
}
