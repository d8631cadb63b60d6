//! The program's environment: secrets from files, and variables that are set, unset or set where they are not.

use std::ffi::{CStr, CString};

use nix::errno::Errno;
use thiserror::Error;

use super::Entrypoint;
use crate::environment::{Environment, split};
use crate::errno::Why;
use crate::quoted::{Escaped, Quoted};
use crate::sys::files::{ReadError, read_all};

/// The largest secret, in bytes. (One variable of more than 128 KiB cannot be passed to a program anyway: `execve(2)`.)
const LARGEST: usize = 1 << 20;

/// A secret that cannot be had.
#[derive(Debug, Error)]
pub enum NoSecret {
    /// Which of the two is meant?
    #[error("cannot use the secret {}: both {} and {}_FILE are set; unset one of them", Quoted(.0), Escaped(.0), Escaped(.0))]
    Both(Vec<u8>),
    /// The file cannot be read.
    #[error("cannot read the secret {} from {}, which {}_FILE names: {}", Quoted(.name), Quoted(.path), Escaped(.name), Why(*.errno))]
    Unreadable {
        /// The variable.
        name: Vec<u8>,
        /// The file.
        path: Vec<u8>,
        /// What `open(2)` or `read(2)` said.
        errno: Errno,
    },
    /// The file is no secret's.
    #[error("cannot use the secret {} from {}: {why}", Quoted(.name), Quoted(.path))]
    Unusable {
        /// The variable.
        name: Vec<u8>,
        /// The file.
        path: Vec<u8>,
        /// What is wrong with it.
        why: &'static str,
    },
}

/// Changes the environment as it was asked for: secrets first, so that all the others win over them.
///
/// # Errors
/// If a secret is ambiguous, or its file cannot be read or used.
pub fn edit<'a>(environment: &mut Environment<'a>, entrypoint: &'a Entrypoint) -> Result<(), NoSecret> {
    for name in &entrypoint.secrets {
        load(environment, name)?;
    }
    for name in &entrypoint.unset {
        environment.unset(name);
    }
    for assignment in &entrypoint.default_variables {
        if split(assignment).is_some_and(|(name, _)| environment.get(name).is_none()) {
            environment.set(assignment);
        }
    }
    for assignment in &entrypoint.variables {
        environment.set(assignment);
    }
    Ok(())
}

/// `NAME` := what is in the file that `NAME_FILE` names, without the line ends behind it, as the `file_env` of official images: where
/// an empty variable is as good as none.
fn load(environment: &mut Environment<'_>, name: &[u8]) -> Result<(), NoSecret> {
    let file_variable = [name, b"_FILE"].concat();
    let value = |name: &[u8]| environment.get(name).filter(|value| !value.is_empty());
    let path = match (value(name), value(&file_variable)) {
        (_, None) => {
            environment.unset(&file_variable);
            return Ok(());
        }
        (Some(_), Some(_)) => return Err(NoSecret::Both(name.to_vec())),
        (None, Some(path)) => path.to_vec(),
    };
    let unusable = |why| NoSecret::Unusable { name: name.to_vec(), path: path.clone(), why };
    let content = CString::new(path.clone())
        .map_err(|_| ReadError::Errno(Errno::ENOENT))
        .and_then(|path| read_all(&path, LARGEST));
    let content = content.map_err(|error| match error {
        ReadError::Errno(errno) => NoSecret::Unreadable { name: name.to_vec(), path: path.clone(), errno },
        ReadError::TooLarge => unusable("it is larger than 1 MiB"),
        ReadError::NotAFile => unusable("it is no regular file"),
    })?;
    let end = content.iter().rposition(|byte| *byte != b'\n').map_or(0, |last| last + 1);
    let assignment = [name, b"=", &content[..end]].concat();
    let assignment =
        CString::new(assignment).map_err(|_| unusable("it has a zero byte in it, which no variable can"))?;
    environment.unset(&file_variable);
    environment.set(keep(assignment));
    Ok(())
}

/// For as long as rinit lives, which never frees anything.
pub fn keep(text: CString) -> &'static CStr {
    Box::leak(text.into_boxed_c_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(content: &[u8]) -> (std::path::PathBuf, CString) {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("rinit-secret-{}-{number}", std::process::id()));
        std::fs::write(&path, content).unwrap();
        let variable = CString::new(format!("S_FILE={}", path.display())).unwrap();
        (path, variable)
    }

    fn loaded(content: &[u8], others: &[&CStr]) -> Result<Vec<CString>, String> {
        let (path, variable) = file(content);
        let mut environment = Environment::new([&[variable.as_c_str()], others].concat());
        let entrypoint = Entrypoint { secrets: vec![b"S".to_vec()], ..Entrypoint::default() };
        let result = edit(&mut environment, &entrypoint).map_err(|error| error.to_string());
        std::fs::remove_file(path).unwrap();
        result.map(|()| environment.for_program().map(CStr::to_owned).collect())
    }

    #[test]
    fn a_secret_is_read_without_the_line_ends_behind_it() {
        for (content, expected) in [
            (&b"pass"[..], c"S=pass"),
            (b"pass\n", c"S=pass"),
            (b"\nfirst\nsecond\r\n\n\n", c"S=\nfirst\nsecond\r"),
            (b"", c"S="),
            (b"\n", c"S="),
            (b"a=b \xff", c"S=a=b \xff"),
        ] {
            assert_eq!(loaded(content, &[c"X=1"]).unwrap(), [c"X=1".to_owned(), expected.to_owned()]);
        }
        // An empty one is as good as none.
        assert_eq!(loaded(b"x", &[c"S="]).unwrap(), [c"S=x".to_owned()]);
    }

    #[test]
    fn a_doubtful_secret_is_an_error() {
        assert!(
            loaded(b"x", &[c"S=y"]).unwrap_err().starts_with("cannot use the secret 'S': both S and S_FILE are set")
        );
        assert!(loaded(b"x\0y", &[]).unwrap_err().ends_with("it has a zero byte in it, which no variable can"));
        assert!(loaded(&vec![b'x'; LARGEST + 1], &[]).unwrap_err().ends_with("it is larger than 1 MiB"));
        assert_eq!(loaded(&vec![b'x'; LARGEST], &[]).unwrap()[0].as_bytes().len(), LARGEST + 2);
        let mut environment = Environment::new(vec![c"S_FILE=/no/such/file"]);
        let entrypoint = Entrypoint { secrets: vec![b"S".to_vec()], ..Entrypoint::default() };
        let message = edit(&mut environment, &entrypoint).unwrap_err().to_string();
        assert!(
            message.starts_with("cannot read the secret 'S' from '/no/such/file', which S_FILE names: "),
            "{message}"
        );
    }

    #[test]
    fn variables_are_unset_then_set_where_they_are_not_then_set() {
        let given = vec![c"A=1", c"B=2", c"C=3", c"SSL_CERT_FILE=/etc/cert"];
        let mut environment = Environment::new(given);
        let owned = |texts: &[&CStr]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<CString>>();
        let entrypoint = Entrypoint {
            unset: vec![b"A".to_vec(), b"B".to_vec()],
            default_variables: owned(&[c"B=default", c"C=default"]),
            variables: owned(&[c"C=set", c"D=a=b"]),
            ..Entrypoint::default()
        };
        edit(&mut environment, &entrypoint).unwrap();
        let expected = [c"SSL_CERT_FILE=/etc/cert", c"B=default", c"C=set", c"D=a=b"];
        assert_eq!(environment.for_program().collect::<Vec<_>>(), expected);
    }
}
