//! The container image.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::harness::{Folder, call, printed, skipped, the_file};

const BUSYBOX: &str = "/bin/busybox";

/// An image or a tag that is gone when the test is over.
struct Tag(String);

impl Drop for Tag {
    fn drop(&mut self) {
        let _ = Command::new("docker").args(["rmi", "--force", &self.0]).output();
    }
}

#[test]
fn the_image_serves_copy_from() {
    let engine = call(Command::new("docker").arg("version")).status.success();
    if !(engine && Path::new(BUSYBOX).exists()) {
        skipped(&format!("no Docker engine or no {BUSYBOX}"));
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
