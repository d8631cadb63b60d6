//! What a shell wrapper does before it says `exec "$@"`, done by the init as root of a container that has more users.

mod checks;
mod dropping;
mod hooks;
mod refusals;
mod rootless;
mod users;
mod waits;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::OnceLock;

use crate::container::{Ended, Launch};
use crate::image::{self, Folder, Image};

/// The users and groups of the image.
const PASSWD: &str = "\
root:x:0:0:root:/root:/bin/sh
# A comment, and an empty line.

worker:x:1000:1000:Worker:/home/worker:/bin/sh
homeless:x:1001:1001:::
2000:x:2001:2001:A name of digits:/home/digits:/bin/sh
worker:x:1002:1002:A second entry:/home/second:/bin/sh
twin:x:1000:1003:The same uid:/home/twin:/bin/sh
admin:x:0:0::/home/admin:/bin/sh
";

const GROUP: &str = "\
root:x:0:
worker:x:1000:
logs:x:2000:worker,homeless
video:x:44:other,worker
almost:x:45:worker2,work,rootworker
empty:x:46:
";

const DOCKERFILE: &str = "FROM IMAGE\nCOPY files /\nRUN [\"/bin/sh\", \"-c\", \"mkdir -p /home/worker /root /data && chown 1000:1000 /data\"]\n";

/// The image of the tests with users of its own, built for the first that asks; none where the tests cannot run.
pub fn image() -> Option<&'static Image> {
    static IMAGE: OnceLock<Image> = OnceLock::new();
    let from = image::image()?;
    Some(IMAGE.get_or_init(|| {
        let context = Folder::new();
        let files = context.path.join("files");
        fs::create_dir_all(files.join("etc")).unwrap();
        for (name, text) in [("etc/passwd", PASSWD), ("etc/group", GROUP)] {
            fs::write(files.join(name), text).unwrap();
            fs::set_permissions(files.join(name), fs::Permissions::from_mode(0o644)).unwrap();
        }
        fs::set_permissions(files.join("etc"), fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(context.path.join("Dockerfile"), DOCKERFILE.replace("IMAGE", from.name())).unwrap();
        Image::build(&context.path)
    }))
}

/// No capabilities but what it takes to become somebody else.
const ONLY_TO_DROP: [&str; 6] = ["--cap-drop", "ALL", "--cap-add", "SETUID", "--cap-add", "SETGID"];

/// All that a process is: ids, groups, home, capabilities.
const WHO: &str = "\
    grep -E '^(Uid|Gid|Groups|CapInh|CapPrm|CapEff|CapAmb):' /proc/self/status | tr -s '\\t ' ' ' | sed 's/ $//'; echo Home: $HOME";

/// What [`WHO`] says of somebody with these ids and groups, who may nothing.
fn nobody_special(uid: u32, gid: u32, groups: &str, home: &str) -> String {
    let ids = |id| format!("{id} {id} {id} {id}");
    let none = "0000000000000000";
    let capabilities: String = ["CapInh", "CapPrm", "CapEff"].map(|name| format!("{name}: {none}\n")).concat();
    format!("Uid: {}\nGid: {}\nGroups: {groups}\n{capabilities}CapAmb: {none}\nHome: {home}\n", ids(uid), ids(gid))
}

/// Runs a script under the init with these options, in a container with those.
#[track_caller]
fn run(options: &[&str], script: &str, of_docker: &[&str]) -> Option<Ended> {
    Some(launch(options, script, of_docker)?.run())
}

/// The same, to be started.
fn launch(options: &[&str], script: &str, of_docker: &[&str]) -> Option<Launch> {
    Some(image()?.under_init(&[options, &["sh", "-c", script]].concat()).options(of_docker))
}

/// Checks that all went well, and what was said.
#[track_caller]
fn prints(ended: &Ended, stdout: &str) {
    assert_eq!((ended.status, ended.stdout.as_str(), ended.of_init().len()), (0, stdout, 0), "{ended:?}");
}

/// Checks that neither a hook nor the program has run with these options, and that the one line that says why has these parts.
#[track_caller]
fn nothing_runs(options: &[&str], of_docker: &[&str], status: i32, parts: &[&str]) {
    let with_hook = [&["--pre=echo hook"], options].concat();
    let Some(ended) = run(&with_hook, "echo program", of_docker) else { return };
    assert_eq!((ended.status, ended.stdout.as_str()), (status, ""), "{options:?}: {ended:?}");
    let [line] = ended.of_init()[..] else { panic!("{options:?}: {ended:?}") };
    for part in parts {
        assert!(line.contains(part), "{options:?}: {part:?} is not in {line}");
    }
}
