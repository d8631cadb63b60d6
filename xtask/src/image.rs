//! The container image, FROM scratch, with /rinit and nothing else, for `COPY --from`.
//!
//! One archive in two layouts, as `docker save` makes it: OCI's (`index.json`), for podman, skopeo and new Docker engines, and
//! that of `manifest.json`, which every Docker engine loads.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tar::{Builder, EntryType, Header};

use crate::binary::Flavour;
use crate::failure::{Failure, Result};
use crate::files;
use crate::release::Release;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

/// Makes `rinit-image-ARCH.tar`.
pub fn make(release: &Release) -> Result<()> {
    let binary = files::read(&release.output.join(Flavour::Default.file_name(release.architecture)))?;
    let layer = Blob::new(LAYER, archive(&[("rinit", 0o755, &binary)], release.date)?);
    let config = Blob::new(CONFIG, text(&config(release, &layer)?));
    let manifest = Blob::new(
        MANIFEST,
        text(&json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": config.descriptor(),
            "layers": [layer.descriptor()],
        })),
    );
    let mut of_index = manifest.descriptor();
    of_index["annotations"] =
        json!({ "io.containerd.image.name": name(release), "org.opencontainers.image.ref.name": release.version() });
    of_index["platform"] = platform(release);
    let index = json!({ "schemaVersion": 2, "manifests": [of_index] });
    let of_docker = json!([{ "Config": config.path(), "RepoTags": [name(release)], "Layers": [layer.path()] }]);
    let mut entries = vec![
        ("index.json".to_owned(), text(&index)),
        ("manifest.json".to_owned(), text(&of_docker)),
        ("oci-layout".to_owned(), text(&json!({ "imageLayoutVersion": "1.0.0" }))),
    ];
    entries.extend([layer, config, manifest].map(|blob| (blob.path(), blob.contents)));
    let entries: Vec<(&str, u32, &[u8])> =
        entries.iter().map(|(path, contents)| (path.as_str(), 0o644, contents.as_slice())).collect();
    let path = release.output.join(format!("rinit-image-{}.tar", release.architecture.name));
    files::write(&path, &archive(&entries, release.date)?, 0o644)
}

/// What `docker load` calls it.
fn name(release: &Release) -> String {
    format!("rinit:{}", release.version())
}

/// Something that is known by the digest of its contents.
struct Blob {
    media_type: &'static str,
    digest: String,
    contents: Vec<u8>,
}

impl Blob {
    fn new(media_type: &'static str, contents: Vec<u8>) -> Blob {
        Blob { media_type, digest: sha256(&contents), contents }
    }

    fn path(&self) -> String {
        format!("blobs/sha256/{}", self.digest)
    }

    fn descriptor(&self) -> Value {
        json!({ "mediaType": self.media_type, "digest": format!("sha256:{}", self.digest), "size": self.contents.len() })
    }
}

fn platform(release: &Release) -> Value {
    let (architecture, variant) = release.architecture.image;
    let mut platform = json!({ "architecture": architecture, "os": "linux" });
    if let Some(variant) = variant {
        platform["variant"] = json!(variant);
    }
    platform
}

fn config(release: &Release, layer: &Blob) -> Result<Value> {
    let mut config = platform(release);
    config["created"] = json!(release.dated("+%Y-%m-%dT%H:%M:%SZ")?);
    config["config"] = json!({ "Entrypoint": ["/rinit", "--"] });
    config["rootfs"] = json!({ "type": "layers", "diff_ids": [format!("sha256:{}", layer.digest)] });
    Ok(config)
}

fn text(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

/// A tar archive of these files (path, mode, contents), which belong to root and are from this date.
fn archive(entries: &[(&str, u32, &[u8])], date: u64) -> Result<Vec<u8>> {
    let mut builder = Builder::new(Vec::new());
    for (path, mode, contents) in entries {
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(*mode);
        header.set_mtime(date);
        header.set_size(contents.len() as u64);
        builder.append_data(&mut header, path, *contents).map_err(|error| Failure::new("make an archive", error))?;
    }
    builder.into_inner().map_err(|error| Failure::new("make an archive", error))
}

/// The digest, as `sha256sum` prints it.
pub fn sha256(contents: &[u8]) -> String {
    Sha256::digest(contents).iter().map(|byte| format!("{byte:02x}")).collect()
}
