//! The Debian package, by `dpkg-deb`, which every Debian machine has.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::binary::Flavour;
use crate::failure::Result;
use crate::files;
use crate::manual;
use crate::release::Release;

/// A package must have the address of a person. This one cannot exist (RFC 2606), and so is nobody's.
const MAINTAINER: &str = "The rinit maintainers <rinit@rinit.invalid>";

/// For lintian, which takes every static position-independent program for a library.
const OVERRIDES: &str = "rinit: shared-library-lacks-prerequisites [usr/sbin/rinit]\n";

/// Makes `rinit_VERSION_ARCH.deb`. On a Debian whose /sbin is a link to /usr/sbin, as it is since Debian 12, it makes
/// /sbin/rinit too.
pub fn make(release: &Release) -> Result<()> {
    let tree = release.scratch.join("package");
    files::fresh_folder(&tree)?;
    let mut contents = vec![
        ("usr/sbin/rinit", files::read(&release.output.join(Flavour::Default.file_name(release.architecture)))?, 0o755),
        ("usr/share/man/man1/rinit.1.gz", manual::man_page(release)?, 0o644),
        ("usr/share/doc/rinit/changelog.gz", changelog(release)?.into(), 0o644),
        ("usr/share/doc/rinit/copyright", files::read(&release.source.join("LICENSE"))?, 0o644),
        ("usr/share/lintian/overrides/rinit", OVERRIDES.into(), 0o644),
    ];
    contents.extend(manual::completions().into_iter().map(|(_, place, script)| (place, script, 0o644)));
    for (place, contents, mode) in &contents {
        put(&tree.join(place), contents, *mode)?;
    }
    let places: Vec<&str> = contents.iter().map(|(place, ..)| *place).collect();
    files::write(&tree.join("DEBIAN/control"), control(release, &tree, &places)?.as_bytes(), 0o644)?;
    let sums = files::answer(Command::new("md5sum").current_dir(&tree).args(&places))?;
    files::write(&tree.join("DEBIAN/md5sums"), format!("{sums}\n").as_bytes(), 0o644)?;
    files::open_folders(&tree)?;
    let mut dpkg = Command::new("dpkg-deb");
    // gzip: xz's output depends on how many processors there are. The date is that of every file that is newer.
    dpkg.env("SOURCE_DATE_EPOCH", release.date.to_string()).args(["--root-owner-group", "-Zgzip", "--build"]);
    files::answer(dpkg.arg(&tree).arg(path(release))).map(drop)
}

/// Writes a file, compressed if it is to be called `.gz`.
fn put(path: &Path, contents: &[u8], mode: u32) -> Result<()> {
    if path.extension().is_none_or(|extension| extension != "gz") {
        return files::write(path, contents, mode);
    }
    let plain = path.with_extension("");
    files::write(&plain, contents, mode)?;
    files::run(Command::new("gzip").args(["--best", "--no-name"]).arg(plain))
}

/// Where it goes.
fn path(release: &Release) -> PathBuf {
    release.output.join(format!("rinit_{}_{}.deb", release.version(), release.architecture.debian))
}

/// In Debian's form, which CHANGELOG.md does not have.
fn changelog(release: &Release) -> Result<String> {
    let (version, date) = (release.version(), release.dated("--rfc-email")?);
    Ok(format!(
        "rinit ({version}) unstable; urgency=medium\n\n  \
         * Release {version}. What is new in it is in CHANGELOG.md of its source.\n\n \
         -- {MAINTAINER}  {date}\n"
    ))
}

fn control(release: &Release, tree: &Path, places: &[&str]) -> Result<String> {
    let sizes = places.iter().map(|place| files::read(&tree.join(place)).map(|contents| contents.len()));
    let bytes: usize = sizes.sum::<Result<_>>()?;
    Ok(format!(
        "Package: rinit\n\
         Version: {version}\n\
         Architecture: {architecture}\n\
         Maintainer: {MAINTAINER}\n\
         Section: admin\n\
         Priority: optional\n\
         Installed-Size: {size}\n\
         Description: tiny static init (PID 1) for containers\n \
         Starts a program, forwards every signal to it, reaps orphaned processes,\n \
         and exits with the program's own status.\n",
        version = release.version(),
        architecture = release.architecture.debian,
        size = bytes.div_ceil(1024),
    ))
}
