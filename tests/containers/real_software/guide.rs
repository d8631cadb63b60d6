//! docs/migrating.md, whose images are built.

use std::fs;
use std::path::Path;

use super::{base, put};
use crate::image::{Folder, Image, init};

/// The images of one section, which are to behave alike.
pub struct Migration {
    pub before: Image,
    pub after: Image,
}

impl Migration {
    /// The images `NAME, before` and `NAME, after`, with the scripts of their section and these files too.
    pub fn of(name: &str, files: &[(&str, &str)]) -> Option<Migration> {
        let base = base()?;
        let build = |when: &str| {
            let head = format!("# {name}, {when}\n");
            let text = guide();
            let section = text.split("\n## ").find(|section| section.contains(&head)).expect("no such image");
            let context = Folder::new();
            for script in blocks(section, "sh").filter(|block| block.starts_with("#!")) {
                let file = script.lines().nth(1).and_then(|line| line.strip_prefix("# ")).expect("a script has a name");
                put(&context, file, script.as_bytes(), 0o755);
            }
            for (file, content) in files {
                put(&context, file, content.as_bytes(), 0o644);
            }
            put(&context, "rinit", &fs::read(init().0).unwrap(), 0o755);
            let dockerfile = blocks(section, "dockerfile").find(|block| block.starts_with(&head)).unwrap();
            put(&context, "Dockerfile", on(base, dockerfile).as_bytes(), 0o644);
            Image::build(&context.path)
        };
        Some(Migration { before: build("before"), after: build("after") })
    }
}

/// The Dockerfile on a base that has the packages already. All that follows is as it is written.
fn on(base: &Image, dockerfile: &str) -> String {
    let (head, rest) = dockerfile.split_once("\nRUN apt-get update && apt-get install ").expect("it installs packages");
    assert!(head.ends_with("\nFROM debian:12-slim"), "{head}");
    let (_packages, rest) = rest.split_once('\n').unwrap();
    format!("FROM {}\n{rest}", base.name())
}

fn guide() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/migrating.md")).unwrap()
}

/// The blocks of code in this language.
fn blocks<'a>(text: &'a str, language: &str) -> impl Iterator<Item = &'a str> {
    let fence = format!("```{language}\n");
    let starts: Vec<usize> = text.match_indices(&fence).map(|(at, _)| at + fence.len()).collect();
    starts.into_iter().map(|start| text[start..].split_once("```").unwrap().0)
}
