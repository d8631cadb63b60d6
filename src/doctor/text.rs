//! The report for people: a table that fits a terminal of 80 columns, then the findings, a line each.

use std::fmt::Write;

use super::family::{Family, Place};
use super::findings::{Finding, Level};
use super::process::{Action, Home, Process};
use crate::quoted::Escaped;
use crate::signal::Signal;
use crate::sys::processes::Life;

/// How wide it may be: terminals, mails and bug reports agree on that.
const WIDTH: usize = 80;

const TITLES: [&str; 7] = ["PID", "PPID", "S", "UID", "SESSION", "ON TERM", "COMMAND"];

/// The report.
pub fn text(processes: &[Process], findings: &[Finding]) -> String {
    let mut text = String::new();
    let family = Family::of(processes);
    let rows = processes.iter().filter(|process| process.home == Home::Program).map(|process| cells(&family, process));
    let rows: Vec<[String; 7]> = std::iter::once(TITLES.map(str::to_owned)).chain(rows).collect();
    let widths: [usize; 7] = std::array::from_fn(|n| rows.iter().map(|row| row[n].chars().count()).max().unwrap_or(0));
    for row in &rows {
        line(&mut text, row, &widths);
    }
    text.push('\n');
    for finding in findings {
        let _ = writeln!(text, "{}: {}", finding.level, finding.message);
    }
    let _ = match findings.iter().filter(|finding| finding.level == Level::Warning).count() {
        0 => writeln!(text, "\nNo problem found."),
        1 => writeln!(text, "\n1 problem found."),
        count => writeln!(text, "\n{count} problems found."),
    };
    text
}

fn line(text: &mut String, row: &[String; 7], widths: &[usize; 7]) {
    let mut used = 0;
    for (n, (cell, width)) in row.iter().zip(widths).enumerate() {
        let _ = match n {
            // Numbers to the right.
            0 | 1 | 3 => write!(text, "{cell:>width$} "),
            6 => writeln!(text, "{}", shortened(cell, WIDTH.saturating_sub(used))),
            _ => write!(text, "{cell:<width$} "),
        };
        used += width + 1;
    }
}

fn shortened(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room.saturating_sub(3)).chain("...".chars()).collect()
}

fn cells(family: &Option<Family<'_>>, process: &Process) -> [String; 7] {
    let session = family.as_ref().map_or("", |family| match family.place(process) {
        Place::Program => "",
        Place::OwnSession => "own",
        Place::Outside => "exec",
    });
    [
        process.pid.to_string(),
        process.parent.to_string(),
        state(process).to_string(),
        process.user.to_string(),
        session.to_owned(),
        word(process.on(Signal::TERM)).to_owned(),
        command(process),
    ]
}

/// The letter for a process's state: that of the program, where its first thread has ended before the others.
pub fn state(process: &Process) -> char {
    match (process.state, process.life) {
        (b'Z' | b'X', Life::Alive) => 'S',
        (state, _) => char::from(state),
    }
}

/// What a process does, in a word.
pub fn word(action: Action) -> &'static str {
    match action {
        Action::Nothing => "-",
        Action::Handles => "handles",
        Action::Waits => "waits",
        Action::Ignores => "ignores",
        Action::Drops => "drops",
        Action::Ends => "ends",
    }
}

/// What a process was started with, or its name in brackets, as `ps` shows it.
pub fn command(process: &Process) -> String {
    let words: Vec<&[u8]> = process.words().collect();
    match words.as_slice() {
        [] => format!("[{}]", Escaped(&process.name)),
        // Who writes its state over its arguments pads it to their length.
        words => Escaped(words.join(&b' ').trim_ascii_end()).to_string(),
    }
}
