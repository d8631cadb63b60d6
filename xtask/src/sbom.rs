//! What is in the default binary, as a CycloneDX bill of materials.

use serde_json::{Value, json};

use crate::binary::Flavour;
use crate::crates::{self, Crate};
use crate::failure::Result;
use crate::files;
use crate::release::Release;

/// Makes `rinit.cdx.json`.
pub fn make(release: &Release) -> Result<()> {
    let crates = crates::linked(release, Flavour::Default)?;
    let purls: Vec<String> = crates.iter().enumerate().map(|(index, it)| purl(index, it)).collect();
    let mut components = crates.iter().zip(&purls).map(|(it, purl)| component(it, purl));
    let dependencies = crates.iter().zip(&purls).map(|(it, purl)| {
        let needed: Vec<&String> = it.needs.iter().map(|index| &purls[*index]).collect();
        json!({ "ref": purl, "dependsOn": needed })
    });
    let mut rinit = components.next().unwrap_or_default();
    rinit["type"] = json!("application");
    let bill = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": rinit },
        "components": components.collect::<Vec<_>>(),
        "dependencies": dependencies.collect::<Vec<_>>(),
    });
    files::write(&release.output.join("rinit.cdx.json"), format!("{bill:#}\n").as_bytes(), 0o644)
}

fn purl(index: usize, it: &Crate) -> String {
    // The name "rinit" is somebody else's in the registry.
    let kind = if index == 0 { "generic" } else { "cargo" };
    format!("pkg:{kind}/{}@{}", it.name, it.version)
}

fn component(it: &Crate, purl: &str) -> Value {
    json!({
        "type": "library",
        "bom-ref": purl,
        "name": it.name,
        "version": it.version,
        "purl": purl,
        // Of old crates, "MIT/Apache-2.0".
        "licenses": [{ "expression": it.license.replace('/', " OR ") }],
    })
}
