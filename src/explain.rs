//! Why a command could not be run, in words that somebody can act on. `execve(2)` has one errno for many reasons: "No such
//! file or directory" may mean the file, its interpreter, its loader, or a carriage return that nobody sees.

use std::ffi::{CStr, CString};
use std::fmt;

use nix::errno::Errno;
use nix::fcntl::readlink;
use nix::sys::stat::{FileStat, SFlag, lstat, stat};
use nix::sys::statvfs::{FsFlags, statvfs};
use nix::unistd::{AccessFlags, access, getuid};
use thiserror::Error;

use crate::command::DEFAULT_PATH;
use crate::elf::{self, Elf};
use crate::ending::ExitStatus;
use crate::errno::Why;
use crate::quoted::Quoted;
use crate::sys::files::read_start;

/// A command that could not be run.
#[derive(Debug, Error)]
pub struct CannotRun {
    command: Vec<u8>,
    file: Vec<u8>,
    #[source]
    cause: Cause,
}

/// Why.
#[derive(Debug, Error)]
pub enum Cause {
    /// No folder of PATH has such a file.
    #[error("not found in PATH ({}); is it installed in this image, and spelled like this?", Quoted(.0))]
    NotInPath(Vec<u8>),
    /// There is no such file.
    #[error("no such file: {} does not exist in this image", Quoted(.0))]
    NoSuchFile(Vec<u8>),
    /// A part of the path is a file where a folder should be.
    #[error("{} is not a directory", Quoted(.0))]
    NotADirectory(Vec<u8>),
    /// A symbolic link that leads nowhere.
    #[error("it is a symbolic link to {}, which does not exist", Quoted(.0))]
    DanglingLink(Vec<u8>),
    /// The path could not be followed to its end.
    #[error("permission denied: uid {uid} may not look into the folder that it is in")]
    UnsearchableFolder {
        /// Who tried.
        uid: u32,
    },
    /// It is a folder.
    #[error("it is a directory")]
    Directory,
    /// It is a device, a socket, a pipe.
    #[error("it is not a regular file")]
    NotAFile,
    /// Nobody may execute it.
    #[error("it is not executable (mode {mode:04o}); chmod +x it, in the Dockerfile: RUN chmod +x ...")]
    NoExecuteBit {
        /// Its permissions.
        mode: u32,
    },
    /// Somebody may execute it, but not we.
    #[error("permission denied: uid {uid} may not execute it (mode {mode:04o}, owner {owner}:{group})")]
    NotForThisUser {
        /// Who tried.
        uid: u32,
        /// Its permissions.
        mode: u32,
        /// Its user.
        owner: u32,
        /// Its group.
        group: u32,
    },
    /// Nothing on this file system may be executed.
    #[error("it is on a file system that is mounted noexec")]
    NoexecMount,
    /// A script saved with Windows line ends.
    #[error("its first line ends in a carriage return: the script was saved with Windows line ends, so that the kernel looks for the interpreter {}; convert it, with dos2unix or: sed -i 's/\\r$//'", Quoted(.0))]
    WindowsLineEnds(Vec<u8>),
    /// A script whose interpreter does not exist.
    #[error("its first line names the interpreter {}, which does not exist in this image", Quoted(.0))]
    MissingInterpreter(Vec<u8>),
    /// A script whose interpreter cannot be run.
    #[error("its first line names the interpreter {}, which cannot be run: {cause}", Quoted(.interpreter))]
    BadInterpreter {
        /// The interpreter.
        interpreter: Vec<u8>,
        /// Why it cannot be run.
        cause: Box<Cause>,
    },
    /// A dynamic executable whose loader does not exist.
    #[error("it is dynamically linked and needs the loader {}, which does not exist in this image: it was built for another libc (glibc or musl), or must be linked statically", Quoted(.0))]
    MissingLoader(Vec<u8>),
    /// An executable for another machine.
    #[error(
        "it was built for {machine}, and this machine is {}; build the image for this platform",
        std::env::consts::ARCH
    )]
    WrongMachine {
        /// What it was built for.
        machine: &'static str,
    },
    /// The kernel does not know what to do with it.
    #[error("it is not in a format that this kernel can execute; is it damaged, or no program at all?")]
    BadFormat,
    /// A script that is for the shell to run, and there is no shell.
    #[error("it is a script without a '#!' line, and there is no /bin/sh to run it")]
    NoShell,
    /// The same, and there is one that cannot be run either.
    #[error("it is a script without a '#!' line, and /bin/sh cannot be run: {0}")]
    BadShell(Box<Cause>),
    /// The command line is too long.
    #[error(
        "its arguments and environment are longer than the kernel allows (a quarter of the stack limit, 128 KiB each)"
    )]
    TooLong,
    /// Somebody is writing to it.
    #[error("it is open for writing, perhaps still being copied")]
    Busy,
    /// Anything else.
    #[error("{}", Why(*.0))]
    Other(Errno),
}

impl CannotRun {
    /// That `command`, which meant `file`, cannot be run because of `cause`.
    fn new(command: &CStr, file: &CStr, cause: Cause) -> CannotRun {
        CannotRun { command: command.to_bytes().to_vec(), file: file.to_bytes().to_vec(), cause }
    }

    /// 127 if there is no such command, 126 if there is one and it cannot be executed.
    pub fn exit_status(&self) -> ExitStatus {
        match self.cause {
            Cause::NotInPath(_) | Cause::NoSuchFile(_) | Cause::NotADirectory(_) | Cause::DanglingLink(_) => {
                ExitStatus::NOT_FOUND
            }
            _ => ExitStatus::CANNOT_EXECUTE,
        }
    }
}

impl fmt::Display for CannotRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (command, file) = (Quoted(&self.command), Quoted(&self.file));
        match self.cause {
            _ if self.command == self.file => write!(f, "cannot run {command}: {}", self.cause),
            Cause::NotInPath(_) => write!(f, "cannot run {command}: {}", self.cause),
            _ => write!(f, "cannot run {command} ({file}): {}", self.cause),
        }
    }
}

/// Explains why none of `files`, which `command` may mean, could be executed. `errno` is what `execve(2)` said of the
/// one at `index`, and `path` is PATH.
pub fn why(command: &CStr, files: &[CString], index: usize, errno: Errno, path: Option<&[u8]>) -> CannotRun {
    let exists = |file: &&CString| lstat(file.as_c_str()).is_ok();
    // ENOENT comes from the last one that was tried. If one of them exists, it is that one's interpreter that does not.
    let culprit = if errno == Errno::ENOENT { files.iter().find(exists) } else { files.get(index) };
    match culprit {
        Some(file) => CannotRun::new(command, file, cause_of(file.to_bytes(), errno, 0)),
        None if files.len() == 1 && files[0].as_c_str() == command => {
            CannotRun::new(command, command, missing_part(command.to_bytes()))
        }
        None => CannotRun::new(command, command, Cause::NotInPath(path.unwrap_or(DEFAULT_PATH).to_vec())),
    }
}

/// Explains why `shell`, to which `file` had to be given, could not be executed.
pub fn why_no_shell(command: &CStr, file: &CStr, shell: &CStr, errno: Errno) -> CannotRun {
    let cause = match (errno, lstat(shell)) {
        (Errno::ENOENT, Err(_)) => Cause::NoShell,
        _ => Cause::BadShell(Box::new(cause_of(shell.to_bytes(), errno, 0))),
    };
    CannotRun::new(command, file, cause)
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

/// The first folder on the way that does not exist, or is none.
fn missing_part(file: &[u8]) -> Cause {
    let mut missing = file;
    while let Some(folder) = parent(missing) {
        match stat(folder) {
            Ok(status) if is(&status, SFlag::S_IFDIR) => break,
            Ok(_) => return Cause::NotADirectory(folder.to_vec()),
            Err(_) => match readlink(folder) {
                Ok(target) => return Cause::NoSuchFile(target.into_encoded_bytes()),
                Err(_) => missing = folder,
            },
        }
    }
    Cause::NoSuchFile(missing.to_vec())
}

/// The folder that a path is in, if it names one that is not the root.
fn parent(path: &[u8]) -> Option<&[u8]> {
    let slash = path.iter().rposition(|byte| *byte == b'/')?;
    let end = path[..slash].iter().rposition(|byte| *byte != b'/')?;
    Some(&path[..=end])
}

fn is(status: &FileStat, kind: SFlag) -> bool {
    SFlag::from_bits_truncate(status.st_mode) & SFlag::S_IFMT == kind
}

fn cause_of(file: &[u8], errno: Errno, depth: usize) -> Cause {
    /// How many interpreters of interpreters the kernel follows: `execve(2)`.
    const DEEPEST: usize = 5;
    let status = match stat(file) {
        Ok(status) => status,
        Err(errno) => return cause_of_no_status(file, errno),
    };
    match errno {
        _ if is(&status, SFlag::S_IFDIR) => return Cause::Directory,
        _ if !is(&status, SFlag::S_IFREG) => return Cause::NotAFile,
        Errno::E2BIG => return Cause::TooLong,
        Errno::ETXTBSY => return Cause::Busy,
        Errno::EACCES if access(file, AccessFlags::X_OK).is_err() => return cause_of_no_permission(file, &status),
        _ => {}
    }
    let Ok(path) = CString::new(file) else { return Cause::Other(errno) };
    match interpreter(read_start(&path, &mut [0; SCRIPT_START])) {
        Some(interpreter) if depth < DEEPEST => cause_of_script(interpreter, errno, depth),
        _ => cause_of_binary(&path, errno),
    }
}

fn cause_of_no_status(file: &[u8], errno: Errno) -> Cause {
    match (errno, readlink(file)) {
        (Errno::ENOENT, Ok(target)) => Cause::DanglingLink(target.into_encoded_bytes()),
        (Errno::EACCES, _) => Cause::UnsearchableFolder { uid: getuid().as_raw() },
        (Errno::ENOTDIR, _) => missing_part(file),
        (errno, _) => Cause::Other(errno),
    }
}

fn cause_of_no_permission(file: &[u8], status: &FileStat) -> Cause {
    match status.st_mode & 0o7777 {
        mode if mode & 0o111 == 0 => Cause::NoExecuteBit { mode },
        _ if statvfs(file).is_ok_and(|fs| fs.flags().contains(FsFlags::ST_NOEXEC)) => Cause::NoexecMount,
        mode => Cause::NotForThisUser { uid: getuid().as_raw(), mode, owner: status.st_uid, group: status.st_gid },
    }
}

fn cause_of_script(interpreter: Vec<u8>, errno: Errno, depth: usize) -> Cause {
    let exists = stat(interpreter.as_slice()).is_ok();
    match errno {
        Errno::ENOENT if !exists && interpreter.ends_with(b"\r") => Cause::WindowsLineEnds(interpreter),
        Errno::ENOENT if !exists => Cause::MissingInterpreter(interpreter),
        Errno::ENOENT | Errno::EACCES | Errno::ENOEXEC => {
            let cause = Box::new(cause_of(&interpreter, errno, depth + 1));
            Cause::BadInterpreter { interpreter, cause }
        }
        other => Cause::Other(other),
    }
}

fn cause_of_binary(path: &CStr, errno: Errno) -> Cause {
    match (errno, Elf::read(path)) {
        (Errno::ENOENT, Some(Elf { loader: Some(loader), .. })) => Cause::MissingLoader(loader),
        (Errno::ENOEXEC, Some(elf)) if !elf.is_for_this_machine() => {
            Cause::WrongMachine { machine: elf.machine_name() }
        }
        (Errno::ENOEXEC, _) => Cause::BadFormat,
        (other, _) => Cause::Other(other),
    }
}

/// The interpreter that the first line of a script names, as the kernel reads it: what follows `#!` and blanks, up to the
/// next blank or the end of the line. A carriage return is part of the name.
fn interpreter(start: &[u8]) -> Option<Vec<u8>> {
    let line = start.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let word = line.split(|byte| matches!(byte, b' ' | b'\t' | 0)).find(|word| !word.is_empty())?;
    Some(word.to_vec())
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
            assert_eq!(interpreter(start).as_deref(), expected, "{}", start.escape_ascii());
        }
    }
}
