//! The crates that a binary is made of, rinit's own first.

use std::process::Command;

use crate::binary::Flavour;
use crate::failure::{Failure, Result};
use crate::files;
use crate::release::Release;

/// One of them.
#[derive(Debug)]
pub struct Crate {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence, as its author spelled it.
    pub license: String,
    /// What it needs, as indices into the list.
    pub needs: Vec<usize>,
}

/// Those that are linked into this flavour: not what only runs while it is built, and not those of the standard library.
pub fn linked(release: &Release, flavour: Flavour) -> Result<Vec<Crate>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // Not `cargo metadata`, which lists a crate if anything in the workspace asks for it: clap for the minimal flavour too.
    let words = ["tree", "--locked", "--offline", "--package=rinit", "--edges=normal,no-proc-macro", "--no-dedupe"];
    let mut tree = Command::new(cargo);
    tree.current_dir(&release.source).args(words).args(["--target", release.architecture.target]);
    tree.args(["--prefix=depth", "--format= {p}|{l}"]).args(flavour.arguments());
    parse(&files::answer(&mut tree)?)
        .ok_or_else(|| Failure::new("list the crates of rinit", "cargo tree has a new form"))
}

/// Reads lines like `2 libc v0.2.180|MIT OR Apache-2.0`: the depth in the tree, and what is there.
fn parse(tree: &str) -> Option<Vec<Crate>> {
    let mut found: Vec<Crate> = Vec::new();
    // The way from the root to the line before.
    let mut way: Vec<usize> = Vec::new();
    for line in tree.lines() {
        let (package, license) = line.split_once('|')?;
        let mut words = package.split(' ');
        let depth: usize = words.next()?.parse().ok()?;
        let name = words.next()?;
        let version = words.next()?.strip_prefix('v')?;
        let known = found.iter().position(|other| other.name == name && other.version == version);
        let index = known.unwrap_or_else(|| {
            let (name, version, license) = (name.to_owned(), version.to_owned(), license.to_owned());
            found.push(Crate { name, version, license, needs: Vec::new() });
            found.len() - 1
        });
        way.truncate(depth);
        if let Some(needs) = way.last().map(|parent| &mut found[*parent].needs).filter(|needs| !needs.contains(&index))
        {
            needs.push(index);
        }
        way.push(index);
    }
    (!found.is_empty()).then_some(found)
}
