//! The files of a release.

use std::path::PathBuf;
use std::process::Command;

use crate::architecture::Architecture;
use crate::binary::{self, Flavour};
use crate::failure::{Failure, Result};
use crate::{alignment, audit, files, image, manual, package, sbom};

/// How large each flavour may be on amd64, in bytes: the default one has a parser and its help texts.
const LARGEST: [(Flavour, usize); 2] = [(Flavour::Default, 320_000), (Flavour::Minimal, 64_000)];

/// What is made of what, and where.
#[derive(Debug)]
pub struct Release {
    /// The source of rinit.
    pub source: PathBuf,
    /// For all that comes up on the way.
    pub scratch: PathBuf,
    /// Where the files go.
    pub output: PathBuf,
    /// What they are for.
    pub architecture: &'static Architecture,
    /// The time of everything in packages and images, in seconds since 1970.
    pub date: u64,
}

impl Release {
    /// A release as of SOURCE_DATE_EPOCH, or else of the last commit.
    pub fn new(
        source: PathBuf,
        scratch: PathBuf,
        output: PathBuf,
        architecture: &'static Architecture,
    ) -> Result<Release> {
        let committed = files::answer(Command::new("git").current_dir(&source).args(["log", "-1", "--format=%ct"]));
        // Without either, as in an unpacked archive of the source: 1970, which is as good as any that is always the same.
        let date = std::env::var("SOURCE_DATE_EPOCH").or(committed).unwrap_or_else(|_| "0".to_owned());
        let date = date.parse().map_err(|error| Failure::new(format_args!("use SOURCE_DATE_EPOCH='{date}'"), error))?;
        Ok(Release { source, scratch, output, architecture, date })
    }

    /// Makes all of it.
    pub fn make(&self) -> Result<()> {
        files::fresh_folder(&self.output)?;
        self.make_binaries()?;
        files::write(&self.output.join("rinit.1"), &manual::man_page(self)?, 0o644)?;
        for (name, _, script) in manual::completions() {
            files::write(&self.output.join(name), &script, 0o644)?;
        }
        package::make(self)?;
        image::make(self)?;
        sbom::make(self)?;
        self.make_sums()?;
        for path in files::entries(&self.output)? {
            println!("{:>8} {}", files::read(&path)?.len(), path.display());
        }
        Ok(())
    }

    /// The version of rinit, which is that of its package.
    pub fn version(&self) -> String {
        rinit::config::definition().get_version().unwrap_or_default().to_owned()
    }

    /// Its date in UTC, as date(1) prints it when it is told this.
    pub fn dated(&self, form: &str) -> Result<String> {
        files::answer(Command::new("date").env("LC_ALL", "C").args([
            "--utc",
            "--date",
            &format!("@{}", self.date),
            form,
        ]))
    }

    /// What `sha256sum --check` reads.
    fn make_sums(&self) -> Result<()> {
        let mut sums = String::new();
        for path in files::entries(&self.output)? {
            sums += &format!("{}  {}\n", image::sha256(&files::read(&path)?), files::name(&path));
        }
        files::write(&self.output.join("SHA256SUMS"), sums.as_bytes(), 0o644)
    }

    fn make_binaries(&self) -> Result<()> {
        for (flavour, largest) in LARGEST {
            // Elsewhere, code takes more bytes, or pages of 64 KB leave more of them empty.
            let largest = if self.architecture.name == "amd64" { largest } else { largest * 5 / 4 };
            let built = binary::build(&self.source, &self.scratch, self.architecture, flavour)?;
            let mut contents = files::read(&audit::embed(self, flavour, &built)?)?;
            let name = flavour.file_name(self.architecture);
            alignment::align(&mut contents).ok_or_else(|| {
                Failure::new(format_args!("align '{name}'"), "it is no ELF file with something to load")
            })?;
            if contents.len() > largest {
                let cause = format!("it has {} bytes, and may have {largest}", contents.len());
                return Err(Failure::new(format_args!("release '{name}'"), cause));
            }
            files::write(&self.output.join(name), &contents, 0o755)?;
        }
        Ok(())
    }
}
