//! `--user USER[:GROUP]`: rinit and the program become another user, as with Docker's option of that name, gosu and su-exec.
//!
//! rinit itself becomes that user, and not only the program: PID 1 could not signal a program of another user without
//! CAP_KILL, and nobody but root could log through `/proc/1/fd/1`. Any doubt about who is meant is an error, since the
//! alternative would be to stay root.

mod database;

use std::ffi::CStr;
use std::os::fd::BorrowedFd;

use nix::errno::Errno;
use nix::sys::prctl::set_dumpable;
use nix::sys::stat::{Mode, SFlag, fchmod, fstat, makedev};
use nix::unistd::{Uid, fchown, geteuid, getresgid, getresuid};
use thiserror::Error;

use self::database::Wanted;
use crate::errno::Why;
use crate::quoted::Quoted;
use crate::sys::files::{STANDARD, read_start};
use crate::sys::identity::{self, Keep};

/// Where users and groups are looked up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum File {
    /// `passwd(5)`.
    #[error("/etc/passwd")]
    Passwd,
    /// `group(5)`.
    #[error("/etc/group")]
    Group,
}

impl File {
    fn path(self) -> &'static CStr {
        match self {
            File::Passwd => c"/etc/passwd",
            File::Group => c"/etc/group",
        }
    }
}

/// Whom to become.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct User {
    /// The user id.
    pub uid: u32,
    /// The group id.
    pub gid: u32,
    /// The supplementary groups, `gid` among them: a program with a set-group-ID bit could leave it otherwise
    /// (CVE-2022-36109).
    pub groups: Vec<u32>,
    /// The value for HOME, without a NUL in it.
    pub home: Vec<u8>,
    /// The name, if /etc/passwd has one.
    pub name: Option<Vec<u8>>,
}

/// Why rinit could not become the user.
#[derive(Debug, Error)]
pub enum UserError {
    /// It is not of the form `USER[:GROUP]`.
    #[error(
        "cannot understand the user {}: give USER or USER:GROUP, each a name or a number up to 4294967294",
        Quoted(.0)
    )]
    Spec(Vec<u8>),

    /// No entry has that name.
    #[error("cannot find {} in {file}: no entry has that name; add one, or give a number", Quoted(.name))]
    Unknown {
        /// Where it was looked for.
        file: File,
        /// The name of the user or group.
        name: Vec<u8>,
    },

    /// The file that a name has to be looked up in cannot be read, or is missing.
    #[error("cannot read {file}: {}; names of users and groups are looked up there", Why(*.errno))]
    Unreadable {
        /// The file.
        file: File,
        /// Why.
        errno: Errno,
    },

    /// That file is none that a name can be looked up in.
    #[error("cannot read {file}: it is not a regular file of at most 10 MiB, or changes while it is read")]
    Unusable {
        /// The file.
        file: File,
    },

    /// The entry that it comes to is no entry.
    #[error(
        "cannot use the entry {} of {file}: an id is missing or not a number, or the home has a NUL in it; mend it",
        Quoted(.name)
    )]
    Malformed {
        /// The file.
        file: File,
        /// The name of the entry.
        name: Vec<u8>,
    },

    /// A system call failed.
    #[error("cannot {step}: {}", why_refused(*.errno))]
    Refused {
        /// Which.
        step: Step,
        /// Why.
        errno: Errno,
    },

    /// The kernel said that it was done, and it was not.
    #[error(
        "cannot become uid {uid}: some rights of the user that it was are left; look for a seccomp filter or securebits"
    )]
    Incomplete {
        /// The user id.
        uid: u32,
    },
}

/// A step of becoming a user.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum Step {
    /// `setgroups(2)`.
    #[error("set the supplementary groups")]
    Groups,
    /// `setresgid(2)`.
    #[error("become gid {0}")]
    Gid(u32),
    /// `setresuid(2)`.
    #[error("become uid {0}")]
    Uid(u32),
    /// `capset(2)`.
    #[error("give up capabilities")]
    Capabilities,
}

/// The errors of these, and `user_namespaces(7)`.
fn why_refused(errno: Errno) -> String {
    let why = match errno {
        Errno::EPERM => {
            "that takes the capabilities SETUID and SETGID (--cap-add), and a seccomp profile that allows it; \
             or start the container as that user"
        }
        Errno::EINVAL => "this user namespace has no such id, or there are more than 65536 groups",
        other => return Why(other).to_string(),
    };
    why.to_owned()
}

impl User {
    /// Finds whom `USER[:GROUP]` means: see [`User::find_in`].
    ///
    /// # Errors
    /// If that is in doubt.
    pub fn find(spec: &[u8]) -> Result<User, UserError> {
        let read = |file: File| database::read(file, file.path());
        let (passwd, group) = (read(File::Passwd)?, read(File::Group)?);
        User::find_in(spec, passwd.as_deref(), group.as_deref())
    }

    /// The same in these contents of /etc/passwd and /etc/group, which may be missing.
    ///
    /// The rules are Docker's (moby/sys/user). A number is always an id, never a name. The first entry counts. A user
    /// without an entry has the gid 0 and no other group, and the home `/`. A GROUP replaces all groups that the user
    /// has; it is not looked at which those are.
    ///
    /// # Errors
    /// If it is in doubt who is meant.
    pub fn find_in(spec: &[u8], passwd: Option<&[u8]>, group: Option<&[u8]>) -> Result<User, UserError> {
        let (wanted, wanted_group) = parse(spec).ok_or_else(|| UserError::Spec(spec.to_vec()))?;
        let account = passwd.map_or(Ok(None), |passwd| database::account(passwd, wanted))?;
        let mut user = match (account, wanted) {
            (Some(account), _) => User::of(&account),
            (None, Wanted::Id(uid)) => User { uid, gid: 0, groups: vec![0], home: b"/".to_vec(), name: None },
            (None, Wanted::Name(name)) => return Err(unknown(File::Passwd, passwd, name)),
        };
        match wanted_group {
            Some(wanted) => {
                user.gid = find_group(wanted, group)?;
                user.groups = vec![user.gid];
            }
            None => {
                if let (Some(name), Some(group)) = (&user.name, group) {
                    database::add_groups_of(name, group, &mut user.groups)?;
                }
            }
        }
        Ok(user)
    }

    fn of(account: &database::Account<'_>) -> User {
        let home = if account.home.is_empty() { b"/" } else { account.home };
        let name = Some(account.name).filter(|name| !name.is_empty());
        User {
            uid: account.uid,
            gid: account.gid,
            groups: vec![account.gid],
            home: home.to_vec(),
            name: name.map(<[u8]>::to_vec),
        }
    }
}

/// `USER[:GROUP]`.
fn parse(spec: &[u8]) -> Option<(Wanted<'_>, Option<Wanted<'_>>)> {
    let mut parts = spec.split(|byte| *byte == b':').map(Wanted::parse);
    let user = parts.next()??;
    // There and well-formed, or not there.
    let group = parts.next().map_or(Some(None), |group| group.map(Some))?;
    parts.next().is_none().then_some((user, group))
}

fn find_group(wanted: Wanted<'_>, group: Option<&[u8]>) -> Result<u32, UserError> {
    match wanted {
        Wanted::Id(gid) => Ok(gid),
        Wanted::Name(name) => {
            let found = group.map_or(Ok(None), |group| database::group(group, name))?;
            found.ok_or_else(|| unknown(File::Group, group, name))
        }
    }
}

fn unknown(file: File, contents: Option<&[u8]>, name: &[u8]) -> UserError {
    match contents {
        Some(_) => UserError::Unknown { file, name: name.to_vec() },
        None => UserError::Unreadable { file, errno: Errno::ENOENT },
    }
}

/// Gives the descriptors 0 to 2 to the user, who could not open `/dev/stdout` anew otherwise; as runc does for the user that
/// a container starts with (`fixStdioPermissions`). Where that cannot be, they stay as they are: they can be written to.
///
/// Does nothing where [`become_user`] does nothing, and must come before it.
pub fn give_descriptors(user: &User) {
    if geteuid().is_root() {
        STANDARD.into_iter().for_each(|fd| give(fd, user.uid));
    }
}

fn give(fd: BorrowedFd<'_>, uid: u32) {
    let Ok(status) = fstat(fd) else { return };
    let kind = SFlag::from_bits_truncate(status.st_mode) & SFlag::S_IFMT;
    // /dev/null is everybody's.
    let is_null = kind == SFlag::S_IFCHR && status.st_rdev == makedev(1, 3);
    if status.st_uid != uid && !is_null {
        // EPERM without CAP_CHOWN; EINVAL in a user namespace that does not know the owner, EROFS on such a file system.
        if fchown(fd, Some(Uid::from_raw(uid)), None).is_err() && kind == SFlag::S_IFIFO {
            // The engine's pipe, which is root's: that it lets others open it too needs no capability.
            let _ = fchmod(fd, Mode::from_bits_truncate(0o666));
        }
    }
}

/// What [`become_user`] did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dropped {
    /// rinit is the user, and cannot come back.
    Done,
    /// Nothing: rinit was not started as root, so that somebody has chosen a user already.
    NotRoot,
}

/// Becomes the user, for good. `PR_SET_PDEATHSIG` is lost by it and has to be set after.
///
/// # Errors
/// If that is not possible, or not wholly. rinit may be anybody then, and must start nothing.
pub fn become_user(user: &User) -> Result<Dropped, UserError> {
    if !geteuid().is_root() {
        return Ok(Dropped::NotRoot);
    }
    let refused = |step| move |errno| UserError::Refused { step, errno };
    // Nothing that can be done where it is forbidden for good, nor to be done where it is so already.
    let set = identity::set_groups(&user.groups);
    if !identity::has_groups(&user.groups, user.gid) && !are_groups_fixed() {
        return Err(set.map_or_else(refused(Step::Groups), |()| UserError::Incomplete { uid: user.uid }));
    }
    identity::set_gid(user.gid).map_err(refused(Step::Gid(user.gid)))?;
    identity::set_uid(user.uid).map_err(refused(Step::Uid(user.uid)))?;
    // The kernel has taken them away from a user other than root, unless securebits tell it not to.
    let keep = if user.uid == 0 { Keep::Roots } else { Keep::Nothing };
    identity::shed_capabilities(keep).map_err(refused(Step::Capabilities))?;
    if !is(user) || user.uid != 0 && identity::set_uid(0).is_ok() {
        return Err(UserError::Incomplete { uid: user.uid });
    }
    // /proc/1 would be root's otherwise, and /proc/1/fd/1 with it. What rinit knows, the program gets anyway.
    let _ = set_dumpable(true);
    Ok(Dropped::Done)
}

/// Whether this is a user namespace whose maker could not be allowed to leave groups: `user_namespaces(7)`.
fn are_groups_fixed() -> bool {
    read_start(c"/proc/self/setgroups", &mut [0; 8]).trim_ascii() == b"deny"
}

/// Whether all ids are the user's: a seccomp filter may say that a call was done that was not.
fn is(user: &User) -> bool {
    let are = |ids: [u32; 3], id| ids == [id; 3];
    getresuid().is_ok_and(|ids| are([ids.real, ids.effective, ids.saved].map(Uid::as_raw), user.uid))
        && getresgid()
            .is_ok_and(|ids| are([ids.real, ids.effective, ids.saved].map(nix::unistd::Gid::as_raw), user.gid))
}

/// Whether rinit is installed with a set-user-ID bit or capabilities: whoever may execute it could become anybody then, and it
/// must refuse to work, as gosu does. Not so where a security module, such as SELinux in a container, makes it look like it.
pub fn is_setuid() -> bool {
    identity::is_raised()
}

#[cfg(test)]
mod tests;
