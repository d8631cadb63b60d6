//! Files, folders and other programs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, OrCannot, Result};

/// The contents of a file.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).or_cannot("read", path)
}

/// Writes a file with this mode, whatever the umask, and the folders that it is in.
pub fn write(path: &Path, contents: &[u8], mode: u32) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).or_cannot("make the folder", folder)?;
    }
    fs::write(path, contents).or_cannot("write", path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).or_cannot("set the mode of", path)
}

/// Makes an empty folder; what was there before is gone.
pub fn fresh_folder(path: &Path) -> Result<()> {
    if path.exists() {
        fs::remove_dir_all(path).or_cannot("remove the folder", path)?;
    }
    fs::create_dir_all(path).or_cannot("make the folder", path)
}

/// What is in a folder, in order of name.
pub fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let found = fs::read_dir(folder).or_cannot("list the folder", folder)?;
    let mut paths: Vec<PathBuf> =
        found.map(|entry| entry.map(|entry| entry.path())).collect::<std::io::Result<_>>().or_cannot("list", folder)?;
    paths.sort();
    Ok(paths)
}

/// Copies a folder with all that is in it, but for these files and folders.
pub fn copy_folder(from: &Path, to: &Path, skip: &[&Path]) -> Result<()> {
    fs::create_dir_all(to).or_cannot("make the folder", to)?;
    for path in entries(from)? {
        let Some(name) = path.file_name().filter(|_| !skip.contains(&path.as_path())) else { continue };
        if path.is_dir() {
            copy_folder(&path, &to.join(name), skip)?;
        } else {
            fs::copy(&path, to.join(name)).or_cannot("copy", &path)?;
        }
    }
    Ok(())
}

/// Lets everybody into a folder and all folders in it, whatever the umask.
pub fn open_folders(folder: &Path) -> Result<()> {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).or_cannot("set the mode of", folder)?;
    entries(folder)?.iter().filter(|path| path.is_dir()).try_for_each(|path| open_folders(path))
}

/// The name of a file, for a person.
pub fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Runs a program, which must succeed; its messages go where ours go.
pub fn run(command: &mut Command) -> Result<()> {
    let program = PathBuf::from(command.get_program());
    let status = command.status().or_cannot("run", &program)?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::new(format_args!("go on after '{}'", program.display()), status))
    }
}

/// Runs a program, which must succeed, and returns what it printed, without the last line end.
pub fn answer(command: &mut Command) -> Result<String> {
    let program = PathBuf::from(command.get_program());
    let output = command.output().or_cannot("run", &program)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::new(format_args!("get an answer from '{}'", program.display()), said.trim()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}
