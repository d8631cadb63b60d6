//! /etc/passwd and /etc/group, read as they are: no NSS, which a static binary could not load.
//!
//! Read as Docker reads them (moby/sys/user), but for one thing: there, a number that is none counts as 0, which is root.

use std::ffi::CStr;

use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::sys::stat::{Mode, SFlag, fstat};
use nix::unistd;

use super::{File, UserError};
use crate::number::small;

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wanted<'a> {
    /// An id: decimal digits are one, even if an entry has them for a name.
    Id(u32),
    /// A name.
    Name(&'a [u8]),
}

impl<'a> Wanted<'a> {
    /// A name or an id, unless it is empty, or a number that is no id.
    pub fn parse(text: &'a [u8]) -> Option<Wanted<'a>> {
        match text {
            b"" => None,
            digits if digits.iter().all(u8::is_ascii_digit) => id(digits).map(Wanted::Id),
            name => Some(Wanted::Name(name)),
        }
    }

    fn is(self, name: &[u8], number: Option<&[u8]>) -> bool {
        match self {
            Wanted::Id(wanted) => number.and_then(id) == Some(wanted),
            Wanted::Name(wanted) => name == wanted,
        }
    }
}

/// An id, which -1 is not: `setresuid(2)` takes it to mean that nothing shall change.
fn id(text: &[u8]) -> Option<u32> {
    small(text).filter(|id| *id != u32::MAX)
}

/// An entry of /etc/passwd: `passwd(5)`.
pub struct Account<'a> {
    pub name: &'a [u8],
    pub uid: u32,
    pub gid: u32,
    pub home: &'a [u8],
}

/// The first entry of this user. Others may be as malformed as they like.
pub fn account<'a>(passwd: &'a [u8], wanted: Wanted<'_>) -> Result<Option<Account<'a>>, UserError> {
    for mut fields in entries(passwd) {
        let name = fields.next().unwrap_or_default();
        let uid = fields.nth(1);
        if wanted.is(name, uid) {
            let gid = fields.next().and_then(id);
            let home = fields.nth(1).unwrap_or_default();
            return match (uid.and_then(id), gid) {
                (Some(uid), Some(gid)) if !home.contains(&0) => Ok(Some(Account { name, uid, gid, home })),
                _ => Err(UserError::Malformed { file: File::Passwd, name: name.to_vec() }),
            };
        }
    }
    Ok(None)
}

/// The id of the first group with this name: `group(5)`.
pub fn group(group: &[u8], wanted: &[u8]) -> Result<Option<u32>, UserError> {
    for mut fields in entries(group) {
        let name = fields.next().unwrap_or_default();
        if name == wanted {
            return gid(name, fields.nth(1)).map(Some);
        }
    }
    Ok(None)
}

/// Adds the groups that have this user as a member.
pub fn add_groups_of(user: &[u8], group: &[u8], groups: &mut Vec<u32>) -> Result<(), UserError> {
    let primary = groups.first().copied();
    for mut fields in entries(group) {
        let name = fields.next().unwrap_or_default();
        let number = fields.nth(1);
        let members = fields.next().unwrap_or_default();
        if members.split(|byte| *byte == b',').any(|member| member == user) {
            groups.extend(Some(gid(name, number)?).filter(|gid| Some(*gid) != primary));
        }
    }
    Ok(())
}

fn gid(name: &[u8], number: Option<&[u8]>) -> Result<u32, UserError> {
    number.and_then(id).ok_or_else(|| UserError::Malformed { file: File::Group, name: name.to_vec() })
}

/// The fields of each line but of empty ones and comments.
fn entries(file: &[u8]) -> impl Iterator<Item = impl Iterator<Item = &[u8]>> {
    let lines = file.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    lines.filter(|line| !line.is_empty() && line[0] != b'#').map(|line| line.split(|byte| *byte == b':'))
}

/// The longest file that is read; moby/sys/user has the same.
const LONGEST: usize = 10 << 20;

/// The whole of a file, which is at this path; `None` if there is none.
pub fn read(file: File, path: &CStr) -> Result<Option<Vec<u8>>, UserError> {
    let unreadable = |errno| UserError::Unreadable { file, errno };
    // Of a pipe, nobody may ever open the other end.
    let flags = OFlag::O_RDONLY | OFlag::O_CLOEXEC | OFlag::O_NOCTTY | OFlag::O_NONBLOCK;
    let opened = match open(path, flags, Mode::empty()) {
        Err(Errno::ENOENT | Errno::ENOTDIR) => return Ok(None),
        opened => opened.map_err(unreadable)?,
    };
    let status = fstat(&opened).map_err(unreadable)?;
    let size = usize::try_from(status.st_size).unwrap_or(usize::MAX);
    if status.st_mode & SFlag::S_IFMT.bits() != SFlag::S_IFREG.bits() || size > LONGEST {
        return Err(UserError::Unusable { file });
    }
    // One more than there is, which tells a file that has grown, or has another size than it says, from one read to its end.
    let mut bytes = vec![0; size + 1];
    let mut length = 0;
    while length < bytes.len() {
        match unistd::read(&opened, &mut bytes[length..]) {
            Ok(0) => {
                bytes.truncate(length);
                return Ok(Some(bytes));
            }
            Ok(more) => length += more,
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(unreadable(errno)),
        }
    }
    Err(UserError::Unusable { file })
}
