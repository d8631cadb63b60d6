//! The inits that are compared: rinit's builds, its peers, and the floor.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

/// What an init is to the comparison.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Rinit,
    Floor,
    Peer,
}

#[derive(Debug)]
pub struct Init {
    pub name: String,
    pub kind: Kind,
    pub path: PathBuf,
}

impl Init {
    fn new(name: &str, kind: Kind, path: PathBuf) -> Init {
        Init { name: name.to_owned(), kind, path }
    }

    /// What ends its options, where it would take those of the command for its own.
    pub fn end_of_options(&self) -> &'static [&'static str] {
        match self.kind {
            Kind::Peer => &["--"],
            Kind::Rinit | Kind::Floor => &[],
        }
    }

    /// The command that runs a program under it where it is not PID 1. tini warns there unless it is told `-s`.
    pub fn as_child(&self, program: &Path) -> Vec<PathBuf> {
        let options: &[&str] = if self.name.starts_with("tini") { &["-s"] } else { &[] };
        let words = options.iter().chain(self.end_of_options()).map(PathBuf::from);
        [self.path.clone()].into_iter().chain(words).chain([program.to_owned()]).collect()
    }

    /// Whether it needs a dynamic loader, so that its size is not all of what it needs.
    pub fn is_dynamic(&self) -> bool {
        let file = fs::read(&self.path).unwrap_or_default();
        file.iter().take(4096).copied().collect::<Vec<_>>().windows(4).any(|window| window == b"/ld-")
    }

    /// What it says of its version: the first word that begins with a digit.
    pub fn version(&self) -> Option<String> {
        if self.kind == Kind::Floor {
            return None;
        }
        let output =
            Command::new(&self.path).arg("--version").output().ok().filter(|output| output.status.success())?;
        let text = String::from_utf8([output.stdout, output.stderr].concat()).ok()?;
        let mut words = text.split_whitespace().map(|word| word.trim_start_matches('v'));
        let version = words.find(|word| word.starts_with(|letter: char| letter.is_ascii_digit()))?;
        // catatonit says 0.1.7_catatonit.
        version.split('_').next().map(str::to_owned)
    }
}

/// The builds that are released, where they are; these have limits to keep.
pub const RELEASED: &str = "rinit";
pub const RELEASED_MINIMAL: &str = "rinit-minimal";

pub fn released() -> Vec<Init> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("dist");
    [(RELEASED, "rinit-linux-amd64"), (RELEASED_MINIMAL, "rinit-minimal-linux-amd64")]
        .into_iter()
        .filter_map(|(name, file)| match folder.join(file) {
            path if path.exists() => Some(Init::new(name, Kind::Rinit, path)),
            _ => {
                eprintln!("missing: dist/{file}");
                None
            }
        })
        .collect()
}

/// All there are. The first one is what the others are compared with.
pub fn all() -> Vec<Init> {
    let mut inits = released();
    let built = if inits.is_empty() { "rinit" } else { "rinit (cargo build)" };
    inits.push(Init::new(built, Kind::Rinit, env!("CARGO_BIN_EXE_rinit").into()));
    match compile("floor") {
        Ok(path) => inits.push(Init::new("floor", Kind::Floor, path)),
        Err(error) => eprintln!("missing: the floor program: {error}"),
    }
    // docker-init is what Docker calls tini, built statically.
    for (name, commands) in [
        ("tini", &["tini"][..]),
        ("tini (static)", &["docker-init", "tini-static"]),
        ("dumb-init", &["dumb-init"]),
        ("catatonit", &["catatonit"]),
    ] {
        match commands.iter().find_map(|command| in_path(command)) {
            Some(path) => inits.push(Init::new(name, Kind::Peer, path)),
            None => eprintln!("missing: {}; it is a package of Debian", commands.join(" or ")),
        }
    }
    inits
}

/// The program for the inits to start: a tiny one if it can be compiled, and then what is there.
pub fn tiny_program() -> PathBuf {
    compile("true").unwrap_or_else(|error| {
        eprintln!("missing: the tiny program, /bin/true in its place: {error}");
        "/bin/true".into()
    })
}

fn compile(name: &str) -> io::Result<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches").join(name).with_extension("c");
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut compiler = Command::new("musl-gcc");
    compiler.args(["-static", "-Os", "-s", "-o"]).args([&program, &source]);
    match compiler.status() {
        Ok(status) if status.success() => Ok(program),
        Ok(status) => Err(io::Error::other(format!("musl-gcc: {status}"))),
        Err(error) => Err(io::Error::new(error.kind(), format!("musl-gcc: {error}"))),
    }
}

/// Leaves little in the environment, as in a container: it is on the stack of the init, which counts as memory.
pub fn clear_environment(command: &mut Command) -> &mut Command {
    command.env_clear().env("PATH", env::var_os("PATH").unwrap_or_default())
}

pub fn in_path(command: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(command)).find(|file| file.exists())
}
