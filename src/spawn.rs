//! Starting the program: everything that the child needs is put together here, and what went wrong is explained here.

use std::ffi::{CStr, CString};

use nix::errno::Errno;
use nix::unistd::{Pid, getpid};

use crate::child::{self, Launch, ListenPid, NoChild, StringList};
use crate::command::candidates;
use crate::config::UsageError;
use crate::environment::Environment;
use crate::error::Error;
use crate::explain;
use crate::inherited::Inherited;
use crate::step::Terminal;
use crate::terminal::Foreground;

/// The program, running.
#[derive(Clone, Copy, Debug)]
pub struct Program<'a> {
    /// Its pid, which is its process group's number too.
    pub pid: Pid,
    /// The last part of the command that started it.
    pub name: &'a [u8],
    /// Whether a terminal sends it signals too.
    pub terminal: Terminal,
}

/// Starts a command, which is not empty.
///
/// # Errors
/// If there can be no new process, or no file that can be executed: the error says why.
#[inline(never)] // Its frame is gone when the program runs, and with it a page of the stack.
pub fn spawn<'a>(
    command: &[&'a CStr],
    environment: &Environment<'_>,
    inherited: Inherited,
    foreground: Option<Foreground>,
) -> Result<Program<'a>, Error> {
    let [first, rest @ ..] = command else { return Err(UsageError::NoCommand.into()) };
    let path = environment.get(b"PATH");
    let files = candidates(first, path);
    let listen_pid = ListenPid::new();
    let (variables, listen_pid) = program_environment(environment, &listen_pid);
    let start = |files: &[CString], arguments: &StringList<'_>| {
        child::start(&Launch {
            paths: &StringList::new(files.iter().map(CString::as_c_str)),
            arguments,
            environment: &variables,
            listen_pid,
            inherited,
            foreground,
        })
    };
    let started = match start(&files, &StringList::new(command.iter().copied())) {
        // A script without `#!`, which execvp(3) of glibc gives to the shell, and that of musl does not.
        Err(NoChild::NotExecuted(Errno::ENOEXEC, index)) if explain::is_text(&files[index]) => {
            let shell = c"/bin/sh";
            let words = [shell, &files[index]].into_iter().chain(rest.iter().copied());
            start(&[shell.to_owned()], &StringList::new(words)).map_err(|error| match error {
                NoChild::NotExecuted(errno, _) => explain::why_no_shell(first, &files[index], shell, errno).into(),
                NoChild::NoProcess(errno) => no_process(first, errno),
            })
        }
        Err(NoChild::NotExecuted(errno, index)) => Err(explain::why(first, &files, index, errno, path).into()),
        Err(NoChild::NoProcess(errno)) => Err(no_process(first, errno)),
        Ok(pid) => Ok(pid),
    };
    if started.is_err()
        && let Some(foreground) = foreground
    {
        // A child that could not execute had it already.
        foreground.take_back();
    }
    let name = first.to_bytes().rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let terminal = foreground.map_or(Terminal::None, |_| Terminal::Foreground);
    started.map(|pid| Program { pid, name, terminal })
}

fn no_process(command: &CStr, errno: Errno) -> Error {
    Error::NoProcess { program: command.to_bytes().to_vec(), errno }
}

/// The program's environment, in which LISTEN_PID, if it names rinit, is `listen_pid`, which is going to name the child.
fn program_environment<'a>(
    environment: &Environment<'a>,
    listen_pid: &'a ListenPid,
) -> (StringList<'a>, Option<&'a ListenPid>) {
    let mut variables = StringList::new(environment.for_program());
    match environment.for_program().position(names_rinit) {
        Some(index) => {
            variables.replace(index, listen_pid);
            (variables, Some(listen_pid))
        }
        None => (variables, None),
    }
}

fn names_rinit(variable: &CStr) -> bool {
    let value = variable.to_bytes().strip_prefix(ListenPid::PREFIX.as_bytes());
    value.and_then(|value| str::from_utf8(value).ok()?.parse().ok()) == Some(getpid().as_raw())
}
