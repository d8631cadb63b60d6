//! Which files a command may mean.

use std::ffi::{CStr, CString};

use crate::sys::files::c_string;

/// Where commands are looked for when there is no PATH: what container engines set by default. (glibc and musl look in
/// different places; rinit does the same with either.)
pub const DEFAULT_PATH: &[u8] = b"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The files to try for a command, in turn, as `execvp(3)`: one if it has a slash, else one in each folder of PATH, where
/// an empty folder is the current one.
pub fn candidates(command: &CStr, path: Option<&[u8]>) -> Vec<CString> {
    let name = command.to_bytes();
    if name.is_empty() || name.contains(&b'/') {
        return vec![command.to_owned()];
    }
    let mut files = Vec::new();
    for folder in path.unwrap_or(DEFAULT_PATH).split(|byte| *byte == b':') {
        let mut file = folder.to_vec();
        if !folder.is_empty() {
            file.push(b'/');
        }
        file.extend_from_slice(name);
        // PATH came as a C string, so that there is no zero byte in it.
        files.extend(c_string(file));
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_looked_for_in_each_folder_of_path() {
        assert_eq!(candidates(c"ls", Some(b"/bin:/usr/bin")), [c"/bin/ls".to_owned(), c"/usr/bin/ls".to_owned()]);
        assert_eq!(candidates(c"ls", Some(b":/bin:")), [c"ls".to_owned(), c"/bin/ls".to_owned(), c"ls".to_owned()]);
        assert_eq!(candidates(c"ls", Some(b"")), [c"ls".to_owned()]);
        assert_eq!(candidates(c"ls", None).len(), 6);
    }

    #[test]
    fn a_command_with_a_slash_and_an_empty_one_are_not_looked_for() {
        assert_eq!(candidates(c"./ls", Some(b"/bin")), [c"./ls".to_owned()]);
        assert_eq!(candidates(c"/bin/ls", Some(b"/usr/bin")), [c"/bin/ls".to_owned()]);
        assert_eq!(candidates(c"", Some(b"/bin")), [c"".to_owned()]);
    }
}
