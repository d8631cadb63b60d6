//! Who PID 1 is.

use super::{Check, Finding, Level};
use crate::doctor::family::Family;
use crate::doctor::kind::{Init, Kind, Reach};
use crate::doctor::process::{Action, Process};
use crate::signal::Signal;

/// What it is, and what that means for the others.
pub fn check(family: &Family<'_>) -> Finding {
    let message = match family.kernel_threads() {
        0 => of_container(family),
        count => format!(
            "{} is the init of the machine: this is its own PID namespace (--pid=host, or no container at all), and what a \
             stop does to one container cannot be told from here; {count} threads of the kernel are left out",
            family.first.identity()
        ),
    };
    Finding::new(Level::Info, Check::Pid1, family.first, message)
}

fn of_container(family: &Family<'_>) -> String {
    let first = family.first.identity();
    match family.kind {
        Kind::Init(init) => of_init(family, init),
        Kind::Supervisor => {
            format!("{first} is an init with services of its own, whose settings say how each of them is stopped")
        }
        Kind::Pause => format!(
            "{first} holds a PID namespace that several containers share, and reaps their orphans; a container is stopped by a \
             TERM to its own first process, whose parent is 0 in this table"
        ),
        Kind::Shell => format!(
            "{first} is a shell: what it starts gets a signal only if the shell, or a trap of its script, sends it"
        ),
        Kind::Application if family.first.on(Signal::TERM) == Action::Waits => {
            format!("{first} is no init that is known here; the orphans of the container are its to reap")
        }
        Kind::Application => format!(
            "{first} is the application itself, without an init: it gets only signals that it has a handler for, and has to reap the \
             orphans of the whole container"
        ),
    }
}

fn of_init(family: &Family<'_>, init: Init) -> String {
    let first = family.first.identity();
    let known = family.kind.known_as().filter(|known| known.as_bytes() != family.first.name);
    let known = known.map(|known| format!("{known}, ")).unwrap_or_default();
    let Some(program) = family.program else {
        return format!("{first} is {known}an init, and reaps orphans; its program is not to be seen");
    };
    let whom = match family.passing.reach {
        Reach::Program => "",
        Reach::Group => " and its process group",
        // Or what is left of them, at the end.
        Reach::All if init == Init::Rinit => ", sees to the end of all others",
        Reach::All => " and all others",
    };
    let unseen = unseen(init, family.first);
    format!(
        "{first} is {known}an init: it passes signals on to {}{whom}, and reaps orphans{unseen}",
        program.identity()
    )
}

/// Options that cannot be known, and that could make a warning of this report a false one.
fn unseen(init: Init, process: &Process) -> &'static str {
    match init {
        Init::Rinit if process.environment.is_empty() => {
            "; its environment cannot be seen by this user: options in it (RINIT_DRAIN, RINIT_FORWARD_TO, RINIT_REWRITE) are \
             not known here"
        }
        _ => "",
    }
}
