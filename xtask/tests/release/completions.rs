//! The completions, in the shells that they are for, and in the places where the Debian package puts them.

use std::path::Path;
use std::process::Command;

use crate::harness::{Folder, printed, skipped, the_file, there_is};

const BASH_COMPLETION: &str = "/usr/share/bash-completion/bash_completion";

/// The package, unpacked into a folder.
fn unpacked(name: &str) -> Folder {
    let folder = Folder::new(name);
    printed(Command::new("dpkg-deb").arg("--extract").arg(the_file("rinit_", ".deb")).arg(&folder.0));
    folder
}

/// A shell that finds what is in the package, and nothing of whoever runs this.
fn shell(package: &Folder, words: &[&str]) -> Command {
    let root = package.0.display();
    // fish completes options only of commands that exist.
    let path = format!("{root}/usr/sbin:{}", std::env::var("PATH").unwrap());
    let mut shell = Command::new(words[0]);
    shell.args(&words[1..]).env("PATH", path).env("XDG_DATA_DIRS", format!("{root}/usr/share"));
    shell.env("HOME", &package.0).env_remove("XDG_CONFIG_HOME");
    shell
}

#[test]
fn bash_completes_options_and_their_values() {
    let package = unpacked("bash");
    let script = "set -e
        . $0
        _completion_loader rinit || [ $? = 124 ]
        complete -p rinit | grep -q -- '-F _rinit '
        COMP_WORDS=(rinit --forw) COMP_CWORD=1; _rinit rinit --forw rinit; echo \"${COMPREPLY[@]}\"
        COMP_WORDS=(rinit --forward-to g) COMP_CWORD=2; _rinit rinit g --forward-to; echo \"${COMPREPLY[@]}\"";
    if Path::new(BASH_COMPLETION).exists() || skipped("no bash-completion") {
        let said = printed(&mut shell(&package, &["bash", "--norc", "-c", script, BASH_COMPLETION]));
        assert_eq!(said, "--forward-to\ngroup\n");
    }
}

#[test]
fn fish_completes_options_and_their_values() {
    let package = unpacked("fish");
    if there_is("fish") {
        let complete = |line: &str| printed(&mut shell(&package, &["fish", "-c", &format!("complete -C '{line}'")]));
        let options = complete("rinit --forw");
        assert!(options.starts_with("--forward-to\tSend signals to the 'child'"), "{options}");
        assert_eq!(complete("rinit --forward-to g").trim_end(), "group");
    }
}

#[test]
fn zsh_finds_the_completion_and_can_read_it() {
    let package = unpacked("zsh");
    let script = "fpath=($XDG_DATA_DIRS/zsh/vendor-completions $fpath)
        autoload -Uz compinit && compinit -D -u
        zsh -n $XDG_DATA_DIRS/zsh/vendor-completions/_rinit && autoload +X _rinit && print $_comps[rinit]";
    if there_is("zsh") {
        assert_eq!(printed(&mut shell(&package, &["zsh", "-f", "-c", script])), "_rinit\n");
    }
}
