//! The umask and the resource limits that the program starts with.

use nix::errno::Errno;
use thiserror::Error;

use crate::errno::Why;
use crate::number::number;
use crate::sys::limits::Limit;

/// The names of the limits, as docker's `--ulimit` and `limits.conf(5)` have them, in the order of their numbers, which all machines
/// that rinit is built for share: `getrlimit(2)`.
const NAMES: &str =
    "cpu fsize data stack core rss nproc nofile memlock as locks sigpending msgqueue nice rtprio rttime";

/// What is accepted.
pub const ACCEPTED: &str = "NAME=SOFT or NAME=SOFT:HARD, where NAME is one of cpu, fsize, data, stack, core, rss, nproc, nofile, \
    memlock, as, locks, sigpending, msgqueue, nice, rtprio, rttime, and a limit is a number or unlimited";

/// `nofile=1024:4096`; one number is both.
pub fn limit(text: &[u8]) -> Option<Limit> {
    let (name, values) = split(text, b'=')?;
    let resource = NAMES.split(' ').position(|known| name.eq_ignore_ascii_case(known.as_bytes()))?;
    let (soft, hard) = split(values, b':').unwrap_or((values, values));
    let (soft, hard) = (bound(soft)?, bound(hard)?);
    (soft <= hard).then_some(Limit { resource: resource as u8, soft, hard })
}

/// Sees to it that the program can be given these limits, by whatever user. rinit itself is not to be held to them: who reaps a
/// hundred thousand orphans takes a second of CPU time.
///
/// # Errors
/// If one is above the present hard limit and rinit has no CAP_SYS_RESOURCE.
pub fn make_room(limits: &[Limit]) -> Result<(), CannotLimit> {
    limits.iter().try_for_each(|limit| {
        let name = NAMES.split(' ').nth(limit.resource.into()).unwrap_or_default();
        limit.make_room().map_err(|errno| CannotLimit { limit: name, errno })
    })
}

fn split(text: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let index = text.iter().position(|byte| *byte == at)?;
    Some((&text[..index], &text[index + 1..]))
}

fn bound(text: &[u8]) -> Option<u64> {
    match text {
        b"unlimited" | b"-1" => Some(u64::MAX),
        _ => number(text),
    }
}

/// A limit could not be set.
#[derive(Debug, Error)]
#[error("cannot set the limit {limit}: {}{}", Why(*.errno), hint(*.errno))]
pub struct CannotLimit {
    limit: &'static str,
    errno: Errno,
}

fn hint(errno: Errno) -> &'static str {
    match errno {
        Errno::EPERM => "; it is above the hard limit of the container: raise that (docker run --ulimit)",
        _ => "",
    }
}

/// A umask: an octal number.
pub fn umask(text: &[u8]) -> Option<u32> {
    if text.is_empty() || text.len() > 4 {
        return None;
    }
    let mask = text.iter().try_fold(0, |mask, digit| match digit {
        b'0'..=b'7' => Some(mask * 8 + u32::from(digit - b'0')),
        _ => None,
    })?;
    (mask <= 0o777).then_some(mask)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_have_names_and_one_or_two_numbers() {
        let limit = |text: &str| limit(text.as_bytes()).map(|it| (u32::from(it.resource), it.soft, it.hard));
        assert_eq!(limit("nofile=1024:4096"), Some((libc::RLIMIT_NOFILE, 1024, 4096)));
        assert_eq!(limit("CORE=0"), Some((libc::RLIMIT_CORE, 0, 0)));
        assert_eq!(limit("rttime=5:unlimited"), Some((libc::RLIMIT_RTTIME, 5, u64::MAX)));
        for text in
            ["", "nofile", "nofile=", "files=1", "nofile=1:", "nofile=:1", "nofile=2:1", "nofile=1:2:3", "nofile=x"]
        {
            assert_eq!(limit(text), None, "{text}");
        }
        let numbers =
            [libc::RLIMIT_CPU, libc::RLIMIT_CORE, libc::RLIMIT_NPROC, libc::RLIMIT_NOFILE, libc::RLIMIT_RTTIME];
        for (name, number) in ["cpu", "core", "nproc", "nofile", "rttime"].into_iter().zip(numbers) {
            assert_eq!(limit(&format!("{name}=1")).unwrap().0, number, "{name}");
        }
    }

    #[test]
    fn a_umask_is_octal() {
        for (text, mask) in [("0", 0), ("22", 0o22), ("0077", 0o77), ("777", 0o777)] {
            assert_eq!(umask(text.as_bytes()), Some(mask), "{text}");
        }
        for text in ["", "8", "-1", "1777", "00000", "0o22", "u=rwx"] {
            assert_eq!(umask(text.as_bytes()), None, "{text}");
        }
    }
}
