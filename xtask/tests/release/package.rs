//! The Debian package.

use std::fs;
use std::process::Command;

use crate::harness::{Folder, printed, status_as_pid_1, the_file, there_is};

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
        "usr/share/man/man1/rinit.1.gz",
        "usr/share/doc/rinit/copyright",
        "usr/share/bash-completion/completions/rinit",
        "usr/share/zsh/vendor-completions/_rinit",
        "usr/share/fish/vendor_completions.d/rinit.fish",
    ] {
        assert!(root.join(place).is_file(), "{place} is missing");
    }
}

#[test]
fn lintian_finds_no_fault_with_the_debian_package() {
    if there_is("lintian") {
        printed(Command::new("lintian").args(["--fail-on", "error,warning"]).arg(the_file("rinit_", ".deb")));
    }
}
