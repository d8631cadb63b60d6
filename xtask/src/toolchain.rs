//! The compiler, the source of its standard library, and a musl: the toolchain's own, or Debian's.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::architecture::Architecture;
use crate::failure::{Failure, OrCannot, Result};
use crate::files;

/// A compiler that has the source of its standard library.
#[derive(Debug)]
pub struct Toolchain {
    /// The cargo to call.
    pub cargo: PathBuf,
    /// The rustc that it calls.
    pub rustc: PathBuf,
    /// Where rustc has its libraries and their source.
    pub sysroot: PathBuf,
    /// How to link with a static musl.
    pub musl: Musl,
}

/// Where the C library comes from.
#[derive(Debug)]
pub enum Musl {
    /// The toolchain's musl target brings it, and the linker is the toolchain's too.
    OfToolchain,
    /// Debian's musl-dev, in this folder, linked by this C compiler.
    OfDebian { folder: PathBuf, compiler: String },
}

const NO_SOURCE: &str = "no toolchain here has the source of its standard library; \
    install it with 'rustup component add rust-src', or on Debian 12 with 'apt-get install rustc-web cargo-web rust-web-src'";

impl Toolchain {
    /// The first one that will do: the one that runs this, then Debian's packages. Nothing is downloaded.
    pub fn find(architecture: &Architecture) -> Result<Toolchain> {
        let own_cargo = std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from);
        let candidates = [(PathBuf::from("rustc"), own_cargo), ("/usr/bin/rustc".into(), "/usr/bin/cargo".into())];
        for (rustc, cargo) in candidates {
            let Ok(sysroot) = files::answer(Command::new(&rustc).args(["--print", "sysroot"])) else { continue };
            let sysroot = PathBuf::from(sysroot);
            if sysroot.join("lib/rustlib/src/rust/library/std/Cargo.toml").exists() {
                let musl = Musl::find(&sysroot, architecture)?;
                return Ok(Toolchain { cargo, rustc, sysroot, musl });
            }
        }
        Err(Failure::new("build a small standard library", NO_SOURCE))
    }

    /// The commands that fetch the crates of rinit and of the standard library, which cargo has nowhere else from.
    pub fn how_to_fetch_crates(&self) -> String {
        let library = self.sysroot.join("lib/rustlib/src/rust/library/Cargo.toml");
        format!("cargo fetch --locked && RUSTC_BOOTSTRAP=1 cargo fetch --locked --manifest-path {}", library.display())
    }
}

impl Musl {
    fn find(sysroot: &Path, architecture: &Architecture) -> Result<Musl> {
        let own = format!("lib/rustlib/{}/lib/self-contained/libc.a", architecture.target);
        if sysroot.join(own).exists() {
            return Ok(Musl::OfToolchain);
        }
        let folder = PathBuf::from(architecture.musl_folder());
        let compiler = architecture.compiler();
        if !folder.join("rcrt1.o").exists() {
            let cause = format!(
                "there is no musl for {0}; install it with 'rustup target add {1}', \
                 or on Debian with 'apt-get install musl-tools' (for another machine than this: musl-dev:{2})",
                architecture.name, architecture.target, architecture.debian
            );
            return Err(Failure::new("link a static binary", cause));
        }
        if files::answer(Command::new(&compiler).arg("--version")).is_err() {
            let cause = format!(
                "there is no '{compiler}'; on Debian, 'apt-get install gcc' or a gcc for {}",
                architecture.debian
            );
            return Err(Failure::new("link a static binary", cause));
        }
        Ok(Musl::OfDebian { folder, compiler })
    }

    /// The flags of rustc that link with it. What has to be made for that goes into `scratch`.
    pub fn flags(&self, scratch: &Path) -> Result<Vec<String>> {
        // What nobody reads in a program that has no unwinding: tables to unwind by, and a number for each build.
        // And no page of its own for each kind of contents, which is worth 4 KB in the smallest build.
        let contents = format!("{}INSERT AFTER {};\n", include_str!("last.ld"), self.last_section());
        // Cargo links again only if an argument has changed, and does not look into the script.
        let mut hasher = DefaultHasher::new();
        contents.hash(&mut hasher);
        let script = scratch.join(format!("last-{:x}.ld", hasher.finish()));
        files::write(&script, contents.as_bytes(), 0o644)?;
        let script = format!("--script={}", script.display());
        let for_linker = ["--no-eh-frame-hdr", "--build-id=none", "-znoseparate-code", &script];
        let mut flags = Vec::new();
        match self {
            Musl::OfToolchain => {
                flags.extend(["-Clinker=rust-lld".to_owned(), "-Clinker-flavor=ld.lld".to_owned()]);
                // Constants and code in one segment, as GNU's linker has them without pages of their own.
                flags.push("-Clink-arg=--no-rosegment".to_owned());
                flags.extend(for_linker.map(|word| format!("-Clink-arg={word}")));
            }
            Musl::OfDebian { folder, compiler } => {
                let musl = folder.display();
                let unwind = unwind_library(compiler, scratch)?;
                flags.extend([
                    format!("-Clinker={compiler}"),
                    "-Clink-self-contained=no".to_owned(),
                    format!("-Lnative={musl}"),
                    format!("-Lnative={}", unwind.display()),
                    "-Zpre-link-args=-nostartfiles".to_owned(),
                    format!("-Zpre-link-args={musl}/rcrt1.o"),
                    format!("-Zpre-link-args={musl}/crti.o"),
                    format!("-Clink-arg={musl}/crtn.o"),
                    // What rustc says by itself for some architectures; for others it says -no-pie, and the last word counts.
                    "-Clink-arg=-static-pie".to_owned(),
                ]);
                // Not -Wl, which takes a comma in a path for the end of it.
                for word in for_linker {
                    flags.extend(["-Clink-arg=-Xlinker".to_owned(), format!("-Clink-arg={word}")]);
                }
            }
        }
        Ok(flags)
    }

    /// What the linker has last among code and constants.
    fn last_section(&self) -> &'static str {
        match self {
            Musl::OfToolchain => ".fini",
            Musl::OfDebian { .. } => ".rodata",
        }
    }
}

/// A folder with a `libunwind.a`, which std asks for by that name and nothing in rinit uses: GCC's will do.
fn unwind_library(compiler: &str, scratch: &Path) -> Result<PathBuf> {
    let library = files::answer(Command::new(compiler).arg("-print-file-name=libgcc_eh.a"))?;
    let folder = scratch.join("unwind");
    files::fresh_folder(&folder)?;
    std::os::unix::fs::symlink(library, folder.join("libunwind.a")).or_cannot("make a link in", &folder)?;
    Ok(folder)
}
