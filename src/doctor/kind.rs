//! What kind of program PID 1 is, and whom it passes a signal on to.

use std::ffi::{CStr, CString};

use super::process::{Action, Process, words};
use crate::config::{Config, ForwardTo, Request};
use crate::environment::Environment;
use crate::signal::Signal;

/// What a program is to the others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// An init that starts one program, passes signals on to it, and ends when it ends.
    Init(Init),
    /// An init with services of its own.
    Supervisor,
    /// What holds the PID namespace of a pod.
    Pause,
    /// A shell.
    Shell,
    /// Anything else.
    Application,
}

/// An init that starts one program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Init {
    Rinit,
    Tini,
    Dumb,
    Catatonit,
}

/// Whom a signal reaches that an init gets, or its end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Reach {
    /// The init's program.
    Program,
    /// Its process group.
    Group,
    /// All processes, at once or when the program has ended.
    All,
}

/// What an init makes of TERM.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Passing {
    /// To whom it goes.
    pub reach: Reach,
    /// As what; none if it is dropped.
    pub signal: Option<Signal>,
}

const SHELLS: &str = "sh bash dash ash zsh ksh ksh93 mksh yash fish csh tcsh";
const SUPERVISORS: &str = "init systemd s6-svscan s6-linux-init runit runsvdir openrc-init my_init";

impl Kind {
    /// What a process is, by its name, the file that it executes, and its first argument.
    pub fn of(process: &Process) -> Kind {
        let [exe, _, called] = names(process);
        let kind = by_name(process);
        // Who has no handler is none, whatever it is called; a zombie is nothing any more.
        let passes = matches!(process.on(Signal::TERM), Action::Handles | Action::Waits);
        match kind {
            // As the infra container of a pod.
            Some(Kind::Init(Init::Catatonit)) if options(process).any(|word| is_short(word, b'P')) => Kind::Pause,
            Some(kind) if passes => kind,
            _ if is_shell(exe) || is_shell(called.strip_prefix(b"-").unwrap_or(called)) => Kind::Shell,
            _ if exe == b"busybox" && called == exe && process.words().nth(1).is_some_and(is_shell) => Kind::Shell,
            _ => Kind::Application,
        }
    }

    /// Its name, if that is one that people know.
    pub fn known_as(self) -> Option<&'static str> {
        match self {
            Kind::Init(Init::Rinit) => Some("rinit"),
            Kind::Init(Init::Tini) => Some("tini"),
            Kind::Init(Init::Dumb) => Some("dumb-init"),
            Kind::Init(Init::Catatonit) => Some("catatonit"),
            _ => None,
        }
    }
}

/// Whether a process has the name of a program that ends only when it wants to, as inits do.
pub fn is_called_like_an_init(process: &Process) -> bool {
    by_name(process).is_some()
}

fn by_name(process: &Process) -> Option<Kind> {
    names(process).into_iter().find_map(init)
}

/// The names of the file that a process executes, of itself, and of what it was called by. A script has its own name and its
/// interpreter's file. The arguments can be anything, and come last.
fn names(process: &Process) -> [&[u8]; 3] {
    let exe = last_part(&process.exe);
    let called = process.words().next().map_or(&b""[..], last_part);
    [exe.strip_suffix(b" (deleted)").unwrap_or(exe), &process.name, called]
}

fn init(name: &[u8]) -> Option<Kind> {
    let is = |prefix: &[u8]| name == prefix || name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(b"-"));
    Some(match name {
        b"docker-init" => Kind::Init(Init::Tini),
        b"podman-init" => Kind::Init(Init::Catatonit),
        b"pause" => Kind::Pause,
        _ if is(b"rinit") => Kind::Init(Init::Rinit),
        _ if is(b"tini") => Kind::Init(Init::Tini),
        _ if is(b"dumb-init") => Kind::Init(Init::Dumb),
        _ if is(b"catatonit") => Kind::Init(Init::Catatonit),
        _ if is_in(SUPERVISORS, name) => Kind::Supervisor,
        _ => return None,
    })
}

fn is_shell(name: &[u8]) -> bool {
    is_in(SHELLS, name)
}

fn is_in(list: &str, name: &[u8]) -> bool {
    list.split(' ').any(|known| known.as_bytes() == name)
}

fn last_part(path: &[u8]) -> &[u8] {
    path.rsplit(|byte| *byte == b'/').next().unwrap_or(path)
}

impl Passing {
    /// What this init, which is that process, makes of TERM: what its options say.
    pub fn of(init: Init, process: &Process) -> Passing {
        let has = |short: u8, long: &[u8]| options(process).any(|word| word == long || is_short(word, short));
        let reach = |is_group| if is_group { Reach::Group } else { Reach::Program };
        let reach = match init {
            Init::Rinit => return Passing::of_rinit(process),
            Init::Tini => {
                reach(has(b'g', b"") || variables(process).any(|v| v.starts_with(b"TINI_KILL_PROCESS_GROUP")))
            }
            Init::Dumb => reach(!has(b'c', b"--single-child")),
            Init::Catatonit => reach(has(b'g', b"")),
        };
        Passing { reach, signal: Some(Signal::TERM) }
    }

    /// rinit's command line and environment are read as it read them itself. What a later version understands and this one does
    /// not, is nothing.
    fn of_rinit(process: &Process) -> Passing {
        let owned = |words: &mut dyn Iterator<Item = &[u8]>| -> Vec<CString> {
            words.filter_map(|word| CString::new(word).ok()).collect()
        };
        let (arguments, variables) = (owned(&mut process.words().skip(1)), owned(&mut variables(process)));
        let arguments: Vec<&CStr> = arguments.iter().map(CString::as_c_str).collect();
        let environment = Environment::new(variables.iter().map(CString::as_c_str).collect());
        let mut config = Config::default();
        let _ = Request::read(&mut config, &environment, &arguments);
        let reach = match config.forward_to {
            _ if config.plan.drain.is_some() => Reach::All,
            ForwardTo::Child => Reach::Program,
            ForwardTo::Group => Reach::Group,
            ForwardTo::All => Reach::All,
        };
        Passing { reach, signal: config.plan.rewrite.apply(Signal::TERM) }
    }
}

/// The words after the first that begin with a dash: an init's options, but for those behind one with a value.
fn options(process: &Process) -> impl Iterator<Item = &[u8]> {
    process.words().skip(1).take_while(|word| word.starts_with(b"-") && *word != b"--")
}

fn is_short(word: &[u8], letter: u8) -> bool {
    !word.starts_with(b"--") && word.contains(&letter)
}

fn variables(process: &Process) -> impl Iterator<Item = &[u8]> {
    words(&process.environment)
}
