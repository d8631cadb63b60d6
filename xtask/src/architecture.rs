//! The machines that rinit is released for, and what each is called by whom.

use std::env::consts::ARCH;

use crate::failure::{Failure, Result};

/// One of them.
#[derive(Debug)]
pub struct Architecture {
    /// As in `rinit-linux-amd64`, and in container images (with `variant`).
    pub name: &'static str,
    /// As `std::env::consts::ARCH` has it.
    host: &'static str,
    /// What container images add to it: the `v7` of `arm/v7`.
    pub image: (&'static str, Option<&'static str>),
    /// As in the name of a .deb.
    pub debian: &'static str,
    /// As rustc calls it.
    pub target: &'static str,
    /// As Debian calls its folder of musl, and its C compiler but for the end.
    gnu: &'static str,
}

const fn same_names(name: &'static str, host: &'static str, target: &'static str, gnu: &'static str) -> Architecture {
    Architecture { name, host, image: (name, None), debian: name, target, gnu }
}

const ALL: &[Architecture] = &[
    same_names("amd64", "x86_64", "x86_64-unknown-linux-musl", "x86_64-linux"),
    same_names("arm64", "aarch64", "aarch64-unknown-linux-musl", "aarch64-linux"),
    same_names("s390x", "s390x", "s390x-unknown-linux-musl", "s390x-linux"),
    same_names("riscv64", "riscv64", "riscv64gc-unknown-linux-musl", "riscv64-linux"),
    Architecture { debian: "i386", ..same_names("386", "x86", "i686-unknown-linux-musl", "i386-linux") },
    Architecture {
        debian: "ppc64el",
        ..same_names("ppc64le", "powerpc64", "powerpc64le-unknown-linux-musl", "powerpc64le-linux")
    },
    Architecture {
        image: ("arm", Some("v7")),
        debian: "armhf",
        ..same_names("armv7", "arm", "armv7-unknown-linux-musleabihf", "arm-linux")
    },
];

impl Architecture {
    /// That of this machine.
    pub fn of_this_machine() -> Result<&'static Architecture> {
        let this = ALL.iter().find(|architecture| architecture.host == ARCH);
        this.ok_or_else(|| Failure::new("build for this machine", format_args!("'{ARCH}' is not in the list")))
    }

    /// The one of this name.
    pub fn named(name: &str) -> Result<&'static Architecture> {
        let names: Vec<&str> = ALL.iter().map(|architecture| architecture.name).collect();
        let found = ALL.iter().find(|architecture| architecture.name == name);
        found.ok_or_else(|| {
            Failure::new(format_args!("build for '{name}'"), format_args!("it is none of {}", names.join(", ")))
        })
    }

    /// Where Debian's musl-dev puts its files.
    pub fn musl_folder(&self) -> String {
        let end = if self.name == "armv7" { "musleabihf" } else { "musl" };
        format!("/usr/lib/{}-{end}", self.gnu)
    }

    /// The C compiler that links for it.
    pub fn compiler(&self) -> String {
        self.tool("gcc")
    }

    /// What changes its binaries.
    pub fn objcopy(&self) -> String {
        self.tool("objcopy")
    }

    /// The package of Debian that has it.
    pub fn binutils(&self) -> String {
        if self.host == ARCH { "binutils".to_owned() } else { format!("binutils-{}", self.triple().replace('_', "-")) }
    }

    /// This machine's own tools need not be called by their long names.
    fn tool(&self, name: &str) -> String {
        if self.host == ARCH { name.to_owned() } else { format!("{}-{name}", self.triple()) }
    }

    fn triple(&self) -> String {
        let cpu = if self.name == "386" { "i686-linux" } else { self.gnu };
        let end = if self.name == "armv7" { "gnueabihf" } else { "gnu" };
        format!("{cpu}-{end}")
    }
}
