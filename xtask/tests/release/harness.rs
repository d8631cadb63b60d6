//! The files of a release, and running them.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The folder that they are in.
pub fn dist() -> PathBuf {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("dist");
    assert!(dist.join("SHA256SUMS").exists(), "{dist:?} has no release: run 'cargo xtask dist' first");
    dist
}

/// The only file in dist/ with such a name.
pub fn the_file(begin: &str, end: &str) -> PathBuf {
    let names = fs::read_dir(dist()).unwrap().map(|entry| entry.unwrap().path());
    let found: Vec<PathBuf> = names
        .filter(|path| {
            path.file_name().unwrap().to_str().is_some_and(|name| name.starts_with(begin) && name.ends_with(end))
        })
        .collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

/// The default one and the minimal one.
pub fn binaries() -> [PathBuf; 2] {
    [the_file("rinit-linux-", ""), the_file("rinit-minimal-linux-", "")]
}

/// How it ended, and what it printed.
#[track_caller]
pub fn call(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"))
}

/// What it printed; it must succeed.
#[track_caller]
pub fn printed(command: &mut Command) -> String {
    let output = call(command);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?}\n{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// The binary as PID 1 of a PID namespace, with this shell script as its program.
pub fn as_pid_1(binary: &Path, script: &str) -> Command {
    let mut unshare = Command::new("unshare");
    unshare.args(["--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "--kill-child"]);
    unshare.arg(binary).args(["--", "sh", "-c", script]);
    unshare
}

/// How it ends.
pub fn status_as_pid_1(binary: &Path, script: &str) -> Option<i32> {
    call(&mut as_pid_1(binary, script)).status.code()
}

/// A folder that is gone when the test is over.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("rinit-release-{}-{name}", std::process::id()));
        fs::create_dir(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Whether there is such a program. If not, the test that asks is skipped, but not in CI.
pub fn there_is(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok();
    found || skipped(&format!("no {program}"))
}

/// Says why a test is skipped: false, as an answer to whether it can run.
pub fn skipped(why: &str) -> bool {
    assert!(std::env::var_os("CI").is_none(), "{why}, and CI must not skip");
    // Past the test runner, which would hide it.
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
    false
}
