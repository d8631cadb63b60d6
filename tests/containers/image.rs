//! The image that the tests run: the init, busybox, the example programs and the probe, from nothing.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, Once, OnceLock};

use crate::container::Launch;
use crate::engine::{docker, obstacle, unique_name};

/// Debian's busybox-static. It must be static: the image has no libraries.
pub const BUSYBOX: &str = "/bin/busybox";

/// `su` lets a user become root for good (real, effective and saved), as a database's or a mail server's helper may:
/// root has no password in here. RUN, because the builder takes the bit away from what it copies.
const DOCKERFILE: &str = r#"
FROM scratch
COPY files /
RUN ["/bin/busybox", "sh", "-c", "busybox --install -s /bin && chmod 4755 /bin/su"]
"#;

/// An image that the engine has, until the tests end.
pub struct Image {
    name: String,
}

impl Image {
    /// Builds an image from a folder with a Dockerfile.
    pub fn build(context: &Path) -> Image {
        let name = name_to_remove();
        let folder = context.to_str().unwrap();
        // No network, because nothing is to be fetched.
        let output = docker(&["build", "--force-rm", "--network", "none", "--tag", &name, folder]);
        assert!(
            output.status.success(),
            "cannot build the image; is {BUSYBOX} static?\n{}{}",
            output.stdout,
            output.stderr
        );
        Image { name }
    }

    /// Makes an image of a tar file of its tree, and a line of a Dockerfile.
    pub fn import(tree: &Path, line: &str) -> Image {
        let name = name_to_remove();
        docker(&["import", "--change", line, tree.to_str().unwrap(), &name]).expect_success();
        Image { name }
    }

    /// A container of this image in which the command runs under the init.
    pub fn under_init(&self, command: &[&str]) -> Launch {
        self.by_way_of(&[], command)
    }

    /// The same, with words before those of the init: a command that becomes the init, or starts it.
    pub fn by_way_of(&self, before: &[&str], command: &[&str]) -> Launch {
        let words = words_under_init(command);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        Launch::new(&self.name, &[before, &words].concat())
    }

    /// A container of this image with a command just as `docker run` gets it: in the test image, without an init.
    pub fn alone(&self, command: &[&str]) -> Launch {
        Launch::new(&self.name, command)
    }

    /// What a Dockerfile calls it.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// The image of the tests, built for the first that asks; none where the tests cannot run.
pub fn image() -> Option<&'static Image> {
    static IMAGE: OnceLock<Image> = OnceLock::new();
    match obstacle() {
        None => Some(IMAGE.get_or_init(|| {
            let context = Folder::new();
            write_context(&context.path);
            Image::build(&context.path)
        })),
        Some(_) => None,
    }
}

/// What runs the command under the init in a container of the test image.
pub fn words_under_init(command: &[&str]) -> Vec<String> {
    let (_, options) = init();
    let command = command.iter().map(|word| (*word).to_owned());
    ["/rinit".to_owned()].into_iter().chain(options).chain(command).collect()
}

/// The init under test and its options.
pub fn init() -> (PathBuf, Vec<String>) {
    let words = std::env::var("INIT_UNDER_TEST").unwrap_or_default();
    let mut words = words.split_whitespace();
    match words.next() {
        Some(file) => (file.into(), words.map(str::to_owned).collect()),
        None => (env!("CARGO_BIN_EXE_rinit").into(), Vec::new()),
    }
}

fn write_context(context: &Path) {
    let files = context.join("files");
    // Readable by every user of the container, whatever the umask out here.
    let allow = |to: &str, mode| fs::set_permissions(files.join(to), fs::Permissions::from_mode(mode)).unwrap();
    for folder in ["bin", "etc"] {
        fs::create_dir_all(files.join(folder)).unwrap();
        allow(folder, 0o755);
    }
    let copy = |from: &Path, to: &str| {
        assert!(from.exists(), "{from:?} is missing: build it before this test, with: cargo build --examples");
        fs::copy(from, files.join(to)).unwrap();
        allow(to, 0o755);
    };
    let write = |to: &str, text: &str| {
        fs::write(files.join(to), text).unwrap();
        allow(to, 0o644);
    };
    copy(&init().0, "rinit");
    copy(Path::new(BUSYBOX), "bin/busybox");
    copy(Path::new(BUSYBOX), "bin/su");
    for example in ["signals", "stubborn", "orphans", "probe"] {
        let built = Path::new(env!("CARGO_BIN_EXE_rinit")).with_file_name("examples").join(example);
        copy(&built, &format!("bin/{example}"));
    }
    write("etc/passwd", "root::0:0::/:/bin/sh\nworker::1000:1000::/:/bin/sh\n");
    write("etc/group", "root:x:0:\nworker:x:1000:\n");
    write("bin/not-executable", "#!/bin/sh\n");
    fs::write(context.join("Dockerfile"), DOCKERFILE).unwrap();
}

/// A name for an image, which is removed when the tests end.
fn name_to_remove() -> String {
    static ONCE: Once = Once::new();
    // SAFETY: the function neither unwinds nor needs anything but statics.
    ONCE.call_once(|| assert_eq!(unsafe { libc::atexit(remove_all) }, 0));
    let name = unique_name();
    MADE.lock().unwrap().push(name.clone());
    name
}

/// The names of all images that these tests made, in that order.
static MADE: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The last act of the test program, which tests share images to the end of: a static is never dropped.
extern "C" fn remove_all() {
    let Ok(names) = MADE.lock() else { return };
    let last_first = names.iter().rev().map(OsStr::new);
    let _ = Command::new("docker").args(["rmi", "--force"]).args(last_first).stdout(Stdio::null()).status();
}

/// A new folder, which is removed when this goes out of scope.
pub struct Folder {
    pub path: PathBuf,
}

impl Folder {
    pub fn new() -> Folder {
        let path = std::env::temp_dir().join(unique_name());
        fs::create_dir(&path).unwrap();
        Folder { path }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}
