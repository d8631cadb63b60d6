//! Starting the program: everything that the child needs is put together here, and what went wrong is explained here.

use std::ffi::{CStr, CString};

use nix::errno::Errno;
use nix::unistd::getpid;

use crate::child::{self, Execution, Launch, ListenPid, NoChild, StringList};
use crate::command::candidates;
use crate::config::{Config, Lifetime, UsageError};
use crate::environment::Environment;
use crate::error::Error;
use crate::explain;
use crate::inherited::Inherited;
use crate::isolation::Isolation;
use crate::number::small;
use crate::report::Identity;
use crate::signal::Signal;
use crate::step::{Resumer, Standing};
use crate::sys::children;
use crate::sys::deliver::{self, Target};
use crate::sys::files::executable_of;
use crate::sys::limits::Limit;
use crate::terminal::{Foreground, Provision};

/// The program, running.
#[derive(Clone, Copy, Debug)]
pub struct Program<'a> {
    /// Which it is.
    pub identity: Identity<'a>,
    /// The process group that it is in.
    pub group: Group,
    /// How it stands to rinit.
    pub standing: Standing,
    /// The foreground, if that is rinit's to lend.
    foreground: Option<Foreground>,
}

/// How a program is run, beside where.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Manner<'a> {
    /// How long it lives.
    pub lifetime: Lifetime,
    /// Whether it is run at all.
    pub execution: Execution,
    /// The limits that it has, and rinit has not.
    pub limits: &'a [Limit],
}

impl Manner<'_> {
    /// As it was asked for.
    pub fn of(config: &Config) -> Manner<'_> {
        let limits = config.entrypoint.as_ref().map_or(&[][..], |entrypoint| entrypoint.limits());
        Manner { lifetime: config.lifetime, execution: Execution::Real, limits }
    }
}

/// Loads a command as if it were to be run, and says which file the kernel would execute, if /proc tells. Not one instruction of
/// it runs.
///
/// # Errors
/// As [`spawn`].
pub fn attempt(
    command: &[&CStr],
    environment: &Environment<'_>,
    inherited: Inherited,
    limits: &[Limit],
) -> Result<Option<Vec<u8>>, Error> {
    let manner = Manner { lifetime: Lifetime::Own, execution: Execution::Trial, limits };
    let pid = spawn(command, environment, inherited, Isolation::None(None), manner)?.identity.pid;
    let file = executable_of(pid);
    let _ = deliver::send(Signal::KILL, Target::Process(pid));
    children::reap_for_good(pid);
    Ok(file)
}

/// A program's process group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Group {
    /// One that it leads.
    Own,
    /// rinit's.
    Shared,
}

impl Program<'_> {
    /// Lends it the terminal's foreground, if rinit's group has it. Whether it did.
    pub fn lend_foreground(&mut self) -> bool {
        self.foreground.as_mut().is_some_and(Foreground::lend)
    }

    /// Lends it the foreground that it waits for, if rinit's group has it. Whether it did.
    pub fn provides_own_foreground(&mut self) -> bool {
        self.foreground.as_mut().is_some_and(|foreground| {
            foreground.prefer_program();
            foreground.lend()
        })
    }

    /// Sees to it that it has the terminal's foreground.
    pub fn provide_foreground(&mut self) -> Provision {
        self.foreground.as_mut().map_or(Provision::NoTerminal, Foreground::provide)
    }

    /// After somebody has resumed rinit: lends it the foreground, if rinit's group has it now.
    pub fn renew_foreground(&mut self) {
        match (&mut self.foreground, self.standing.resumer) {
            (Some(foreground), Resumer::Shell) => foreground.look_again(),
            (Some(foreground), Resumer::Nobody | Resumer::Outside) => drop(foreground.lend()),
            (None, _) => {}
        }
    }

    /// Takes the terminal's foreground back, for a program that waits for it and is to have it next.
    pub fn take_foreground_for_program(&mut self) {
        self.take_foreground();
        if let Some(foreground) = &mut self.foreground {
            foreground.prefer_program();
        }
    }

    /// Takes the terminal's foreground back from it, if it was lent.
    pub fn take_foreground(&mut self) {
        if let Some(foreground) = &mut self.foreground {
            foreground.take_back();
        }
    }
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
    isolation: Isolation,
    manner: Manner<'_>,
) -> Result<Program<'a>, Error> {
    let [first, rest @ ..] = command else { return Err(UsageError::NoCommand.into()) };
    let path = environment.get(b"PATH");
    let files = candidates(first, path);
    let listen_pid = ListenPid::new();
    let (variables, listen_pid) = program_environment(environment, &listen_pid);
    let dies_with = (manner.lifetime == Lifetime::Parents).then(getpid);
    let start = |files: &[CString], arguments: &StringList<'_>| {
        child::start(&Launch {
            paths: &StringList::new(files.iter().map(CString::as_c_str)),
            arguments,
            environment: &variables,
            listen_pid,
            inherited,
            isolation: &isolation,
            dies_with,
            execution: manner.execution,
            limits: manner.limits,
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
    let pid = started.inspect_err(|_| isolation.undo())?;
    let isolation = isolation.seen(pid);
    let name = first.to_bytes().rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    Ok(Program {
        identity: Identity { pid, name },
        group: isolation.group(),
        standing: isolation.standing(),
        foreground: isolation.foreground(pid),
    })
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
    // Asked for only where there is a number to compare with.
    let pid = value.and_then(small::<i32>);
    pid.is_some_and(|pid| pid == getpid().as_raw())
}
