//! `--check`: what would be run, as whom and how, and whether it could be.

use std::ffi::{CStr, CString};
use std::fmt::{self, Write};

use nix::sys::stat::{SFlag, stat};
use nix::unistd::{AccessFlags, access, getegid, geteuid, getgroups};

use crate::command::candidates;
use crate::config::{Config, Origins};
use crate::elf::Elf;
use crate::environment::Environment;
use crate::error::Error;
use crate::inherited::Inherited;
use crate::log::Log;
use crate::quoted::{Escaped, Quoted};
use crate::spawn::{self, Manner};

/// A report, if the command could be run. All is done that is done before the program runs, but for waiting and hooks; then the
/// program is loaded, and killed before its first instruction, so that it is the kernel that says whether it can be.
///
/// # Errors
/// Those that there would have been.
#[inline(never)] // Its code is not to be among what every container needs.
pub fn check<'a>(
    config: &'a Config,
    origins: &Origins,
    command: &[&'a CStr],
    mut environment: Environment<'a>,
    inherited: Inherited,
    log: Log,
) -> Result<String, Error> {
    let mut report = String::new();
    for (name, value, origin) in origins.all(&environment) {
        line(&mut report, name, format_args!("{} ({origin})", Escaped(&value)));
    }
    let command = match &config.entrypoint {
        None => command.to_vec(),
        Some(entrypoint) => {
            entrypoint.prepare_dry(&mut environment, inherited, log)?;
            entrypoint.command(command)
        }
    };
    let groups: Vec<String> = getgroups().unwrap_or_default().iter().map(ToString::to_string).collect();
    let groups = groups.join(" ");
    line(&mut report, "user", format_args!("uid {}, gid {}, groups {groups}", geteuid(), getegid()));
    line(&mut report, "HOME", format_args!("{}", Escaped(environment.get(b"HOME").unwrap_or(b"(not set)"))));
    let words: Vec<String> = command.iter().map(|word| Quoted(word.to_bytes()).to_string()).collect();
    line(&mut report, "command", format_args!("{}", words.join(" ")));
    let runs = spawn::attempt(&command, &environment, inherited, Manner::of(config).limits)?;
    if let Some(file) = found(&command, environment.get(b"PATH")) {
        line(&mut report, "file", format_args!("{}", Escaped(file.to_bytes())));
    }
    if let Some(runs) = runs.and_then(|path| CString::new(path).ok()) {
        line(&mut report, "runs", format_args!("{}{}", Escaped(runs.to_bytes()), machine(&runs)));
    }
    report.push_str("it would run\n");
    Ok(report)
}

fn line(report: &mut String, name: &str, value: fmt::Arguments<'_>) {
    let _ = writeln!(report, "{name:<20} {value}");
}

/// The file that is found for a command; if it is a script, it is not what runs.
fn found(command: &[&CStr], path: Option<&[u8]>) -> Option<CString> {
    let is_file = |file: &CString| {
        stat(file.as_c_str()).is_ok_and(|it| SFlag::from_bits_truncate(it.st_mode) & SFlag::S_IFMT == SFlag::S_IFREG)
    };
    let can_be = |file: &CString| is_file(file) && access(file.as_c_str(), AccessFlags::X_OK).is_ok();
    candidates(command.first()?, path).into_iter().find(can_be)
}

fn machine(file: &CStr) -> String {
    match Elf::read(file) {
        Some(elf) => {
            let loader = elf.loader.as_ref().map(|loader| format!(", loader {}", Escaped(loader)));
            format!(", for {}{}", elf.machine_name(), loader.unwrap_or_else(|| ", static".to_owned()))
        }
        None => String::new(),
    }
}
