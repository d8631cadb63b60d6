//! The lists: of the crates in the binaries, and of the checksums.

use std::fs;
use std::path::Path;
use std::process::Command;

use auditable_info::{Limits, audit_info_from_file};
use auditable_serde::Package;
use cyclonedx_bom::prelude::{Bom, SpecVersion, Validate};

use crate::harness::{binaries, dist, printed};

/// The names of the crates that a binary says it is made of; and which of them it is itself.
fn embedded(binary: &Path) -> (Vec<String>, Vec<String>) {
    let list = audit_info_from_file(binary, Limits::default()).unwrap();
    let (own, others): (Vec<_>, Vec<_>) = list.packages.into_iter().partition(|package| package.root);
    let names = |packages: Vec<Package>| packages.into_iter().map(|package| package.name).collect();
    (names(own), names(others))
}

#[test]
fn the_checksums_are_right() {
    printed(Command::new("sha256sum").args(["--check", "--strict", "SHA256SUMS"]).current_dir(dist()));
}

#[test]
fn each_binary_lists_its_own_crates_and_loads_no_list() {
    for binary in binaries() {
        let (own, others) = embedded(&binary);
        let has = |name: &str| others.iter().any(|other| other == name);
        assert_eq!(own, ["rinit"]);
        assert!(has("nix") && has("libc"), "{binary:?}: {others:?}");
        assert_eq!(has("clap"), !binary.to_str().unwrap().contains("minimal"), "{binary:?}: {others:?}");
        // Macros are gone once it is built, and xtask and the tests were never in it.
        assert!(!has("syn") && !has("clap_mangen") && !has("svg"), "{binary:?}: {others:?}");
        let headers = printed(Command::new("readelf").args(["--program-headers", "--wide"]).arg(&binary));
        assert!(!headers.contains(".dep-v0"), "{headers}");
    }
}

#[test]
fn the_bill_of_materials_is_valid_and_lists_the_crates_of_the_default_binary() {
    let text = fs::read(dist().join("rinit.cdx.json")).unwrap();
    let bill = Bom::parse_from_json_v1_5(text.as_slice()).unwrap();
    let result = bill.validate_version(SpecVersion::V1_5);
    assert!(result.passed(), "{result:?}");
    let listed: Vec<String> = bill.components.unwrap().0.iter().map(|component| component.name.to_string()).collect();
    assert_eq!(listed, embedded(&binaries()[0]).1);
}
