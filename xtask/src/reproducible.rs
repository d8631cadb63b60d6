//! Whether a release, made again elsewhere, is the same.

use crate::failure::{Failure, Result};
use crate::files;
use crate::release::Release;

/// Copies the source to another folder, makes the release there, and compares all files byte by byte.
pub fn check(release: &Release) -> Result<()> {
    let elsewhere = release.scratch.join("made again, elsewhere");
    files::fresh_folder(&elsewhere)?;
    let source = elsewhere.join("source");
    let [git, target] = [".git", "target"].map(|name| release.source.join(name));
    // The scratch folder may be anywhere, also in the source, and what is copied goes there.
    files::copy_folder(&release.source, &source, &[&git, &target, &release.output, &release.scratch])?;
    let again = Release {
        source,
        scratch: elsewhere.join("scratch"),
        output: elsewhere.join("dist"),
        architecture: release.architecture,
        date: release.date,
    };
    again.make()?;
    let first = files::entries(&release.output)?;
    let names = |paths: &[std::path::PathBuf]| paths.iter().map(|path| files::name(path)).collect::<Vec<_>>();
    if names(&first) != names(&files::entries(&again.output)?) {
        return Err(Failure::new("reproduce the release", "there are other files the second time"));
    }
    for path in &first {
        let name = files::name(path);
        if files::read(path)? != files::read(&again.output.join(&name))? {
            let cause = format!("compare it with '{}'", again.output.join(&name).display());
            return Err(Failure::new(format_args!("reproduce '{name}'"), cause));
        }
    }
    println!("the same, byte for byte, when made elsewhere: {}", names(&first).join(" "));
    files::fresh_folder(&elsewhere)
}
