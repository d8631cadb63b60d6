//! The man page and the completions, from the same definition as `rinit --help`.

mod texts;

use clap::{Command, ValueHint};
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, italic, roman};
use rinit::config::{definition, settings};

use crate::failure::{Failure, Result};
use crate::release::Release;

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
    paragraphs(&mut roff, "DESCRIPTION", texts::DESCRIPTION);
    roff
}

fn after_the_options() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["EXIT STATUS"]);
    for (status, meaning) in texts::STATUSES {
        roff.control("TP", []).text([bold(*status)]).text([roman(*meaning)]);
    }
    roff.control("PP", []).text([roman(texts::STATUS_WARNING)]);
    paragraphs(&mut roff, "ENVIRONMENT", &[texts::ENVIRONMENT]);
    for setting in settings() {
        let value = format!(": {}. Takes {}.", setting.help, setting.accepted);
        roff.control("TP", []).text([bold(setting.twin())]);
        roff.text([roman("As "), bold(format!("--{}", setting.long)), roman(value)]);
    }
    paragraphs(&mut roff, "SIGNALS", texts::SIGNALS);
    stopping(&mut roff);
    paragraphs(&mut roff, "ENTRYPOINT JOBS", texts::ENTRYPOINT);
    paragraphs(&mut roff, "LOG", texts::LOG);
    paragraphs(&mut roff, "SEE ALSO", &["docker(1), podman(1), signal(7), pid_namespaces(7)"]);
    roff
}

fn stopping(roff: &mut Roff) {
    roff.control("SH", ["STOPPING"]);
    as_it_is(roff, texts::PHASES);
    for text in texts::STOPPING {
        roff.control("PP", []).text([roman(*text)]);
    }
    as_it_is(roff, texts::TEN_SECONDS);
    for (text, settings) in [(texts::THEN_THIRTY, texts::COMPOSE), (texts::THEN_KUBERNETES, texts::KUBERNETES)] {
        roff.control("PP", []).text([roman(text)]);
        as_it_is(roff, settings);
    }
}

/// Lines that are not to be filled.
fn as_it_is(roff: &mut Roff, lines: &str) {
    roff.control("PP", []).control("nf", []);
    for line in lines.lines() {
        roff.text([roman(line)]);
    }
    roff.control("fi", []);
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
        .mut_arg("forward-to", |arg| arg.value_parser(["child", "group", "all"]))
        .mut_arg("isolate", |arg| arg.value_parser(["group", "session", "none"]))
        .mut_arg("log-format", |arg| arg.value_parser(["text", "json"]))
        .mut_arg("verbosity", |arg| arg.value_parser(["0", "1", "2", "3"]))
        .mut_arg("command", |arg| arg.value_hint(ValueHint::CommandWithArguments))
}
