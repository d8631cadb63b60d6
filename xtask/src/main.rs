//! `cargo xtask dist`: from the source of rinit to the files of a release, in `dist/`.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool for a terminal, which says what it made")]

mod alignment;
mod architecture;
mod audit;
mod binary;
mod crates;
mod failure;
mod files;
mod image;
mod manual;
mod package;
mod release;
mod reproducible;
mod sbom;
mod toolchain;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use architecture::Architecture;
use failure::{Failure, Result};
use release::Release;

const USAGE: &str = "\
usage: cargo xtask dist [--arch ARCH] [--check-reproducible]

Makes the files of a release in dist/. --arch is amd64, arm64, armv7, 386, ppc64le, s390x or riscv64; without it, this machine's.
--check-reproducible makes all of them again in another folder, and fails if a byte differs.";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<()> {
    let ["dist", options @ ..] = words else { return Err(Failure::new("tell what to do", USAGE)) };
    let (architecture, rest) = match options {
        ["--arch", name, rest @ ..] => (Architecture::named(name)?, rest),
        rest => (Architecture::of_this_machine()?, rest),
    };
    let source = source_folder();
    let release = Release::new(source.clone(), scratch_folder(&source), source.join("dist"), architecture)?;
    match rest {
        [] => release.make(),
        ["--check-reproducible"] => release.make().and_then(|()| reproducible::check(&release)),
        _ => Err(Failure::new("make sense of the options", USAGE)),
    }
}

/// The folder of the workspace, which this package is in a folder of.
fn source_folder() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_owned()
}

/// Beside what cargo builds for other purposes, so that neither has to be built anew because of the other.
fn scratch_folder(source: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| source.join("target"), |folder| source.join(folder))
        .join("dist")
}
