//! The binary, in its two flavours: static, position-independent, with a standard library that is built for size.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::architecture::Architecture;
use crate::failure::{Failure, Result};
use crate::files;
use crate::toolchain::Toolchain;

/// With a command line, or configured by the environment alone.
#[derive(Clone, Copy, Debug)]
pub enum Flavour {
    /// All of rinit.
    Default,
    /// Without the command line.
    Minimal,
}

impl Flavour {
    /// The file's name in the release.
    pub fn file_name(self, architecture: &Architecture) -> String {
        match self {
            Flavour::Default => format!("rinit-linux-{}", architecture.name),
            Flavour::Minimal => format!("rinit-minimal-linux-{}", architecture.name),
        }
    }

    /// What cargo has to be told of it.
    pub fn arguments(self) -> &'static [&'static str] {
        match self {
            Flavour::Default => &[],
            Flavour::Minimal => &["--no-default-features"],
        }
    }
}

/// Builds one flavour from `source`, using `scratch` for all that comes up on the way.
pub fn build(source: &Path, scratch: &Path, architecture: &Architecture, flavour: Flavour) -> Result<PathBuf> {
    let toolchain = Toolchain::find(architecture)?;
    let flags = flags(source, scratch, &toolchain)?;
    let mut cargo = Command::new(&toolchain.cargo);
    cargo
        .current_dir(source)
        .env("RUSTC", &toolchain.rustc)
        // -Z options of a stable compiler: to build the standard library is not stable yet.
        .env("RUSTC_BOOTSTRAP", "1")
        // Not RUSTFLAGS, which cannot hold a path with a space. It also replaces those of .cargo/config.toml.
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"))
        .args(["build", "--quiet", "--locked", "--offline", "--release", "--package=rinit", "--bin=rinit"])
        .args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"])
        .args(["--target", architecture.target, "--target-dir"])
        .arg(scratch)
        .args(flavour.arguments());
    files::run(&mut cargo).map_err(|failure| {
        let remedy = toolchain.how_to_fetch_crates();
        Failure::new(
            "build the binary",
            format_args!("{failure}; if it is a crate that is missing, fetch it: {remedy}"),
        )
    })?;
    Ok(scratch.join(architecture.target).join("release/rinit"))
}

fn flags(source: &Path, scratch: &Path, toolchain: &Toolchain) -> Result<Vec<String>> {
    let mut flags: Vec<String> = [
        "-Ctarget-feature=+crt-static",
        "-Crelocation-model=pic",
        "-Zunstable-options",
        // rinit does not panic; what would, ends at once, without the formatting of a message that nobody would see.
        "-Cpanic=immediate-abort",
        "-Cforce-unwind-tables=no",
        "-Zlocation-detail=none",
        "-Zfmt-debug=none",
        // Calls of libc without a table of pointers to its functions, which would be relocated whenever rinit starts.
        "-Zplt=yes",
        // Nothing is inlined that does not make its caller smaller.
        "-Cllvm-args=-inline-threshold=0",
        // Of two functions that are the same, one of clap's might be kept for both: last.ld would put it in the wrong place.
        "-Zmerge-functions=disabled",
    ]
    .map(str::to_owned)
    .into();
    flags.extend(toolchain.musl.flags(scratch)?);
    // The same bytes, wherever it is built.
    for (from, to) in [(source, "/rinit"), (&cargo_home(), "/cargo"), (&toolchain.sysroot, "/rust")] {
        flags.push(format!("--remap-path-prefix={}={to}", from.display()));
    }
    Ok(flags)
}

fn cargo_home() -> PathBuf {
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_else(|| "/root".into())).join(".cargo");
    std::env::var_os("CARGO_HOME").map_or_else(home, PathBuf::from)
}
