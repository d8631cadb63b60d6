//! The report for machines: an object of JSON (RFC 8259) on each line, valid whatever is in names and arguments.

use std::fmt::{self, Write};

use super::family::{Family, Place};
use super::findings::Finding;
use super::process::{Home, Process};
use super::text;
use crate::log::json::encode;
use crate::quoted::Escaped;
use crate::signal::Signal;

/// The report.
pub fn json(processes: &[Process], findings: &[Finding]) -> String {
    let mut lines = String::new();
    let family = Family::of(processes);
    for process in processes.iter().filter(|process| process.home == Home::Program) {
        let place = family.as_ref().map(|family| family.place(process));
        // Writing to a String does not fail.
        let _ = self::process(&mut lines, process, place);
    }
    for finding in findings {
        let _ = self::finding(&mut lines, finding);
    }
    lines
}

fn process(lines: &mut String, process: &Process, place: Option<Place>) -> fmt::Result {
    let place = match place {
        Some(Place::OwnSession) => "own",
        Some(Place::Outside) => "exec",
        Some(Place::Program) | None => "program",
    };
    write!(
        lines,
        "{{\"type\":\"process\",\"pid\":{},\"ppid\":{},\"state\":\"{}\",\"uid\":{},\"session\":{},\"place\":\"{place}\",\
         \"age\":{},\"on_term\":\"{}\",\"name\":\"",
        process.pid,
        process.parent,
        text::state(process),
        process.user,
        process.session,
        process.age.as_secs(),
        text::word(process.on(Signal::TERM)),
    )?;
    write!(Characters(lines), "{}", Escaped(&process.name))?;
    lines.push_str("\",\"command\":\"");
    Characters(lines).write_str(&text::command(process))?;
    lines.push_str("\"}\n");
    Ok(())
}

fn finding(lines: &mut String, finding: &Finding) -> fmt::Result {
    write!(
        lines,
        "{{\"type\":\"finding\",\"level\":\"{}\",\"check\":\"{}\",\"pid\":{},\"name\":\"",
        finding.level, finding.check, finding.pid
    )?;
    write!(Characters(lines), "{}", Escaped(&finding.name))?;
    lines.push_str("\",\"message\":\"");
    Characters(lines).write_str(&finding.message)?;
    lines.push_str("\"}\n");
    Ok(())
}

/// What is written to it comes between the quotes of a string.
struct Characters<'a>(&'a mut String);

impl Write for Characters<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().for_each(|c| self.0.push_str(encode(c, &mut [0; 4])));
        Ok(())
    }
}
