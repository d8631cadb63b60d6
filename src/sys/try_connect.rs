//! Whether somebody listens: connecting to a socket, and hanging up at once.

use std::ffi::{CStr, c_int};
use std::mem::{MaybeUninit, offset_of};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::ptr;
use std::time::Duration;

use nix::errno::Errno;
use nix::unistd::Pid;

use crate::ending::Ending;

/// Why nobody can be said to listen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Obstacle {
    /// No try has come to an end.
    Unanswered,
    /// A system call failed, that is, connect(2) most often.
    Errno(Errno),
    /// Neither /etc/hosts nor a name server knows the name.
    UnknownName,
    /// No name server has answered.
    NoNameServer,
    /// The name could not be looked up, for another reason.
    NoLookUp,
    /// There was no child to try it.
    NoProcess(Errno),
    /// The child that tried was killed.
    Killed,
}

impl Obstacle {
    /// What the child exits with, where no errno of a machine that rinit is built for is: those end at 133.
    const UNKNOWN_NAME: u8 = 200;
    const NO_NAME_SERVER: u8 = 201;
    const NO_LOOK_UP: u8 = 202;

    /// What came of a try, by how the child of [`start`] ended.
    ///
    /// # Errors
    /// What was in the way.
    pub fn told_by(ending: Ending) -> Result<(), Obstacle> {
        Err(match ending {
            Ending::Exited(0) => return Ok(()),
            Ending::Exited(Obstacle::UNKNOWN_NAME) => Obstacle::UnknownName,
            Ending::Exited(Obstacle::NO_NAME_SERVER) => Obstacle::NoNameServer,
            Ending::Exited(Obstacle::NO_LOOK_UP) => Obstacle::NoLookUp,
            Ending::Exited(errno) => Obstacle::Errno(Errno::from_raw(errno.into())),
            Ending::Killed { .. } => Obstacle::Killed,
        })
    }

    fn status(self) -> u8 {
        match self {
            Obstacle::UnknownName => Obstacle::UNKNOWN_NAME,
            Obstacle::NoNameServer => Obstacle::NO_NAME_SERVER,
            Obstacle::Errno(errno) => errno as u8,
            // A child has no other.
            _ => Obstacle::NO_LOOK_UP,
        }
    }

    /// What `getaddrinfo(3)` has said, and errno.
    fn of_look_up(error: c_int) -> Obstacle {
        match error {
            libc::EAI_NONAME | libc::EAI_NODATA => Obstacle::UnknownName,
            libc::EAI_AGAIN => Obstacle::NoNameServer,
            libc::EAI_SYSTEM => Obstacle::Errno(Errno::last()),
            _ => Obstacle::NoLookUp,
        }
    }
}

/// Has a child look the host up and connect to a port at each of its addresses, waiting for no answer longer than `limit`, until
/// one does. [`Obstacle::told_by`] understands how it ends. A child, because looking up can take many seconds, during which
/// nothing but SIGKILL gets through; a copy of the process rather than one that borrows its memory, because libc may
/// change whatever it likes of it.
///
/// # Errors
/// [`Obstacle::NoProcess`], as `fork(2)` says.
pub fn start(host: &CStr, port: &CStr, limit: Duration) -> Result<Pid, Obstacle> {
    // SAFETY: rinit has one thread, so that the child may do what rinit may; it never returns from here.
    match Errno::result(unsafe { libc::fork() }).map_err(Obstacle::NoProcess)? {
        0 => {
            let status = tcp(host, port, limit).map_or_else(Obstacle::status, |()| 0);
            // SAFETY: _exit only; exit would run the parent's handlers.
            unsafe { libc::_exit(status.into()) }
        }
        pid => Ok(Pid::from_raw(pid)),
    }
}

fn tcp(host: &CStr, port: &CStr, limit: Duration) -> Result<(), Obstacle> {
    let mut first = ptr::null_mut::<libc::addrinfo>();
    // SAFETY: all zeroes is what hints are by default: addresses of all families, whether this machine has such ones or not.
    let error = unsafe {
        let mut hints: libc::addrinfo = MaybeUninit::zeroed().assume_init();
        hints.ai_socktype = libc::SOCK_STREAM;
        hints.ai_flags = libc::AI_NUMERICSERV;
        libc::getaddrinfo(host.as_ptr(), port.as_ptr(), &raw const hints, &raw mut first)
    };
    if error != 0 {
        return Err(Obstacle::of_look_up(error));
    }
    // SAFETY: a list of what is never freed; the last has a null pointer.
    let next = |info: &&libc::addrinfo| unsafe { info.ai_next.as_ref() };
    // SAFETY: as above.
    let addresses = std::iter::successors(unsafe { first.as_ref() }, next);
    let mut obstacle = Errno::EADDRNOTAVAIL;
    for address in addresses {
        match connect_within(limit, address) {
            Ok(()) => return Ok(()),
            // That this machine has no such addresses tells less than what another one has answered.
            Err(errno) if lacks_network(obstacle) => obstacle = errno,
            Err(_) => {}
        }
    }
    Err(Obstacle::Errno(obstacle))
}

fn lacks_network(errno: Errno) -> bool {
    matches!(errno, Errno::EADDRNOTAVAIL | Errno::EAFNOSUPPORT | Errno::ENETUNREACH)
}

fn connect_within(limit: Duration, address: &libc::addrinfo) -> Result<(), Errno> {
    let socket = open(address.ai_family, libc::SOCK_STREAM)?;
    match connect(&socket, address.ai_addr, address.ai_addrlen) {
        Err(Errno::EINPROGRESS) => connected_within(limit, &socket)?,
        result => result?,
    }
    if is_its_own_peer(&socket) { Err(Errno::ECONNREFUSED) } else { Ok(()) }
}

fn connected_within(limit: Duration, socket: &OwnedFd) -> Result<(), Errno> {
    let mut ready = libc::pollfd { fd: socket.as_raw_fd(), events: libc::POLLOUT, revents: 0 };
    let milliseconds = c_int::try_from(limit.as_millis()).unwrap_or(c_int::MAX);
    // SAFETY: one pollfd.
    if Errno::result(unsafe { libc::poll(&raw mut ready, 1, milliseconds) })? == 0 {
        return Err(Errno::ETIMEDOUT);
    }
    let mut error: c_int = 0;
    let mut length = size_of::<c_int>() as libc::socklen_t;
    // SAFETY: error is an int, and length says so.
    let result = unsafe {
        let place = (&raw mut error).cast();
        libc::getsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, libc::SO_ERROR, place, &raw mut length)
    };
    Errno::result(result)?;
    if error == 0 { Ok(()) } else { Err(Errno::from_raw(error)) }
}

/// Whether a socket is connected to itself: where nobody listens, but the port is one of those that the kernel gives to sockets
/// that connect, it sooner or later gives it to just the one that asks for it; TCP lets two ends connect to each other.
fn is_its_own_peer(socket: &OwnedFd) -> bool {
    type Ask = unsafe extern "C" fn(c_int, *mut libc::sockaddr, *mut libc::socklen_t) -> c_int;
    /// Any `struct sockaddr`.
    #[derive(PartialEq)]
    #[repr(C, align(8))]
    struct Address([u8; size_of::<libc::sockaddr_storage>()]);
    let ask = |ask: Ask| {
        let mut address = Address([0; _]);
        let mut length = size_of::<Address>() as libc::socklen_t;
        // SAFETY: address has so many bytes, and length says so.
        let result = unsafe { ask(socket.as_raw_fd(), (&raw mut address).cast(), &raw mut length) };
        Errno::result(result).is_ok().then_some(address)
    };
    // There is no peer any more if it has hung up already; somebody it was.
    ask(libc::getpeername).is_some_and(|peer| Some(peer) == ask(libc::getsockname))
}

/// The longest path of a socket: `unix(7)`, which has a zero byte after it in what is portable.
pub const LONGEST_SOCKET_PATH: usize = size_of::<libc::sockaddr_un>() - offset_of!(libc::sockaddr_un, sun_path) - 1;

/// Connects to a socket with this path, whatever its type is. Does not wait.
///
/// # Errors
/// As `connect(2)`: EAGAIN if too many others wait to be let in. ENAMETOOLONG for a path that no socket can have.
pub fn unix(path: &CStr) -> Result<(), Errno> {
    if path.count_bytes() > LONGEST_SOCKET_PATH {
        return Err(Errno::ENAMETOOLONG);
    }
    // SAFETY: all zeroes is a valid sockaddr_un.
    let mut address: libc::sockaddr_un = unsafe { MaybeUninit::zeroed().assume_init() };
    address.sun_family = libc::AF_UNIX as libc::sa_family_t;
    for (place, byte) in address.sun_path.iter_mut().zip(path.to_bytes()) {
        *place = *byte as _;
    }
    let length = size_of::<libc::sockaddr_un>() as libc::socklen_t;
    let mut result = Err(Errno::EPROTOTYPE);
    for kind in [libc::SOCK_STREAM, libc::SOCK_SEQPACKET, libc::SOCK_DGRAM] {
        result = connect(&open(libc::AF_UNIX, kind)?, (&raw const address).cast(), length);
        if result != Err(Errno::EPROTOTYPE) {
            break;
        }
    }
    result
}

/// A socket that does not wait.
fn open(family: c_int, kind: c_int) -> Result<OwnedFd, Errno> {
    // SAFETY: takes numbers.
    let fd = Errno::result(unsafe { libc::socket(family, kind | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC, 0) })?;
    // SAFETY: the kernel just gave us this descriptor, and nobody else knows of it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

fn connect(socket: &OwnedFd, address: *const libc::sockaddr, length: libc::socklen_t) -> Result<(), Errno> {
    // SAFETY: who calls it has an address of this length.
    Errno::result(unsafe { libc::connect(socket.as_raw_fd(), address, length) }).map(drop)
}

/// Whether it is an address of IPv4 in four decimal numbers.
pub fn is_ipv4(text: &CStr) -> bool {
    is_address(libc::AF_INET, text)
}

/// Whether it is an address of IPv6, without a zone.
pub fn is_ipv6(text: &CStr) -> bool {
    is_address(libc::AF_INET6, text)
}

fn is_address(family: c_int, text: &CStr) -> bool {
    unsafe extern "C" {
        fn inet_pton(family: c_int, text: *const std::ffi::c_char, address: *mut std::ffi::c_void) -> c_int;
    }
    let mut address = MaybeUninit::<libc::in6_addr>::uninit();
    // SAFETY: text is a C string; the address has room for one of either family.
    unsafe { inet_pton(family, text.as_ptr(), address.as_mut_ptr().cast()) == 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_obstacle_survives_the_way_through_an_exit_status() {
        assert_eq!(Obstacle::told_by(Ending::Exited(0)), Ok(()));
        for obstacle in [
            Obstacle::UnknownName,
            Obstacle::NoNameServer,
            Obstacle::NoLookUp,
            Obstacle::Errno(Errno::ECONNREFUSED),
            Obstacle::Errno(Errno::EPERM),
            Obstacle::Errno(Errno::EHWPOISON),
        ] {
            assert_eq!(Obstacle::told_by(Ending::Exited(obstacle.status())), Err(obstacle));
        }
    }

    #[test]
    fn a_socket_that_is_connected_to_itself_is_found_out() {
        let connect_to_itself = |own: bool| {
            let socket = open(libc::AF_INET, libc::SOCK_STREAM).unwrap();
            let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let mut address = libc::sockaddr_in {
                sin_family: libc::AF_INET as libc::sa_family_t,
                sin_port: 0,
                sin_addr: libc::in_addr { s_addr: u32::from_ne_bytes([127, 0, 0, 1]) },
                sin_zero: [0; 8],
            };
            let mut length = size_of_val(&address) as libc::socklen_t;
            // SAFETY: address has this length.
            unsafe {
                libc::bind(socket.as_raw_fd(), (&raw const address).cast(), length);
                libc::getsockname(socket.as_raw_fd(), (&raw mut address).cast(), &raw mut length);
            }
            if !own {
                address.sin_port = other.local_addr().unwrap().port().to_be();
            }
            match connect(&socket, (&raw const address).cast(), length) {
                Ok(()) | Err(Errno::EINPROGRESS) => connected_within(Duration::from_secs(60), &socket).unwrap(),
                Err(errno) => panic!("{errno}"),
            }
            is_its_own_peer(&socket)
        };
        assert!(connect_to_itself(true));
        assert!(!connect_to_itself(false));
    }
}
