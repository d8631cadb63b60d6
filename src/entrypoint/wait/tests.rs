use std::fs;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::path::PathBuf;
use std::thread::{self, JoinHandle};

use super::*;
use crate::config::Config;

/// Long enough for the busiest machine: nothing waits so long but a test that fails.
const PLENTY: Duration = Duration::from_secs(120);

fn wait(targets: &[String], timeout: Duration) -> Result<(), NotReady> {
    let targets: Vec<Target> = targets.iter().map(|text| Target::parse(text.as_bytes()).unwrap()).collect();
    let waiting =
        Waiting { targets: &targets, timeout, interval: Duration::from_millis(50), stop_signals: SignalSet::NONE };
    wait_for(&waiting, Log::new(&Config::default()))
}

/// What a single try says is missing, and why.
fn missing(targets: &[String]) -> Vec<(String, Obstacle)> {
    match wait(targets, Duration::ZERO) {
        Ok(()) => Vec::new(),
        Err(NotReady::TimedOut { missing, .. }) => {
            missing.iter().map(|Missing { target, obstacle }| (target.to_string(), *obstacle)).collect()
        }
        Err(other) => panic!("{other}"),
    }
}

/// A folder that goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("rinit-wait-{}-{name}", std::process::id()));
        fs::create_dir(&path).unwrap();
        Folder(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn target(&self, scheme: &str, name: &str) -> String {
        format!("{scheme}://{}", self.path(name).display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// An address with a port that nobody listens at. One that had been listened at would not do: a child of another test may
/// still have the socket.
fn free(ip: &str) -> SocketAddr {
    UdpSocket::bind(format!("{ip}:0")).unwrap().local_addr().unwrap()
}

fn later<T: Send + 'static>(make: impl Fn() -> std::io::Result<T> + Send + 'static) -> JoinHandle<T> {
    thread::spawn(move || {
        loop {
            thread::sleep(Duration::from_millis(300));
            if let Ok(made) = make() {
                return made;
            }
        }
    })
}

#[test]
fn nothing_is_waited_for_if_there_are_no_targets() {
    wait(&[], Duration::ZERO).unwrap();
}

#[test]
fn what_is_there_is_found_by_a_single_try() {
    let folder = Folder::new("there");
    let v4 = TcpListener::bind("127.0.0.1:0").unwrap();
    let _stream = UnixListener::bind(folder.path("stream")).unwrap();
    let _datagram = UnixDatagram::bind(folder.path("datagram")).unwrap();
    fs::write(folder.path("file"), "").unwrap();
    std::os::unix::fs::symlink("file", folder.path("link")).unwrap();
    let mut targets = vec![
        format!("tcp://{}", v4.local_addr().unwrap()),
        format!("tcp://localhost:{}", v4.local_addr().unwrap().port()),
        folder.target("unix", "stream"),
        folder.target("unix", "datagram"),
        folder.target("file", "file"),
        folder.target("file", "link"),
        folder.target("file", "stream"),
        folder.target("file", ""),
    ];
    // Not every machine has IPv6.
    let v6 = TcpListener::bind("[::1]:0");
    targets.extend(v6.iter().map(|listener| format!("tcp://{}", listener.local_addr().unwrap())));
    assert_eq!(missing(&targets), []);
}

#[test]
fn a_port_is_waited_for_until_somebody_listens() {
    for ip in ["127.0.0.1", "[::1]"] {
        if UdpSocket::bind(format!("{ip}:0")).is_err() {
            continue;
        }
        let address = free(ip);
        let target = [format!("tcp://{address}")];
        assert_eq!(missing(&target), [(target[0].clone(), Obstacle::Errno(Errno::ECONNREFUSED))]);
        let listener = later(move || TcpListener::bind(address));
        wait(&target, PLENTY).unwrap();
        drop(listener.join().unwrap());
    }
}

#[test]
fn files_and_sockets_are_waited_for_until_they_appear() {
    let folder = Folder::new("late");
    let targets = [folder.target("file", "file"), folder.target("unix", "socket")];
    let absent = Obstacle::Errno(Errno::ENOENT);
    assert_eq!(missing(&targets), targets.clone().map(|target| (target, absent)));
    let (file, socket) = (folder.path("file"), folder.path("socket"));
    let made = later(move || {
        fs::write(&file, "")?;
        thread::sleep(Duration::from_millis(100));
        UnixListener::bind(&socket)
    });
    wait(&targets, PLENTY).unwrap();
    drop(made.join().unwrap());
}

#[test]
fn a_target_that_has_been_there_is_not_waited_for_again() {
    let folder = Folder::new("gone");
    let (early, late) = (folder.path("early"), folder.path("late"));
    fs::write(&early, "").unwrap();
    let targets = [folder.target("file", "early"), folder.target("file", "late")];
    let made = later(move || {
        let _ = fs::remove_file(&early);
        fs::write(&late, "")
    });
    wait(&targets, PLENTY).unwrap();
    made.join().unwrap();
}

#[test]
fn a_file_that_is_no_socket_and_a_link_to_nothing_are_missing() {
    let folder = Folder::new("dead");
    fs::write(folder.path("file"), "").unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path("link")).unwrap();
    for (target, errno) in [
        (folder.target("unix", "file"), Errno::ECONNREFUSED),
        (folder.target("unix", ""), Errno::ECONNREFUSED),
        (folder.target("file", "link"), Errno::ENOENT),
        (folder.target("file", "file/x"), Errno::ENOTDIR),
    ] {
        assert_eq!(missing(std::slice::from_ref(&target)), [(target, Obstacle::Errno(errno))]);
    }
}

#[test]
fn only_what_is_missing_is_named_when_time_is_over() {
    let folder = Folder::new("timeout");
    fs::write(folder.path("here"), "").unwrap();
    let targets = [folder.target("file", "here"), folder.target("file", "a"), folder.target("unix", "b")];
    let error = wait(&targets, Duration::from_millis(200)).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "cannot reach '{}' within 200ms: no such file or directory; nor '{}': no such file or directory; the command \
             was not started",
            targets[1], targets[2]
        )
    );
}

#[test]
fn a_name_that_nobody_knows_is_told_from_a_port_that_nobody_serves() {
    let target = ["tcp://rinit-test.invalid:80".to_owned()];
    let [(name, obstacle)] = &missing(&target)[..] else { panic!("found") };
    assert_eq!(name, &target[0]);
    assert!(matches!(obstacle, Obstacle::UnknownName | Obstacle::NoNameServer | Obstacle::NoLookUp), "{obstacle:?}");
}

#[test]
fn the_time_is_given_once_more_if_its_end_is_noticed_much_too_late() {
    let targets = [Target::parse(b"file:///").unwrap()];
    let timeout = Duration::from_secs(30);
    let waiting = Waiting { targets: &targets, timeout, interval: Waiting::INTERVAL, stop_signals: SignalSet::NONE };
    let watch = || Watch::new(&waiting, Log::new(&Config::default()));
    let mut punctual = watch();
    assert!(!punctual.is_over(punctual.deadline - Duration::from_millis(1)));
    assert!(punctual.is_over(punctual.deadline));
    let mut frozen = watch();
    let noticed = frozen.deadline + Duration::from_secs(60);
    assert!(!frozen.is_over(noticed));
    assert!(!frozen.is_over(noticed + timeout - Duration::from_millis(1)));
    assert!(frozen.is_over(noticed + timeout + Duration::from_secs(60)));
}
