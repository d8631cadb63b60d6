//! The man page and the completions, from the same definition as `rinit --help`.

use clap::{Command, ValueHint};
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, italic, roman};
use rinit::config::{SETTINGS, definition};

use crate::failure::{Failure, Result};
use crate::release::Release;

const SIGNALS: &[&str] = &[
    "All 64 signals are forwarded, whatever their number and as often as they come, but for KILL and STOP, which nobody can \
     catch, and SIGCHLD from the kernel. One that was queued with a value, by sigqueue(3), keeps it. A second TERM is forwarded \
     like the first; nothing escalates, and there is no timer. A stopped program gets CONT after TERM, INT or QUIT, so that it \
     can hear it. RTMIN is counted as 34.",
    "The program finds the signal mask and the ignored signals as they would be without rinit.",
];

const ENVIRONMENT: &str = "Each option has a twin in the environment. The command line wins over it. A value that means \
    nothing, on either side, is one line on standard error and exit status 125. The program does not see variables that begin \
    with RINIT_; those that are no option's twin mean nothing to rinit.";

const STATUSES: &[(&str, &str)] = &[
    ("the program's own", "It exited by itself."),
    ("128+n", "Signal n killed it: 143 for TERM, 137 for KILL, up to 192."),
    ("127", "The command was not found."),
    (
        "126",
        "It was found and cannot be executed; the message says why: a missing interpreter or loader, Windows line ends, \
         another machine's program, no execute bit.",
    ),
    ("125", "rinit itself failed, or was told nonsense; nothing was run."),
];

const DESCRIPTION: &[&str] = &[
    "rinit is PID 1 of a container: it starts COMMAND as its child, forwards every signal to it, reaps orphaned processes, and \
     exits with COMMAND's own status. Without options it is invisible: it prints nothing when all is well, and one line that \
     says who and why when it is not.",
    "Options end at the first word that is not one, or after --: 'rinit ls -l /' runs 'ls -l /'. COMMAND is found as execvp(3) \
     finds it; a script without a #! line is given to /bin/sh.",
    "Where rinit is not PID 1 it becomes a subreaper by itself. When it ends, because COMMAND has, the kernel kills whatever \
     else runs in the container.",
];

/// The man page, `rinit.1`.
pub fn man_page(release: &Release) -> Result<Vec<u8>> {
    let (source, date) = (format!("rinit {}", release.version()), release.dated("+%Y-%m-%d")?);
    let man = Man::new(definition()).title("RINIT").section("1").source(source).manual("User Commands").date(date);
    let mut page = Vec::new();
    let cannot = |error| Failure::new("write the man page", error);
    man.render_title(&mut page).map_err(cannot)?;
    man.render_name_section(&mut page).map_err(cannot)?;
    description().to_writer(&mut page).map_err(cannot)?;
    man.render_options_section(&mut page).map_err(cannot)?;
    after_the_options().to_writer(&mut page).map_err(cannot)?;
    Ok(page)
}

fn description() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["SYNOPSIS"]);
    roff.text([bold("rinit"), roman(" [OPTIONS] [--] "), italic("COMMAND"), roman(" ["), italic("ARG"), roman("]...")]);
    paragraphs(&mut roff, "DESCRIPTION", DESCRIPTION);
    roff
}

fn after_the_options() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["EXIT STATUS"]);
    for (status, meaning) in STATUSES {
        roff.control("TP", []).text([bold(*status)]).text([roman(*meaning)]);
    }
    paragraphs(&mut roff, "ENVIRONMENT", &[ENVIRONMENT]);
    for setting in SETTINGS {
        let value = format!(": {}. Takes {}.", setting.help, setting.accepted);
        roff.control("TP", []).text([bold(setting.twin())]);
        roff.text([roman("As "), bold(format!("--{}", setting.long)), roman(value)]);
    }
    paragraphs(&mut roff, "SIGNALS", SIGNALS);
    paragraphs(&mut roff, "SEE ALSO", &["docker(1), podman(1), signal(7), pid_namespaces(7)"]);
    roff
}

fn paragraphs(roff: &mut Roff, heading: &str, texts: &[&str]) {
    roff.control("SH", [heading]);
    for (i, text) in texts.iter().enumerate() {
        if i > 0 {
            roff.control("PP", []);
        }
        roff.text([roman(*text)]);
    }
}

/// The completions: what each file is called in the release, where it belongs, and what is in it.
pub fn completions() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let files = [
        (Shell::Bash, "rinit.bash", "usr/share/bash-completion/completions/rinit"),
        (Shell::Zsh, "_rinit", "usr/share/zsh/vendor-completions/_rinit"),
        (Shell::Fish, "rinit.fish", "usr/share/fish/vendor_completions.d/rinit.fish"),
    ];
    let made = files.map(|(shell, name, place)| {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut for_shells(), "rinit", &mut script);
        (name, place, script)
    });
    made.into()
}

/// The definition, with what a shell can make more of than rinit does, which takes values as bytes.
fn for_shells() -> Command {
    definition()
        .mut_arg("forward-to", |arg| arg.value_parser(["child", "group"]))
        .mut_arg("verbosity", |arg| arg.value_parser(["0", "1", "2", "3"]))
        .mut_arg("command", |arg| arg.value_hint(ValueHint::CommandWithArguments))
}
