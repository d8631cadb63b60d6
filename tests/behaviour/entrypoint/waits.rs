//! `--wait-for`: the program is started when what it needs is there, and not before, nor without it.

use std::fs;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixListener;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use super::{HOOK, both_ways, nothing_runs, prints};
use crate::harness::{Folder, Launch, Place, Running, does_entrypoint_jobs, wait_until};

in_both_places! {
    what_is_there_is_not_waited_for
    a_listener_that_comes_late_is_waited_for
    a_listener_on_ipv6_is_waited_for
    a_name_that_appears_late_in_etc_hosts_is_waited_for
    a_name_is_looked_up_anew_at_every_try
    a_socket_that_somebody_listens_on_late_is_waited_for
    a_file_that_comes_late_is_waited_for
    all_of_it_must_be_there
    a_wait_that_expires_is_124_and_names_what_is_missing_and_nothing_runs
    a_request_to_stop_during_a_wait_ends_it_at_once
    other_signals_do_not_end_a_wait
    hooks_run_after_the_wait
    nonsense_is_refused
}

/// Something to wait for that tells when it is looked for.
struct Witness(TcpListener);

impl Witness {
    fn new() -> Witness {
        Witness(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    fn target(&self) -> String {
        format!("tcp://{}", self.0.local_addr().unwrap())
    }

    /// Waits until it has been looked for.
    fn seen(&self) {
        drop(self.0.accept().unwrap());
    }
}

/// A port of 127.0.0.1 on which nobody listens. None of those that the kernel gives to whoever asks for any port
/// (`ip_local_port_range`, from 32768 up): while it is free, a socket of another test might get it.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // A hundred for each process, should several run these tests.
    let start = 10_000 + (std::process::id() % 200) as u16 * 100;
    let mut ports = std::iter::repeat_with(|| start + NEXT.fetch_add(1, Ordering::Relaxed));
    // Not by listening: a child that another test is starting may still have the socket when it is closed here.
    ports.find(|port| TcpStream::connect(("127.0.0.1", *port)).is_err()).unwrap()
}

/// Listens at a port, which for the reason above may take a moment after somebody else has.
fn listen(ip: &str, port: u16) -> TcpListener {
    let mut listener = None;
    wait_until("the port is free", || {
        listener = TcpListener::bind((ip, port)).ok();
        listener.is_some()
    });
    listener.unwrap()
}

/// Starts `echo program` when this is there, and returns when it is being waited for.
fn start_waiting(launch: Launch, witness: &Witness) -> Running {
    let running = launch.start(&["echo", "program"]);
    witness.seen();
    running
}

const PATIENT: (&str, &str) = ("wait-timeout", "10m");
const OFTEN: (&str, &str) = ("wait-interval", "10ms");

/// Checks that something is waited for that comes to be when `appear` is called.
#[track_caller]
fn waits_for<T>(
    place: Place,
    prepare: impl Fn(Launch) -> Launch,
    target: &str,
    appear: impl Fn() -> T,
    vanish: impl Fn(),
) {
    let witness = Witness::new();
    for launch in both_ways(place, &[("wait-for", &witness.target()), ("wait-for", target), PATIENT, OFTEN]) {
        let running = start_waiting(prepare(launch), &witness);
        let there = appear();
        prints(&running.wait(), "program\n");
        drop(there);
        vanish();
    }
}

fn what_is_there_is_not_waited_for(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("waits");
    let path = folder.path("socket");
    let _listener = UnixListener::bind(&path).unwrap();
    let witness = Witness::new();
    let targets = [witness.target(), format!("unix://{path}"), "file:///dev/null".to_owned(), "file:///etc".to_owned()];
    for launch in both_ways(place, &[("wait-for", &targets.join(",")), ("wait-timeout", "0")]) {
        let running = start_waiting(launch, &witness);
        prints(&running.wait(), "program\n");
    }
    let port = witness.0.local_addr().unwrap().port();
    for launch in both_ways(place, &[("wait-for", &format!("tcp://localhost:{port}")), PATIENT]) {
        prints(&start_waiting(launch, &witness).wait(), "program\n");
    }
}

fn a_listener_that_comes_late_is_waited_for(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let port = free_port();
    let appear = || listen("127.0.0.1", port);
    waits_for(place, |launch| launch, &format!("tcp://127.0.0.1:{port}"), appear, || {});
}

fn a_listener_on_ipv6_is_waited_for(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    if TcpListener::bind("[::1]:0").is_err() {
        // Past the test runner, which would hide it.
        let _ = writeln!(std::io::stderr(), "skipped: this machine has no IPv6");
        assert!(std::env::var_os("CI").is_none(), "no IPv6, and CI must not skip");
        return;
    }
    let port = free_port();
    let appear = || listen("::1", port);
    waits_for(place, |launch| launch, &format!("tcp://[::1]:{port}"), appear, || {});
    // By a name that has addresses of both kinds.
    let folder = Folder::new("waits");
    let hosts = folder.make("hosts", 0o644, "127.0.0.1 both.test\n::1 both.test\n");
    let by_way_of = with_hosts(&folder, &hosts);
    let target = format!("tcp://both.test:{port}");
    waits_for(place, |launch| launch.by_way_of(&by_way_of), &target, appear, || {});
}

/// Words that execute what follows them with this as /etc/hosts, and without any name server.
fn with_hosts(folder: &Folder, hosts: &str) -> Vec<String> {
    let resolv = folder.make("resolv.conf", 0o644, "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
    let mount = "mount --bind \"$0\" /etc/hosts && mount --bind \"$1\" /etc/resolv.conf && shift && exec \"$@\"";
    ["unshare", "--mount", "sh", "-c", mount, hosts, &resolv].map(str::to_owned).to_vec()
}

fn a_name_that_appears_late_in_etc_hosts_is_waited_for(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("waits");
    let hosts = folder.make("hosts", 0o644, "127.0.0.1 other.test\n");
    let by_way_of = with_hosts(&folder, &hosts);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = format!("tcp://late.test:{}", listener.local_addr().unwrap().port());
    let appear =
        || fs::write(&hosts, "127.0.0.1 other.test\n# 127.0.0.1 no.test\n127.0.0.1\tvery.late.test late.test\n");
    let vanish = || fs::write(&hosts, "127.0.0.1 other.test\n").unwrap();
    waits_for(place, |launch| launch.by_way_of(&by_way_of), &target, appear, vanish);
}

fn a_name_is_looked_up_anew_at_every_try(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("waits");
    // Nobody listens at the first address.
    let hosts = folder.make("hosts", 0o644, "127.0.0.2 moves.test\n");
    let by_way_of = with_hosts(&folder, &hosts);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = format!("tcp://moves.test:{}", listener.local_addr().unwrap().port());
    let appear = || fs::write(&hosts, "127.0.0.1 moves.test\n");
    let vanish = || fs::write(&hosts, "127.0.0.2 moves.test\n").unwrap();
    waits_for(place, |launch| launch.by_way_of(&by_way_of), &target, appear, vanish);
}

fn a_socket_that_somebody_listens_on_late_is_waited_for(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("waits");
    let path = folder.path("socket");
    // One that was left behind: it is there, and nobody listens.
    drop(UnixListener::bind(&path).unwrap());
    let listen = || {
        let _ = fs::remove_file(&path);
        UnixListener::bind(&path).unwrap()
    };
    waits_for(place, |launch| launch, &format!("unix://{path}"), listen, || {});
}

fn a_file_that_comes_late_is_waited_for(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("waits");
    let path = folder.path("file");
    let appear = || fs::write(&path, "").unwrap();
    waits_for(place, |launch| launch, &format!("file://{path}"), appear, || fs::remove_file(&path).unwrap());
}

fn all_of_it_must_be_there(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("waits");
    let (first, second, third) = (folder.path("first"), folder.path("second"), Witness::new());
    let told = [("wait-for", &format!("file://{first}, file://{second}")), ("wait-for", &third.target())];
    let told = [(told[0].0, told[0].1.as_str()), (told[1].0, told[1].1.as_str()), ("wait-timeout", "300ms"), OFTEN];
    fs::write(&first, "").unwrap();
    for launch in both_ways(place, &told) {
        nothing_runs(launch, 124, &[&format!("file://{second}")]);
    }
    fs::write(&second, "").unwrap();
    for launch in both_ways(place, &told) {
        prints(&launch.run(&["echo", "program"]), "program\n");
    }
}

fn a_wait_that_expires_is_124_and_names_what_is_missing_and_nothing_runs(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("waits");
    let hosts = folder.make("hosts", 0o644, "127.0.0.1 localhost\n");
    let by_way_of = with_hosts(&folder, &hosts);
    let stale = folder.path("stale");
    drop(UnixListener::bind(&stale).unwrap());
    for target in [
        format!("tcp://127.0.0.1:{}", free_port()),
        format!("tcp://no-such-name.test:{}", free_port()),
        format!("unix://{}", folder.path("socket")),
        format!("unix://{stale}"),
        format!("file://{}", folder.path("file")),
    ] {
        let before = Instant::now();
        let told = [HOOK, ("wait-for", &target), ("wait-for", "file:///etc/passwd"), ("wait-timeout", "300ms")];
        for launch in both_ways(place, &told) {
            nothing_runs(launch.by_way_of(&by_way_of), 124, &[&target]);
        }
        assert!(before.elapsed() >= Duration::from_millis(600), "{:?}", before.elapsed());
    }
}

fn a_request_to_stop_during_a_wait_ends_it_at_once(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let witness = Witness::new();
    for (signal, status, name) in [(libc::SIGTERM, 143, "SIGTERM"), (libc::SIGINT, 130, "SIGINT")] {
        // Between two tries too, which are a long time apart.
        let told = [("wait-for", witness.target()), ("wait-for", "file:///no/such/file".to_owned())];
        let told = told.each_ref().map(|(name, value)| (*name, value.as_str()));
        for launch in
            both_ways(place, &[HOOK, told[0], told[1], PATIENT, ("wait-interval", "10m"), ("stop-delay", "10m")])
        {
            let running = start_waiting(launch.variable("WITNESS", "/no/such/folder/witness"), &witness);
            running.signal(signal);
            let ended = running.wait();
            assert_eq!((ended.status, ended.stdout.as_str()), (status, ""));
            assert!(ended.stderr.starts_with("rinit: ") && ended.stderr.contains(name), "{}", ended.stderr);
            assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
        }
    }
}

fn other_signals_do_not_end_a_wait(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("waits");
    let (witness, path, log) = (Witness::new(), folder.path("file"), folder.path("log"));
    let target = format!("file://{path}");
    let told = [("wait-for", &witness.target()[..]), ("wait-for", &target), PATIENT, OFTEN, ("stop-signal", "QUIT")];
    for launch in both_ways(place, &[&told[..], &[("verbosity", "3")]].concat()) {
        let launch = launch.stderr(fs::File::create(&log).unwrap());
        let running = start_waiting(launch, &witness);
        for (signal, name) in [(1, "SIGHUP"), (10, "SIGUSR1"), (15, "SIGTERM"), (40, "SIGRTMIN+6")] {
            running.signal(signal);
            // What is still to be taken when the program is started is for the program.
            let said = format!("rinit: dropped {name}");
            wait_until(&said, || fs::read_to_string(&log).unwrap().contains(&said));
        }
        fs::write(&path, "").unwrap();
        let ended = running.wait();
        assert_eq!((ended.status, ended.stdout.as_str()), (0, "program\n"));
        fs::remove_file(&path).unwrap();
    }
}

fn hooks_run_after_the_wait(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("waits");
    let (witness, path) = (Witness::new(), folder.path("file"));
    let target = format!("file://{path}");
    let hook = format!("ls {path}");
    for launch in
        both_ways(place, &[("pre", &hook), ("wait-for", &witness.target()), ("wait-for", &target), PATIENT, OFTEN])
    {
        let running = start_waiting(launch, &witness);
        fs::write(&path, "").unwrap();
        prints(&running.wait(), &format!("{path}\nprogram\n"));
        fs::remove_file(&path).unwrap();
    }
}

fn nonsense_is_refused(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    for target in [
        "",
        "tcp",
        "localhost:80",
        "tcp://",
        "tcp://localhost",
        "tcp://localhost:",
        "tcp://:80",
        "tcp://localhost:0",
        "tcp://localhost:65536",
        "tcp://localhost:http",
        "tcp://[::1:80",
        "unix://",
        "unix://relative",
        "file://",
        "file://relative",
        "http://localhost:80",
        "file:///a,,file:///b",
    ] {
        for launch in both_ways(place, &[HOOK, ("wait-for", target)]) {
            nothing_runs(launch, 125, &["rinit: cannot use ", &format!("='{target}': it takes tcp://HOST:PORT")]);
        }
    }
    for name in ["wait-timeout", "wait-interval"] {
        for value in ["", "soon", "1.5", "-1"] {
            for launch in both_ways(place, &[HOOK, (name, value)]) {
                nothing_runs(launch, 125, &["rinit: cannot use ", &format!("='{value}': it takes ")]);
            }
        }
    }
}
