//! Why a command could not be run, in words that somebody can act on. `execve(2)` has one errno for many reasons: "No such
//! file or directory" may mean the file, its interpreter, its loader, or a carriage return that nobody sees.

use std::ffi::{CStr, CString};
use std::fmt::{self, Write};

use nix::errno::Errno;
use nix::unistd::{AccessFlags, access, getuid};
use thiserror::Error;

use crate::command::DEFAULT_PATH;
use crate::elf::{self, Elf};
use crate::ending::ExitStatus;
use crate::errno::Why;
use crate::number::{decimal, mode};
use crate::quoted::{Quoted, Text};
use crate::sys::files::{self, LONGEST_PATH, link, read_start};
use crate::sys::status::{Status, is_on_noexec};

/// A command that could not be run, and why, written down where it is found out.
#[derive(Debug, Error)]
#[error("{}", Text(.message))]
pub struct CannotRun {
    message: String,
    status: ExitStatus,
}

impl CannotRun {
    /// That `command`, which meant `file`, cannot be run. The reason is still to be said.
    fn new(command: &CStr, file: &CStr) -> CannotRun {
        let mut new = CannotRun { message: String::new(), status: ExitStatus::CANNOT_EXECUTE };
        new.say(format_args!("cannot run {}", Quoted(command.to_bytes())));
        if file != command {
            new.say(format_args!(" ({})", Quoted(file.to_bytes())));
        }
        new.say(format_args!(": "));
        new
    }

    /// 127 if there is no such command, 126 if there is one and it cannot be executed.
    pub fn exit_status(&self) -> ExitStatus {
        self.status
    }

    fn say(&mut self, words: fmt::Arguments<'_>) {
        // A string takes all that is written.
        let _ = self.write_fmt(words);
    }

    /// Says that there is no such command.
    fn say_not_found(&mut self, words: fmt::Arguments<'_>) {
        self.status = ExitStatus::NOT_FOUND;
        self.say(words);
    }

    /// The first folder on the way that does not exist, or is none.
    fn missing_part(&mut self, file: &[u8]) {
        let (mut missing, mut target) = (file, [0; LONGEST_PATH]);
        while let Some(folder) = parent(missing) {
            let path = c_string(folder);
            match Status::of(&path) {
                Ok(status) if status.is_folder() => break,
                Ok(_) => return self.say_not_found(format_args!("{} is not a directory", Quoted(folder))),
                Err(_) => missing = folder,
            }
            if let Some(target) = link(&path, &mut target) {
                return self.no_such_file(target);
            }
        }
        self.no_such_file(missing);
    }

    fn no_such_file(&mut self, missing: &[u8]) {
        self.say_not_found(format_args!("no such file: {} does not exist in this image", Quoted(missing)));
    }

    fn cause(&mut self, file: &CStr, errno: Errno, depth: usize) {
        /// How many interpreters of interpreters the kernel follows: `execve(2)`.
        const DEEPEST: usize = 5;
        let status = match Status::of(file) {
            Ok(status) => status,
            Err(errno) => return self.cause_of_no_status(file, errno),
        };
        match errno {
            _ if status.is_folder() => return self.say(format_args!("it is a directory")),
            _ if !status.is_file() => return self.say(format_args!("it is not a regular file")),
            Errno::E2BIG => {
                return self.say(format_args!(
                    "its arguments and environment are longer than the kernel allows (a quarter of the stack limit, 128 KiB each)"
                ));
            }
            Errno::ETXTBSY => return self.say(format_args!("it is open for writing, perhaps still being copied")),
            Errno::EACCES if access(file, AccessFlags::X_OK).is_err() => return self.no_permission(file, &status),
            _ => {}
        }
        match interpreter(read_start(file, &mut [0; SCRIPT_START])) {
            Some(interpreter) if depth < DEEPEST => self.cause_of_script(interpreter, errno, depth),
            _ => self.cause_of_binary(file, errno),
        }
    }

    fn cause_of_no_status(&mut self, file: &CStr, errno: Errno) {
        match (errno, link(file, &mut [0; LONGEST_PATH])) {
            (Errno::ENOENT, Some(target)) => {
                self.say_not_found(format_args!("it is a symbolic link to {}, which does not exist", Quoted(target)))
            }
            (Errno::EACCES, _) => {
                let uid = decimal(getuid().as_raw());
                self.say(format_args!("permission denied: uid {uid} may not look into the folder that it is in"));
            }
            (Errno::ENOTDIR, _) => self.missing_part(file.to_bytes()),
            (errno, _) => self.say(format_args!("{}", Why(errno))),
        }
    }

    fn no_permission(&mut self, file: &CStr, status: &Status) {
        let mode = mode(status.permissions());
        if status.permissions() & 0o111 == 0 {
            self.say(format_args!(
                "it is not executable (mode {mode}); chmod +x it, in the Dockerfile: RUN chmod +x ..."
            ));
        } else if is_on_noexec(file) {
            self.say(format_args!("it is on a file system that is mounted noexec"));
        } else {
            let [uid, owner, group] = [getuid().as_raw(), status.owner, status.group].map(decimal);
            self.say(format_args!(
                "permission denied: uid {uid} may not execute it (mode {mode}, owner {owner}:{group})"
            ));
        }
    }

    fn cause_of_script(&mut self, interpreter: &[u8], errno: Errno, depth: usize) {
        let (path, quoted) = (c_string(interpreter), Quoted(interpreter));
        match errno {
            Errno::ENOENT if Status::of(&path).is_err() => match interpreter.ends_with(b"\r") {
                true => self.say(format_args!(
                    "its first line ends in a carriage return: the script was saved with Windows line ends, so that the \
                     kernel looks for the interpreter {quoted}; convert it, with dos2unix or: sed -i 's/\\r$//'"
                )),
                false => self.say(format_args!(
                    "its first line names the interpreter {quoted}, which does not exist in this image"
                )),
            },
            Errno::ENOENT | Errno::EACCES | Errno::ENOEXEC => {
                self.say(format_args!("its first line names the interpreter {quoted}, which cannot be run: "));
                self.cause_of_other(&path, errno, depth + 1);
            }
            other => self.say(format_args!("{}", Why(other))),
        }
    }

    /// Why a file cannot be run that the command needs. Be it not found, the command was.
    fn cause_of_other(&mut self, file: &CStr, errno: Errno, depth: usize) {
        self.cause(file, errno, depth);
        self.status = ExitStatus::CANNOT_EXECUTE;
    }

    fn cause_of_binary(&mut self, path: &CStr, errno: Errno) {
        match (errno, Elf::read(path)) {
            (Errno::ENOENT, Some(Elf { loader: Some(loader), .. })) => self.say(format_args!(
                "it is dynamically linked and needs the loader {}, which does not exist in this image: it was built for \
                 another libc (glibc or musl), or must be linked statically",
                Quoted(&loader)
            )),
            (Errno::ENOEXEC, Some(elf)) if !elf.is_for_this_machine() => self.say(format_args!(
                "it was built for {}, and this machine is {}; build the image for this platform",
                Text(elf.machine_name()),
                Text(std::env::consts::ARCH)
            )),
            (Errno::ENOEXEC, _) => self.say(format_args!(
                "it is not in a format that this kernel can execute; is it damaged, or no program at all?"
            )),
            (other, _) => self.say(format_args!("{}", Why(other))),
        }
    }
}

impl Write for CannotRun {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.message.push_str(text);
        Ok(())
    }
}

/// Explains why none of `files`, which `command` may mean, could be executed. `errno` is what `execve(2)` said of the
/// one at `index`, and `path` is PATH.
pub fn why(command: &CStr, files: &[CString], index: usize, errno: Errno, path: Option<&[u8]>) -> CannotRun {
    let exists = |file: &&CString| Status::of_link(file).is_ok();
    // ENOENT comes from the last one that was tried. If one of them exists, it is that one's interpreter that does not.
    let culprit = if errno == Errno::ENOENT { files.iter().find(exists) } else { files.get(index) };
    let mut why = CannotRun::new(command, culprit.map_or(command, CString::as_c_str));
    match culprit {
        Some(file) => why.cause(file, errno, 0),
        None if files.len() == 1 && files[0].as_c_str() == command => why.missing_part(command.to_bytes()),
        None => why.say_not_found(format_args!(
            "not found in PATH ({}); is it installed in this image, and spelled like this?",
            Quoted(path.unwrap_or(DEFAULT_PATH))
        )),
    }
    why
}

/// Explains why `shell`, to which `file` had to be given, could not be executed.
pub fn why_no_shell(command: &CStr, file: &CStr, shell: &CStr, errno: Errno) -> CannotRun {
    let mut why = CannotRun::new(command, file);
    why.say(format_args!("it is a script without a '#!' line, and "));
    match (errno, Status::of_link(shell)) {
        (Errno::ENOENT, Err(_)) => why.say(format_args!("there is no /bin/sh to run it")),
        _ => {
            why.say(format_args!("/bin/sh cannot be run: "));
            why.cause_of_other(shell, errno, 0);
        }
    }
    why
}

/// Whether a file that the kernel cannot execute is a script for the shell: not a binary (a zero byte in its first
/// line, as bash looks), and not one that names an interpreter.
pub fn is_text(file: &CStr) -> bool {
    let mut start = [0; SCRIPT_START];
    let start = read_start(file, &mut start);
    let first_line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    !first_line.contains(&0) && !start.starts_with(elf::MAGIC) && interpreter(start).is_none()
}

/// As much of a script as the kernel looks at to find its interpreter: BINPRM_BUF_SIZE.
const SCRIPT_START: usize = 256;

/// A path for system calls. There is no zero byte in it: it is a part of what was one, or ends before the first.
fn c_string(path: &[u8]) -> CString {
    files::c_string(path.to_vec()).unwrap_or_default()
}

/// The folder that a path is in, if it names one that is not the root.
fn parent(path: &[u8]) -> Option<&[u8]> {
    let slash = path.iter().rposition(|byte| *byte == b'/')?;
    let end = path[..slash].iter().rposition(|byte| *byte != b'/')?;
    Some(&path[..=end])
}

/// The interpreter that the first line of a script names, as the kernel reads it: what follows `#!` and blanks, up to the
/// next blank or the end of the line. A carriage return is part of the name.
fn interpreter(start: &[u8]) -> Option<&[u8]> {
    let line = start.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    line.split(|byte| matches!(byte, b' ' | b'\t' | 0)).find(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_a_path_is_what_is_before_its_last_part() {
        for (path, expected) in [
            (b"/usr/bin/ls".as_slice(), Some(b"/usr/bin".as_slice())),
            (b"/usr//ls", Some(b"/usr")),
            (b"/usr", None),
            (b"//usr", None),
            (b"./run", Some(b".")),
            (b"bin/run", Some(b"bin")),
            (b"run", None),
            (b"", None),
        ] {
            assert_eq!(parent(path), expected, "{}", path.escape_ascii());
        }
    }

    #[test]
    fn the_interpreter_is_read_as_the_kernel_reads_it() {
        for (start, expected) in [
            (b"#!/bin/sh\n".as_slice(), Some(b"/bin/sh".as_slice())),
            (b"#! \t/usr/bin/env python3\nx", Some(b"/usr/bin/env")),
            (b"#!/bin/sh\r\n", Some(b"/bin/sh\r")),
            (b"#!/bin/sh -e\r\n", Some(b"/bin/sh")),
            (b"#!/bin/sh", Some(b"/bin/sh")),
            (b"#!\n/bin/sh", None),
            (b"#!", None),
            (b"", None),
            (b"echo #!/bin/sh", None),
        ] {
            assert_eq!(interpreter(start), expected, "{}", start.escape_ascii());
        }
    }
}
