//! Real programs of Debian's packages, in the images of docs/migrating.md, which are built word for word, before and after.
//!
//! What they have instead of Debian's image is a tree that `tree.sh` makes of the packages. It stays in target/, and is made again
//! when that script changes.

mod guide;
mod nginx;
mod redis;
mod web;

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::container::Container;
use crate::engine::obstacle;
use crate::image::{BUSYBOX, Folder, Image, init};

/// An image with Debian's programs and without rinit, built for the first test that asks; none where the tests cannot run.
fn base() -> Option<&'static Image> {
    static IMAGE: OnceLock<Option<Image>> = OnceLock::new();
    obstacle().is_none().then(|| IMAGE.get_or_init(build_base).as_ref())?
}

fn build_base() -> Option<Image> {
    if let Some(why) = other_obstacle() {
        let _ = writeln!(std::io::stderr(), "tests of real software skipped: {why}");
        return None;
    }
    let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/15/bin";
    Some(Image::import(&tree(), &format!("ENV {path}")))
}

/// What is a reason to skip these tests in CI too, where they have nothing to say.
fn other_obstacle() -> Option<&'static str> {
    let help = Command::new(init().0).arg("--help").output();
    let has_options = help.is_ok_and(|help| String::from_utf8_lossy(&help.stdout).contains("--wait-for"));
    if !has_options {
        return Some("the init has no options for the jobs of an entrypoint");
    }
    let is_debian = fs::exists("/etc/debian_version").unwrap_or(false);
    (!is_debian).then_some("this is no Debian, whose packages they are about")
}

/// The file of the tree, which is named by the script that makes it.
fn tree() -> PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/base/tree.sh");
    let mut hasher = DefaultHasher::new();
    fs::read(&script).unwrap().hash(&mut hasher);
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("real-software-{:016x}.tar", hasher.finish()));
    if !file.exists() {
        let output = Command::new(script).arg(&file).arg(BUSYBOX).output().expect("cannot run tree.sh: is bash there?");
        assert!(output.status.success(), "cannot make the tree: {}", String::from_utf8_lossy(&output.stderr));
    }
    file
}

/// A new file in a folder, readable by every user of the container, whatever the umask out here.
fn put(folder: &Folder, to: &str, content: &[u8], mode: u32) {
    let file = folder.path.join(to);
    for parent in file.parent().unwrap().ancestors().take_while(|parent| *parent != folder.path) {
        fs::create_dir_all(parent).unwrap();
        fs::set_permissions(parent, fs::Permissions::from_mode(0o755)).unwrap();
    }
    fs::write(&file, content).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
}

/// Waits until something has been said, anywhere in a line: these programs begin theirs with the time.
#[track_caller]
fn wait_for_words(container: &Container, words: &str) {
    container.wait_until(words, || container.log().contains(words));
}

/// Waits until this script prints that, in the container.
#[track_caller]
fn wait_for_answer(container: &Container, script: &str, answer: &str) {
    container.wait_until(&format!("{script}: {answer}"), || container.exec(script).stdout.contains(answer));
}

/// The ids that a program runs with: real, effective, saved and of the file system; groups, its own among them or not.
#[track_caller]
fn ids_of(container: &Container, program: &str) -> String {
    let script = format!("cat /proc/$(pidof {program} | cut -d ' ' -f 1)/status");
    let status = container.exec(&script).expect_success();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.split_whitespace().collect::<Vec<_>>()
    };
    let (uids, gids) = (field("Uid:"), field("Gid:"));
    // gosu leaves the group itself out of them, which the kernel makes no difference of.
    let groups: Vec<_> = field("Groups:").into_iter().filter(|group| *group != gids[0]).collect();
    format!("uid {}, gid {}, groups {}", uids.join(" "), gids.join(" "), groups.join(" "))
}

/// Looks at processes of a user as that user: root may not, without `CAP_SYS_PTRACE`.
#[track_caller]
fn as_user(container: &Container, user: &str, script: &str) -> String {
    container.exec(&format!("su -s /bin/sh {user} -c \"{script}\"")).expect_success()
}
