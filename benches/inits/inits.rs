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
    pub name: &'static str,
    pub kind: Kind,
    pub path: PathBuf,
}

impl Init {
    /// What ends its options, where it would take those of the command for its own.
    pub fn end_of_options(&self) -> &'static [&'static str] {
        match self.kind {
            Kind::Peer => &["--"],
            Kind::Rinit | Kind::Floor => &[],
        }
    }

    /// The command that runs a program under it where it is not PID 1. tini warns there unless it is told `-s`.
    pub fn as_child(&self, program: &Path) -> Vec<PathBuf> {
        let is_tini = self.name.starts_with("tini") || self.name == DOCKER_INIT;
        let options: &[&str] = if is_tini { &["-s"] } else { &[] };
        let words = options.iter().chain(self.end_of_options()).map(PathBuf::from);
        [self.path.clone()].into_iter().chain(words).chain([program.to_owned()]).collect()
    }

    /// Whether it needs a dynamic loader, so that its size is not all of what it needs.
    pub fn is_dynamic(&self) -> bool {
        let file = fs::read(&self.path).unwrap_or_default();
        file[..file.len().min(4096)].windows(4).any(|window| window == b"/ld-")
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

/// That of a container.
pub const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What Docker calls its tini, a static one with glibc.
const DOCKER_INIT: &str = "docker-init";

/// All there are. The first one is what the others are compared with.
pub fn all() -> Vec<Init> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let dist = |file| existing(repository.join("dist").join(file));
    let musl = |file| existing(repository.join("target/peers").join(file));
    let floor = compile("floor").inspect_err(|error| eprintln!("the floor: {error}")).ok();
    let docker_init = in_path(DOCKER_INIT).or_else(|| in_path("tini-static"));
    let by_xtask = "cargo xtask dist makes it";
    let by_script = "benches/peers.sh makes it";
    let by_debian = "it is a package of Debian";
    [
        (RELEASED, Kind::Rinit, dist("rinit-linux-amd64"), by_xtask),
        (RELEASED_MINIMAL, Kind::Rinit, dist("rinit-minimal-linux-amd64"), by_xtask),
        ("rinit (cargo build)", Kind::Rinit, Some(env!("CARGO_BIN_EXE_rinit").into()), ""),
        ("floor", Kind::Floor, floor, "it needs musl-gcc"),
        ("tini", Kind::Peer, in_path("tini"), by_debian),
        ("tini (musl)", Kind::Peer, musl("tini"), by_script),
        (DOCKER_INIT, Kind::Peer, docker_init, "Debian has it as tini-static, in the package tini"),
        ("dumb-init", Kind::Peer, in_path("dumb-init"), by_debian),
        ("dumb-init (musl)", Kind::Peer, musl("dumb-init"), by_script),
        ("catatonit", Kind::Peer, in_path("catatonit"), by_debian),
    ]
    .into_iter()
    .filter_map(|(name, kind, path, remedy)| match path {
        Some(path) => Some(Init { name, kind, path }),
        None => {
            eprintln!("missing: {name}; {remedy}");
            None
        }
    })
    .collect()
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

/// Leaves no more than a container has: the environment is on the stack of the init, which counts as memory.
pub fn clear_environment(command: &mut Command) -> &mut Command {
    command.env_clear().env("PATH", PATH)
}

pub fn in_path(command: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).find_map(|folder| existing(folder.join(command)))
}

fn existing(file: PathBuf) -> Option<PathBuf> {
    file.exists().then_some(file)
}
