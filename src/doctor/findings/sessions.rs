//! Processes that a stop does not reach: the program is asked to end, and when it has ended the kernel kills the rest.

use super::{Check, Finding, Level};
use crate::doctor::family::{Family, Place};
use crate::doctor::kind::{Kind, Reach};
use crate::doctor::process::Process;

/// How a process escapes the stop.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escape {
    /// Nobody that is asked to end looks after it.
    Orphan,
    /// Its parent lives, and may look after it.
    Child,
}

/// One finding for all processes of one name and one parent.
pub fn check(family: &Family<'_>) -> Vec<Finding> {
    let tells = matches!(family.kind, Kind::Init(_) | Kind::Shell | Kind::Application);
    let mut escaped: Vec<(&Process, Escape, usize)> = Vec::new();
    if !tells || family.passing.reach == Reach::All {
        return Vec::new();
    }
    for process in family.living() {
        let Some(escape) = escape(family, process) else { continue };
        let is_alike = |(other, how, _): &&mut (&Process, Escape, usize)| {
            *how == escape && (other.parent, &other.name) == (process.parent, &process.name)
        };
        match escaped.iter_mut().find(is_alike) {
            Some((_, _, more)) => *more += 1,
            None => escaped.push((process, escape, 0)),
        }
    }
    escaped.into_iter().map(|(process, escape, more)| finding(family, process, escape, more)).collect()
}

fn escape(family: &Family<'_>, process: &Process) -> Option<Escape> {
    let is_main = |main: &&Process| main.pid == process.pid;
    let mut main = family.inits.iter().copied().chain([family.first]).chain(family.program);
    if main.any(|main| is_main(&main)) {
        return None;
    }
    let parent = family.find(process.parent);
    let place = family.place(process);
    let is_adopted = process.parent == family.first.pid;
    match (place, family.kind) {
        (Place::Outside, _) => None,
        // The program's group gets the signal too.
        _ if family.passing.reach == Reach::Group && family.program.is_some_and(|p| p.group == process.group) => None,
        // An init has started the program and nothing else.
        (_, Kind::Init(_)) if is_adopted => Some(Escape::Orphan),
        (Place::Program, _) => None,
        // A worker of PID 1, as PostgreSQL's are, or another child, or an orphan: only its name tells.
        (Place::OwnSession, _) if is_adopted && process.name != family.first.name => Some(Escape::Orphan),
        // Who is in its parent's session is its parent's to look after, who is in this list.
        (Place::OwnSession, _) if parent.is_some_and(|parent| parent.session == process.session) => None,
        (Place::OwnSession, _) => Some(Escape::Child),
    }
}

fn finding(family: &Family<'_>, process: &Process, escape: Escape, more: usize) -> Finding {
    let more = if more == 0 { String::new() } else { format!(" and {more} more of that name") };
    let who = format!("{}{more}", process.identity());
    let place = match family.place(process) {
        Place::Program => "an orphan of PID 1",
        _ => "in a session of its own",
    };
    let main = family.program.unwrap_or(family.first).identity();
    let parent = family.find(process.parent);
    let (level, message) = match (escape, parent) {
        (Escape::Child, Some(parent)) => (
            Level::Info,
            format!(
                "{who}: {place}, below {}, which has to end it: a stop sends TERM to {main} only, and kills what is left when \
                 that has ended",
                parent.identity()
            ),
        ),
        _ => (
            Level::Warning,
            format!(
                "{who}: {place}, and not reached by a stop, which sends TERM to {main} only: killed without a warning when that \
                 has ended, whatever it was writing; rinit --drain=5s lets it end after {main}, --forward-to=all with it"
            ),
        ),
    };
    Finding::new(level, Check::Sessions, process, message)
}
