//! Commands that run before the program: `--pre`, `--pre-dir`.

use std::ffi::{CStr, CString};

use nix::errno::Errno;
use nix::sys::stat::{SFlag, stat};
use nix::unistd::{AccessFlags, access};
use thiserror::Error;

use super::Failed;
use super::patience::{Patience, Stopped};
use crate::ending::{Change, Ending, ExitStatus};
use crate::environment::Environment;
use crate::errno::Why;
use crate::error::Error;
use crate::inherited::Inherited;
use crate::isolation::Isolation;
use crate::log::{Facts, Log};
use crate::quoted::{Escaped, Quoted};
use crate::report::Identity;
use crate::signal::Signal;
use crate::spawn::{self, Manner};
use crate::sys::children;
use crate::sys::deliver::{self, Target};
use crate::sys::folder;

/// A hook after which the program is not started.
#[derive(Debug, Error)]
pub enum Aborted {
    /// It did not do what it was there for.
    #[error("cannot start the command: the hook {} {ending}", Quoted(.name))]
    Failed {
        /// The first word of the command.
        name: Vec<u8>,
        /// How it ended.
        ending: Ending,
    },
    /// The folder of hooks cannot be read.
    #[error("cannot read the folder of hooks {}: {}", Quoted(.0), Why(*.1))]
    NoFolder(Vec<u8>, Errno),
}

impl Aborted {
    /// The status that rinit exits with: the hook's own.
    pub fn exit_status(&self) -> ExitStatus {
        match self {
            Aborted::Failed { ending, .. } => ending.status(),
            Aborted::NoFolder(..) => ExitStatus::RINIT_FAILED,
        }
    }
}

/// The executable files in a folder, in the order of their names as bytes (as `ls` in the C locale has them), and not what editors and
/// package managers leave there: as `run-parts(8)`.
///
/// # Errors
/// If the folder cannot be read.
pub fn in_folder(path: &CStr, log: Log) -> Result<Vec<Vec<CString>>, Aborted> {
    let mut names = vec![];
    folder::visit(path, &mut |name| names.push(name.to_bytes().to_vec()))
        .map_err(|errno| Aborted::NoFolder(path.to_bytes().to_vec(), errno))?;
    names.retain(|name| ![&b"."[..], b".."].contains(&name.as_slice()));
    names.sort_unstable();
    let mut hooks = vec![];
    for name in names {
        let Ok(file) = CString::new([path.to_bytes(), b"/", name.as_slice()].concat()) else { continue };
        match why_not(&name, &file) {
            None => hooks.push(vec![file]),
            Some(why) => log.warning(Facts::of("skipped"), format_args!("skipped {}: {why}", Escaped(file.to_bytes()))),
        }
    }
    Ok(hooks)
}

/// Why a file is no hook.
fn why_not(name: &[u8], path: &CStr) -> Option<&'static str> {
    const LEFT_OVERS: [&[u8]; 10] =
        [b"~", b".bak", b".swp", b".orig", b".rej", b".dpkg-old", b".dpkg-dist", b".dpkg-new", b".rpmsave", b".rpmnew"];
    if name.starts_with(b".") {
        return Some("its name begins with a dot");
    }
    if LEFT_OVERS.iter().any(|end| name.ends_with(end)) || (name.starts_with(b"#") && name.ends_with(b"#")) {
        return Some("it is what an editor or a package manager has left there");
    }
    match stat(path) {
        Ok(status) if SFlag::from_bits_truncate(status.st_mode) & SFlag::S_IFMT != SFlag::S_IFREG => {
            Some("it is no file")
        }
        Ok(_) if access(path, AccessFlags::X_OK).is_err() => Some("it is not executable; to have it run: chmod +x"),
        Ok(_) => None,
        Err(_) => Some("it cannot be looked at: is it a dangling link?"),
    }
}

/// Runs a hook to its end, with the program's environment.
///
/// # Errors
/// If it cannot be run; if it fails; or if somebody asks rinit to stop, which then asks the hook to, and waits no longer.
pub fn run(
    command: &[CString],
    environment: &Environment<'_>,
    inherited: Inherited,
    patience: &Patience,
    log: Log,
) -> Result<(), Error> {
    let words: Vec<&CStr> = command.iter().map(CString::as_c_str).collect();
    // In rinit's process group, so that it has the terminal if rinit has.
    let hook = spawn::spawn(&words, environment, inherited, Isolation::None(None), Manner::default())?.identity;
    log.info(Facts::of("hook").process(hook), format_args!("started the hook {hook}"));
    let ending = end_of(hook, patience, log).inspect_err(|_| {
        let _ = deliver::send(Signal::TERM, Target::Process(hook.pid));
    });
    let ending = ending.map_err(Failed::from)?;
    match ending {
        Ending::Exited(0) => {
            log.info(Facts::of("hook-ended").process(hook), format_args!("the hook {hook} has done its work"));
            Ok(())
        }
        ending => Err(Failed::from(Aborted::Failed { name: words[0].to_bytes().to_vec(), ending }).into()),
    }
}

fn end_of(hook: Identity<'_>, patience: &Patience, log: Log) -> Result<Ending, Stopped> {
    loop {
        while let Some((pid, change)) = children::next_change() {
            match change {
                Change::Ended(ending) if pid == hook.pid => return Ok(ending),
                // An orphan, or somebody who is stopped.
                _ => {}
            }
        }
        patience.wait(None, log)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn left_overs_are_no_hooks() {
        for (name, is_one) in [
            ("10-x.sh", true),
            ("x", true),
            (".x", false),
            ("x~", false),
            ("x.dpkg-old", false),
            ("#x#", false),
            ("x.rpmnew", false),
            ("x.orig.sh", true),
        ] {
            assert_eq!(why_not(name.as_bytes(), c"/bin/sh").is_none(), is_one, "{name}");
        }
        assert_eq!(why_not(b"bin", c"/bin"), Some("it is no file"));
        assert!(why_not(b"passwd", c"/etc/passwd").is_some());
        assert!(why_not(b"x", c"/no/such/file").is_some());
    }
}
