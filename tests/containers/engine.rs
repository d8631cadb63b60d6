//! The Docker engine, by way of its command line.

use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Nothing in here takes more than a few seconds, on a busy machine too. What takes this long has gone wrong.
const LIMIT: Duration = Duration::from_secs(30);

/// How long a terminal is looked at while nothing is shown.
pub fn patience() -> Duration {
    LIMIT
}

/// How a call of `docker` ended, and what it said.
pub struct Output {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl Output {
    /// What it wrote to stdout, if all went well; otherwise the test fails.
    #[track_caller]
    pub fn expect_success(self) -> String {
        assert!(self.status.success(), "{}\n{}{}", self.status, self.stdout, self.stderr);
        self.stdout
    }
}

/// Calls `docker` and waits until it ends, which must be soon.
#[track_caller]
pub fn docker(words: &[&str]) -> Output {
    let mut call = Command::new("docker")
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("cannot call docker, which answered a moment ago");
    let (stdout, stderr) = (read_beside(call.stdout.take()), read_beside(call.stderr.take()));
    let status = end_of(&mut call);
    let [stdout, stderr] = [stdout, stderr].map(|reader| reader.join().unwrap());
    let status = status.unwrap_or_else(|| panic!("docker {words:?} took more than {LIMIT:?}\n{stdout}{stderr}"));
    Output { status, stdout, stderr }
}

/// Reads to the end in a thread of its own, so that a full pipe keeps nobody waiting.
fn read_beside(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.unwrap().read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// How the process ended, or nothing if it had to be killed because it took too long.
pub fn end_of(process: &mut Child) -> Option<ExitStatus> {
    let deadline = Instant::now() + LIMIT;
    while Instant::now() < deadline {
        if let Some(status) = process.try_wait().unwrap() {
            return Some(status);
        }
        thread::sleep(Duration::from_millis(5));
    }
    process.kill().unwrap();
    process.wait().unwrap();
    None
}

/// Waits until something is so, and fails with its description and what is known if it is not so in time.
#[track_caller]
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool, known: impl FnOnce() -> String) {
    let deadline = Instant::now() + LIMIT;
    while !is_so() {
        assert!(Instant::now() < deadline, "waited {LIMIT:?} for this: {what}\n{}", known());
        thread::sleep(Duration::from_millis(20));
    }
}

/// A name for an image or a container that nobody else uses: not another test, nor another run, nor one that was killed.
pub fn unique_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    static RUN: OnceLock<String> = OnceLock::new();
    let run = RUN.get_or_init(|| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        format!("{}-{:x}", std::process::id(), now.as_millis())
    });
    format!("rinit-test-{run}-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

/// What keeps these tests from running on this machine, if anything does. Says so once, past the capture of test output.
pub fn obstacle() -> Option<&'static str> {
    static OBSTACLE: OnceLock<Option<&str>> = OnceLock::new();
    let obstacle = *OBSTACLE.get_or_init(|| {
        let answer = Command::new("docker").args(["version", "--format", "{{.Server.Version}}"]).output();
        let obstacle = match answer {
            Ok(answer) if answer.status.success() => {
                let busybox = std::fs::exists(crate::image::BUSYBOX).unwrap_or(false);
                (!busybox).then_some("no /bin/busybox (install the package busybox-static)")
            }
            _ => Some("no Docker engine"),
        };
        if let Some(obstacle) = obstacle {
            let _ = writeln!(std::io::stderr(), "tests in containers skipped: {obstacle}");
        }
        obstacle
    });
    if let Some(obstacle) = obstacle {
        assert!(std::env::var_os("CI").is_none(), "{obstacle}, and CI must not skip");
    }
    obstacle
}
