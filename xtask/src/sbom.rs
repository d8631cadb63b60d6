//! What is in the binary, as a CycloneDX bill of materials: rinit, and the crates that its default build is made of.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::{Value, json};

use crate::failure::{Failure, Result};
use crate::files;
use crate::release::Release;

/// Makes `rinit.cdx.json`.
pub fn make(release: &Release) -> Result<()> {
    let cannot = |cause: &dyn std::fmt::Display| Failure::new("list the crates of rinit", cause);
    let metadata: Value = serde_json::from_str(&metadata(release)?).map_err(|error| cannot(&error))?;
    let packages: BTreeMap<&str, &Value> = items(&metadata["packages"]).map(|package| (id(package), package)).collect();
    let nodes: BTreeMap<&str, &Value> = items(&metadata["resolve"]["nodes"]).map(|node| (id(node), node)).collect();
    let rinit = packages.iter().find(|(_, package)| package["name"] == "rinit").map(|(id, _)| *id);
    let rinit = rinit.ok_or_else(|| cannot(&"rinit is not among them"))?;
    // From rinit on: what xtask and the tests use is not in the binary.
    let mut found = vec![rinit];
    let mut next = 0;
    while let Some(current) = found.get(next).copied() {
        for needed in linked(nodes[current]) {
            if !found.contains(&needed) {
                found.push(needed);
            }
        }
        next += 1;
    }
    let purl = |id: &str| purl(packages[id]);
    let dependencies = found.iter().map(|id| {
        let needed: Vec<String> = linked(nodes[id]).map(purl).collect();
        json!({ "ref": purl(id), "dependsOn": needed })
    });
    let bill = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": component(packages[rinit], "application") },
        "components": found[1..].iter().map(|id| component(packages[id], "library")).collect::<Vec<_>>(),
        "dependencies": dependencies.collect::<Vec<_>>(),
    });
    files::write(&release.output.join("rinit.cdx.json"), format!("{bill:#}\n").as_bytes(), 0o644)
}

fn metadata(release: &Release) -> Result<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let words =
        ["metadata", "--format-version=1", "--locked", "--offline", "--filter-platform", release.architecture.target];
    files::answer(Command::new(cargo).current_dir(&release.source).args(words))
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap_or_default()
}

/// What a package is built with, but for its tests.
fn linked(node: &Value) -> impl Iterator<Item = &str> {
    let is_linked = |dependency: &&Value| items(&dependency["dep_kinds"]).any(|kind| kind["kind"] != "dev");
    items(&node["deps"]).filter(is_linked).filter_map(|dependency| dependency["pkg"].as_str())
}

fn purl(package: &Value) -> String {
    let text = |field: &str| package[field].as_str().unwrap_or_default().to_owned();
    // The name "rinit" is somebody else's in the registry.
    let kind = if package["source"].is_null() { "generic" } else { "cargo" };
    format!("pkg:{kind}/{}@{}", text("name"), text("version"))
}

fn component(package: &Value, kind: &str) -> Value {
    let purl = purl(package);
    let mut component = json!({
        "type": kind,
        "bom-ref": purl,
        "name": package["name"],
        "version": package["version"],
        "purl": purl,
    });
    if let Some(license) = package["license"].as_str() {
        component["licenses"] = json!([{ "expression": license.replace('/', " OR ") }]);
    }
    component
}
