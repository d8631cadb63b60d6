//! The files in dist/, used as people use them. `cargo xtask dist` must have made them: .ci/run does that first.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot go on should say so and stop"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const BUSYBOX: &str = "/bin/busybox";

fn dist() -> PathBuf {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("dist");
    assert!(dist.join("SHA256SUMS").exists(), "{dist:?} has no release: run 'cargo xtask dist' first");
    dist
}

/// The only file in dist/ with such a name.
fn the_file(begin: &str, end: &str) -> PathBuf {
    let names = fs::read_dir(dist()).unwrap().map(|entry| entry.unwrap().path());
    let found: Vec<PathBuf> = names
        .filter(|path| {
            path.file_name().unwrap().to_str().is_some_and(|name| name.starts_with(begin) && name.ends_with(end))
        })
        .collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

fn binaries() -> [PathBuf; 2] {
    [the_file("rinit-linux-", ""), the_file("rinit-minimal-linux-", "")]
}

#[track_caller]
fn call(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"))
}

#[track_caller]
fn printed(command: &mut Command) -> String {
    let output = call(command);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?}\n{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// The binary as PID 1 of a PID namespace, with this shell script as its program.
fn as_pid_1(binary: &Path, script: &str) -> Command {
    let mut unshare = Command::new("unshare");
    unshare.args(["--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "--kill-child"]);
    unshare.arg(binary).args(["--", "sh", "-c", script]);
    unshare
}

fn status_as_pid_1(binary: &Path, script: &str) -> Option<i32> {
    call(&mut as_pid_1(binary, script)).status.code()
}

/// A folder that is gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
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

/// An image or a tag that is gone when the test is over.
struct Tag(String);

impl Drop for Tag {
    fn drop(&mut self) {
        let _ = Command::new("docker").args(["rmi", "--force", &self.0]).output();
    }
}

#[test]
fn both_binaries_pass_the_exit_status_on() {
    for binary in binaries() {
        assert_eq!(status_as_pid_1(&binary, "exit 42"), Some(42), "{binary:?}");
    }
}

#[test]
fn both_binaries_forward_term_to_a_program_that_dies_of_it() {
    for binary in binaries() {
        assert_eq!(status_as_pid_1(&binary, "kill -TERM 1; sleep 60 & wait"), Some(143), "{binary:?}");
    }
}

#[test]
fn both_binaries_are_static_position_independent_and_protected() {
    for binary in binaries() {
        let headers = printed(Command::new("readelf").args(["--program-headers", "--wide"]).arg(&binary));
        assert!(headers.contains("DYN (Position-Independent Executable file)"), "{headers}");
        assert!(headers.contains("GNU_RELRO") && !headers.contains("INTERP"), "{headers}");
        let stack = headers.lines().find(|line| line.contains("GNU_STACK")).unwrap();
        assert!(stack.contains(" RW ") && !stack.contains("RWE"), "{stack}");
        let code = headers.lines().find(|line| line.contains("LOAD")).unwrap();
        assert!(code.ends_with("0x10000"), "Where Linux puts it decides how much memory it needs: {code}");
        let dynamic = printed(Command::new("readelf").args(["--dynamic", "--wide"]).arg(&binary));
        assert!(dynamic.contains("BIND_NOW") && !dynamic.contains("NEEDED"), "{dynamic}");
    }
}

#[test]
fn what_is_relocated_at_the_start_cannot_be_written_later() {
    for binary in binaries() {
        // The program may be faster than rinit, which does this after the start.
        let script = "timeout 20 sh -c 'until grep -q \"r--p.*/rinit-\" /proc/1/maps; do sleep 0.01; done'
            while read -r range access rest; do case $rest in */rinit-*) echo $access; esac; done </proc/1/maps";
        let maps = printed(&mut as_pid_1(&binary, script));
        // Code, relocated tables, variables.
        assert_eq!(maps.lines().collect::<Vec<_>>(), ["r-xp", "r--p", "rw-p"], "{binary:?}");
    }
}

#[test]
fn the_checksums_are_right() {
    printed(Command::new("sha256sum").args(["--check", "--strict", "SHA256SUMS"]).current_dir(dist()));
}

#[test]
fn the_debian_package_installs_and_runs() {
    let folder = Folder::new("package");
    let root = folder.0.as_path();
    fs::create_dir_all(root.join("var/lib/dpkg/updates")).unwrap();
    fs::create_dir_all(root.join("var/lib/dpkg/info")).unwrap();
    fs::write(root.join("var/lib/dpkg/status"), "").unwrap();
    let deb = the_file("rinit_", ".deb");
    // As root in a user namespace, so that whoever runs this may install into a folder.
    let mut dpkg = Command::new("unshare");
    dpkg.args(["--user", "--map-root-user", "dpkg", "--force-not-root", "--log=/dev/null", "--root"]);
    printed(dpkg.arg(root).arg("--install").arg(deb));
    assert_eq!(status_as_pid_1(&root.join("usr/sbin/rinit"), "exit 7"), Some(7));
    for place in [
        "usr/share/man/man1/rinit.1",
        "usr/share/doc/rinit/copyright",
        "usr/share/bash-completion/completions/rinit",
        "usr/share/zsh/vendor-completions/_rinit",
        "usr/share/fish/vendor_completions.d/rinit.fish",
    ] {
        assert!(root.join(place).is_file(), "{place} is missing");
    }
}

#[test]
fn the_bash_completion_is_bash() {
    printed(Command::new("bash").arg("-n").arg(dist().join("rinit.bash")));
}

#[test]
fn the_man_page_has_every_option_and_what_people_look_for() {
    let page = fs::read_to_string(dist().join("rinit.1")).unwrap();
    for setting in rinit::config::SETTINGS {
        assert!(page.contains(&setting.twin()), "{} is missing", setting.twin());
        assert!(page.contains(&setting.long.replace('-', "\\-")), "{} is missing", setting.long);
    }
    for heading in ["SYNOPSIS", "OPTIONS", "EXIT STATUS", "ENVIRONMENT", "SIGNALS"] {
        assert!(page.lines().any(|line| line.starts_with(".SH") && line.contains(heading)), "{heading} is missing");
    }
}

#[test]
fn the_image_serves_copy_from() {
    if !call(Command::new("docker").arg("version")).status.success() || !Path::new(BUSYBOX).exists() {
        assert!(std::env::var_os("CI").is_none(), "no Docker engine or no {BUSYBOX}, and CI must not skip");
        eprintln!("skipped: no Docker engine or no {BUSYBOX}");
        return;
    }
    let loaded = printed(Command::new("docker").args(["load", "--input"]).arg(the_file("rinit-image-", ".tar")));
    // It may also say that there was one of this name.
    let name = loaded.lines().find_map(|line| line.strip_prefix("Loaded image: "));
    let image = Tag(name.unwrap_or_else(|| panic!("what is the image called? {loaded}")).to_owned());
    let context = Folder::new("image");
    fs::copy(BUSYBOX, context.0.join("busybox")).unwrap();
    let dockerfile = format!(
        "FROM scratch\nCOPY --from={} /rinit /sbin/rinit\nCOPY busybox /bin/sh\nENTRYPOINT [\"/sbin/rinit\", \"--\"]\n",
        image.0
    );
    fs::write(context.0.join("Dockerfile"), dockerfile).unwrap();
    let tag = Tag(format!("rinit-release-test-{}", std::process::id()));
    printed(Command::new("docker").args(["build", "--force-rm", "--network", "none", "--tag", &tag.0]).arg(&context.0));
    let mut run = Command::new("docker");
    run.args(["run", "--rm", "--network", "none", &tag.0, "/bin/sh", "-c", "kill -TERM 1; sleep 60 & wait"]);
    assert_eq!(call(&mut run).status.code(), Some(143));
}
