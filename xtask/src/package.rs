//! The Debian package, by `dpkg-deb`, which every Debian machine has.

use std::path::PathBuf;
use std::process::Command;

use crate::binary::Flavour;
use crate::failure::Result;
use crate::files;
use crate::manual;
use crate::release::Release;

/// Makes `rinit_VERSION_ARCH.deb`. On a Debian whose /sbin is a link to /usr/sbin, as it is since Debian 12, it makes
/// /sbin/rinit too.
pub fn make(release: &Release) -> Result<()> {
    let tree = release.scratch.join("package");
    files::fresh_folder(&tree)?;
    let mut contents = vec![
        ("usr/sbin/rinit", files::read(&release.output.join(Flavour::Default.file_name(release.architecture)))?, 0o755),
        ("usr/share/man/man1/rinit.1", manual::man_page(release.date)?, 0o644),
        ("usr/share/doc/rinit/copyright", files::read(&release.source.join("LICENSE"))?, 0o644),
    ];
    contents.extend(manual::completions().into_iter().map(|(_, place, script)| (place, script, 0o644)));
    let bytes: usize = contents.iter().map(|(_, contents, _)| contents.len()).sum();
    for (place, contents, mode) in contents {
        files::write(&tree.join(place), &contents, mode)?;
    }
    files::write(&tree.join("DEBIAN/control"), control(release, bytes).as_bytes(), 0o644)?;
    files::open_folders(&tree)?;
    let mut dpkg = Command::new("dpkg-deb");
    // gzip: xz's output depends on how many processors there are. The date is that of every file that is newer.
    dpkg.env("SOURCE_DATE_EPOCH", release.date.to_string()).args(["--root-owner-group", "-Zgzip", "--build"]);
    files::answer(dpkg.arg(&tree).arg(path(release))).map(drop)
}

/// Where it goes.
fn path(release: &Release) -> PathBuf {
    release.output.join(format!("rinit_{}_{}.deb", release.version(), release.architecture.debian))
}

fn control(release: &Release, bytes: usize) -> String {
    format!(
        "Package: rinit\n\
         Version: {version}\n\
         Architecture: {architecture}\n\
         Maintainer: The rinit project <rinit@localhost>\n\
         Section: admin\n\
         Priority: optional\n\
         Installed-Size: {size}\n\
         Description: tiny static init (PID 1) for containers\n \
         Starts a program, forwards every signal to it, reaps orphaned processes,\n \
         and exits with the program's own status.\n",
        version = release.version(),
        architecture = release.architecture.debian,
        size = bytes.div_ceil(1024),
    )
}
