//! The list of crates in the binary itself, as cargo-auditable puts it there: `cargo audit bin`, trivy and syft read it.

use std::path::{Path, PathBuf};
use std::process::Command;

use auditable_serde::{DependencyKind, Package, Source, VersionInfo};
use miniz_oxide::deflate::compress_to_vec_zlib;

use crate::binary::Flavour;
use crate::crates::{self, Crate};
use crate::failure::{Failure, Result};
use crate::files;
use crate::release::Release;

/// Copies the binary, with the list of its crates in it, and says where the copy is.
pub fn embed(release: &Release, flavour: Flavour, binary: &Path) -> Result<PathBuf> {
    let list = release.scratch.join("dep-v0");
    files::write(&list, &section(&crates::linked(release, flavour)?)?, 0o644)?;
    let objcopy = release.architecture.objcopy();
    if files::answer(Command::new(&objcopy).arg("--version")).is_err() {
        let package = release.architecture.binutils();
        let cause = format!("there is no '{objcopy}'; on Debian, 'apt-get install {package}'");
        return Err(Failure::new("put the list of crates into the binary", cause));
    }
    let with_list = release.scratch.join(flavour.file_name(release.architecture));
    let mut command = Command::new(objcopy);
    command.arg(format!("--add-section=.dep-v0={}", list.display()));
    // In the file only: nothing of it is loaded into memory.
    command.arg("--set-section-flags=.dep-v0=noload,readonly").arg(binary).arg(&with_list);
    files::run(&mut command)?;
    Ok(with_list)
}

fn section(crates: &[Crate]) -> Result<Vec<u8>> {
    let cannot = |error: &dyn std::fmt::Display| Failure::new("write the list of crates", error);
    let packages = crates.iter().enumerate().map(|(index, it)| {
        Ok(Package {
            name: it.name.clone(),
            version: it.version.parse().map_err(|error| cannot(&error))?,
            source: if index == 0 { Source::Local } else { Source::CratesIo },
            kind: DependencyKind::Runtime,
            dependencies: it.needs.clone(),
            root: index == 0,
        })
    });
    // 1: what is a build dependency is known.
    let list = VersionInfo { packages: packages.collect::<Result<_>>()?, format: 1 };
    let text = serde_json::to_vec(&list).map_err(|error| cannot(&error))?;
    Ok(compress_to_vec_zlib(&text, 9))
}
