//! Running an init in a PID namespace of its own, and looking at it from outside.

mod init;
mod namespace;
mod pty;
mod run;
mod trace;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use init::patience;
pub use init::{
    ForwardTo, command_line, does_entrypoint_jobs, has_a_command_line, is_minimal, under_test as init_path,
};
pub use namespace::available as namespaces_available;
pub use pty::Pty;
pub use run::{Ended, Launch, Running};
pub use trace::{available as strace_available, strace};

/// Where the init under test stands in its PID namespace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// It is PID 1.
    Pid1,
    /// It is a child of PID 1.
    Subreaper,
}

/// Makes two tests of each of these functions, one for each [`Place`].
macro_rules! in_both_places {
    ($($name:ident)*) => {
        mod as_pid_1 {
            $(#[test] fn $name() { if crate::harness::namespaces_available() { super::$name(crate::harness::Place::Pid1) } })*
        }
        mod as_subreaper {
            $(#[test] fn $name() { if crate::harness::namespaces_available() { super::$name(crate::harness::Place::Subreaper) } })*
        }
    };
}

/// A program from examples/ or tests/programs/, which `cargo test` builds and `cargo test --test …` does not.
pub fn program(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_BIN_EXE_rinit")).with_file_name("examples").join(name);
    let changed = |path: &Path| path.metadata().and_then(|metadata| metadata.modified()).ok();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs").join(name).read_dir();
    let newest = sources.into_iter().flatten().flatten().map(|source| changed(&source.path())).max().flatten();
    assert!(changed(&path) > newest, "{path:?} is missing or old; run: cargo build --examples");
    path.into_os_string().into_string().unwrap()
}

/// The probe, told to do this.
pub fn probe(words: &[&str]) -> Vec<String> {
    [program("probe")].into_iter().chain(words.iter().map(|word| (*word).to_owned())).collect()
}

/// `sh -c SCRIPT`.
pub fn shell(script: &str) -> Vec<String> {
    ["sh", "-c", script].map(str::to_owned).to_vec()
}

/// Waits until something is so, and fails with its description if it is not within a minute.
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < deadline, "waited a minute for this: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Sends a signal to a process.
pub fn send(pid: i32, signal: i32) {
    // SAFETY: kill takes numbers.
    assert_eq!(unsafe { libc::kill(pid, signal) }, 0, "kill {signal}");
}

/// Stops a process, and waits until it is.
pub fn stop(pid: i32) {
    send(pid, libc::SIGSTOP);
    let state = || std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    wait_until("the process is stopped", || state().contains(") T "));
}

/// A folder that is removed with all that is in it when this goes out of scope.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("rinit-{name}-{}-{number}", std::process::id()));
        std::fs::create_dir(&path).unwrap();
        Folder(path)
    }

    pub fn path(&self, name: &str) -> String {
        self.0.join(name).into_os_string().into_string().unwrap()
    }

    /// Makes a file in it, which may be executed at once. Another process writes it: a child that another test is starting would
    /// have this one's descriptor for a moment, and the kernel executes nothing that is open for writing (ETXTBSY).
    pub fn make(&self, name: &str, mode: u32, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        let mut writer = Command::new("sh")
            .args(["-c", "cat >\"$0\" && chmod \"$1\" \"$0\"", &path, &format!("{mode:o}")])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        writer.stdin.take().unwrap().write_all(content.as_ref()).unwrap();
        assert!(writer.wait().unwrap().success(), "cannot write {path}");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
