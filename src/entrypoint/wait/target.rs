//! What can be waited for: `--wait-for`'s values.

use std::ffi::{CStr, CString};
use std::fmt;

use crate::number::small;
use crate::quoted::Escaped;
use crate::sys::try_connect::{LONGEST_SOCKET_PATH, is_ipv4, is_ipv6};

/// Something that is there once it can be connected to, or once it exists.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// A TCP port, `tcp://HOST:PORT`.
    Tcp {
        /// A name, an IPv4 address, or an IPv6 address, which stands in brackets where the target is written.
        host: CString,
        /// A decimal number.
        port: CString,
    },
    /// A socket in the file system, `unix:///PATH`.
    Unix(CString),
    /// A file of any type, `file:///PATH`.
    File(CString),
}

impl Target {
    /// What is accepted, to end the sentence "it takes …".
    pub const ACCEPTED: &'static str = "tcp://HOST:PORT, unix:///PATH (of at most 107 bytes) or file:///PATH; an IPv6 address is written tcp://[::1]:80";

    /// The target, if it is accepted. What can never be there is not.
    pub fn parse(text: &[u8]) -> Option<Target> {
        if let Some(place) = text.strip_prefix(b"tcp://") {
            tcp(place)
        } else if let Some(path) = text.strip_prefix(b"unix://") {
            (path.len() <= LONGEST_SOCKET_PATH).then_some(Target::Unix(absolute(path)?))
        } else {
            Some(Target::File(absolute(text.strip_prefix(b"file://")?)?))
        }
    }
}

fn absolute(path: &[u8]) -> Option<CString> {
    path.starts_with(b"/").then(|| CString::new(path).ok())?
}

fn tcp(place: &[u8]) -> Option<Target> {
    let colon = place.iter().rposition(|byte| *byte == b':')?;
    let (host, port) = (&place[..colon], &place[colon + 1..]);
    small::<u16>(port).filter(|_| !port.starts_with(b"0"))?;
    let host = match host {
        [b'[', address @ .., b']'] => ipv6(address)?,
        name => name_or_ipv4(name)?,
    };
    Some(Target::Tcp { host, port: CString::new(port).ok()? })
}

/// An address, perhaps with a zone: `fe80::1%eth0`, as RFC 4007 writes it.
fn ipv6(text: &[u8]) -> Option<CString> {
    let mut parts = text.splitn(2, |byte| *byte == b'%');
    let address = CString::new(parts.next()?).ok()?;
    (is_ipv6(&address) && parts.next().is_none_or(is_word)).then(|| CString::new(text).ok())?
}

fn name_or_ipv4(text: &[u8]) -> Option<CString> {
    let host = is_word(text).then(|| CString::new(text).ok())??;
    // getaddrinfo(3) would make an address of `10.1` as well, and look `10.0.0.256` up as a name.
    let only_numbers = text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    (!only_numbers || is_ipv4(&host)).then_some(host)
}

/// Whether it has none of what separates the parts of a URL (RFC 3986), and no blanks.
fn is_word(text: &[u8]) -> bool {
    let belongs = |byte: &u8| !byte.is_ascii_control() && !b" :/?#[]@%".contains(byte);
    !text.is_empty() && text.iter().all(belongs)
}

/// As it was written.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn shown(text: &CStr) -> Escaped<'_> {
            Escaped(text.to_bytes())
        }
        match self {
            Target::Tcp { host, port } if host.to_bytes().contains(&b':') => {
                write!(f, "tcp://[{}]:{}", shown(host), shown(port))
            }
            Target::Tcp { host, port } => write!(f, "tcp://{}:{}", shown(host), shown(port)),
            Target::Unix(path) => write!(f, "unix://{}", shown(path)),
            Target::File(path) => write!(f, "file://{}", shown(path)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_shown_as_it_was_written() {
        for text in [
            "tcp://db:5432",
            "tcp://my_db.example.com.:65535",
            "tcp://127.0.0.1:1",
            "tcp://[::1]:80",
            "tcp://[fe80::1%eth0]:80",
            "tcp://[::ffff:10.0.0.1]:80",
            "tcp://caf\u{e9}:80",
            "tcp://4711.example:80",
            "unix:///run/db.sock",
            "unix:////",
            "file:///",
            "file:///run/a b",
        ] {
            assert_eq!(Target::parse(text.as_bytes()).unwrap().to_string(), text);
        }
        let longest = [b"unix:///".as_slice(), &[b'x'; LONGEST_SOCKET_PATH - 1]].concat();
        assert!(Target::parse(&longest).is_some());
    }

    #[test]
    fn the_parts_of_a_target_are_what_libc_is_asked_for() {
        let tcp = |host: &CStr, port: &CStr| Some(Target::Tcp { host: host.to_owned(), port: port.to_owned() });
        assert_eq!(Target::parse(b"tcp://db:5432"), tcp(c"db", c"5432"));
        assert_eq!(Target::parse(b"tcp://[::1]:80"), tcp(c"::1", c"80"));
        assert_eq!(Target::parse(b"unix:///s"), Some(Target::Unix(c"/s".to_owned())));
        assert_eq!(Target::parse(b"file:///f\xff"), Some(Target::File(c"/f\xff".to_owned())));
    }

    #[test]
    fn what_can_never_be_there_is_refused() {
        for text in [
            "",
            "db",
            "db:5432",
            "//db:5432",
            "tcp:",
            "tcp://",
            "tcp:db:5432",
            "http://db:80",
            "TCP://db:80",
            "udp://db:53",
            " tcp://db:80",
            // No host.
            "tcp://:80",
            "tcp://[]:80",
            // No port, or none that there is.
            "tcp://db",
            "tcp://db:",
            "tcp://db:0",
            "tcp://db:65536",
            "tcp://db:99999999999999999999999",
            "tcp://db:-1",
            "tcp://db:+80",
            "tcp://db:080",
            "tcp://db:postgresql",
            "tcp://db:80 ",
            "tcp://db:80/",
            "tcp://db:80/path",
            "tcp://db:80,tcp://db:81",
            "tcp://[::1]",
            "tcp://[::1]:",
            // What looks like an address.
            "tcp://::1:80",
            "tcp://::1",
            "tcp://[::1:80",
            "tcp://::1]:80",
            "tcp://[db]:80",
            "tcp://[127.0.0.1]:80",
            "tcp://[12345::]:80",
            "tcp://[::1%]:80",
            "tcp://[::1%a b]:80",
            "tcp://[::1%a%b]:80",
            "tcp://127.0.0.256:80",
            "tcp://127.0.0:80",
            "tcp://1.2.3.4.5:80",
            "tcp://.:80",
            // What is no name.
            "tcp://a b:80",
            "tcp://user@db:80",
            "tcp://a/b:80",
            "tcp://db%0:80",
            "tcp://db\n:80",
            "tcp://d\0b:80",
            "tcp://db:8\x000",
            // No path from the root.
            "unix://",
            "unix://run/x",
            "unix://./x",
            "unix://@abstract",
            "unix:///a\0b",
            "unix:/run/x",
            "file://",
            "file://run/x",
            "file://localhost/x",
            "file:///a\0b",
            "file:/x",
        ] {
            assert_eq!(Target::parse(text.as_bytes()), None, "{text:?}");
        }
        let too_long = [b"unix:///".as_slice(), &[b'x'; LONGEST_SOCKET_PATH]].concat();
        assert_eq!(Target::parse(&too_long), None);
    }
}
