//! What becomes of the container when it is asked to stop.

use super::{Check, Finding, Level};
use crate::doctor::family::{Family, Place};
use crate::doctor::kind::{Init, Kind, Reach};
use crate::doctor::process::{Action, Process, Terminal};
use crate::signal::Signal;
use crate::sys::processes::Life;

/// What the engine does when TERM had no effect.
const KILLED: &str =
    "docker stop waits for its whole grace period (10 s; Kubernetes: 30 s), then kills everything: status 137";

/// What makes PID 1 an init.
const PUT_AN_INIT: &str = "put an init before it: ENTRYPOINT [\"/sbin/rinit\", \"--\"], or docker run --init";

/// What docker stop will do, and who is in its way.
pub fn check(family: &Family<'_>) -> Vec<Finding> {
    let mut all = Vec::new();
    match (family.kind, family.program) {
        (Kind::Pause, _) => all.extend(pod(family)),
        (Kind::Supervisor, _) | (_, None) => {}
        (Kind::Init(_), Some(program)) => all.push(under_init(family, program)),
        (Kind::Shell, _) => all.push(shell(family)),
        (Kind::Application, _) => all.push(application(family)),
    }
    all.extend(others(family));
    all
}

fn warning(process: &Process, message: String) -> Finding {
    Finding::new(Level::Warning, Check::Stop, process, message)
}

fn info(process: &Process, message: String) -> Finding {
    Finding::new(Level::Info, Check::Stop, process, message)
}

fn application(family: &Family<'_>) -> Finding {
    let first = family.first;
    let who = first.identity();
    let instead = other_signal(first);
    match first.on(Signal::TERM) {
        Action::Handles => {
            info(first, format!("{who} handles TERM: docker stop ends it as soon as its handler is done"))
        }
        Action::Waits => info(first, format!("{who} blocks TERM, to wait for it: docker stop ends it when it likes")),
        Action::Ignores => {
            warning(first, format!("{who} ignores TERM: {KILLED}; let it handle TERM{instead}, or {PUT_AN_INIT}"))
        }
        _ => warning(
            first,
            format!(
                "{who} has no handler for TERM, and the kernel drops what PID 1 has no handler for: {KILLED}; \
                 {PUT_AN_INIT}; or let it handle TERM{instead}"
            ),
        ),
    }
}

/// Another signal that ends programs by custom and that this one has a handler for, as Python has for INT.
fn other_signal(process: &Process) -> String {
    let handled = [Signal::INT, Signal::QUIT].into_iter().find(|signal| process.on(*signal) == Action::Handles);
    handled.map(|signal| format!("; it handles {signal}: docker run --stop-signal={signal}")).unwrap_or_default()
}

fn shell(family: &Family<'_>) -> Finding {
    let shell = family.first;
    let who = shell.identity();
    let child = family.child(shell);
    let whom = child.map_or("what it runs".to_owned(), |child| child.identity().to_string());
    match shell.on(Signal::TERM) {
        Action::Handles => info(shell, trapped(shell, Signal::TERM, &whom)),
        Action::Waits => info(shell, format!("{who} blocks TERM, to wait for it: docker stop ends it when it likes")),
        action => {
            let why = match action {
                Action::Ignores => "ignores TERM",
                _ => "is a shell without a trap for TERM, which the kernel drops then",
            };
            warning(
                shell,
                format!(
                    "{who} {why}, and passes nothing on: {whom} never sees a TERM; {KILLED}; start the program with exec in \
                     the script's last line, under an init: ENTRYPOINT [\"/sbin/rinit\", \"--\", ...], or rinit -g where \
                     the shell has to stay"
                ),
            )
        }
    }
}

fn trapped(shell: &Process, signal: Signal, whom: &str) -> String {
    format!(
        "{} has a trap for {signal}, which a shell runs only when the command in its foreground has ended, and which has to pass it \
         on to {whom}; if a stop takes the whole grace period, that is why: start the program with exec, under an init",
        shell.identity()
    )
}

fn under_init(family: &Family<'_>, program: &Process) -> Finding {
    let who = program.identity();
    let Some(signal) = family.passing.signal else {
        let message = format!(
            "{} drops TERM (--rewrite): {KILLED}; rewrite it to a signal that {who} handles",
            family.first.identity()
        );
        return warning(program, message);
    };
    let waits = family.kind != Kind::Init(Init::Rinit) && matches!(program.state, b'T');
    match program.on(signal) {
        _ if waits => warning(
            program,
            format!(
                "{who} is stopped, and gets {signal} only when it is resumed: {KILLED}; resume it with kill -CONT {}",
                program.pid
            ),
        ),
        Action::Ignores | Action::Drops => warning(
            program,
            format!(
                "{who} ignores {signal}, which reaches it: {KILLED}; let it handle {signal}{}, or not be waited for (rinit \
                 --stop-timeout)",
                heeded(program)
            ),
        ),
        action => under_init_and_ends(family, program, signal, action),
    }
}

/// Another signal, which ends this program. Not a shell: all have handlers for INT, of which each makes what it wants.
fn heeded(program: &Process) -> String {
    if Kind::of(program) == Kind::Shell {
        return String::new();
    }
    let ends = |signal: &Signal| matches!(program.on(*signal), Action::Handles | Action::Ends);
    let heeded = [Signal::INT, Signal::QUIT, Signal::HUP].into_iter().find(ends);
    heeded.map(|signal| format!(", be sent {signal} instead (rinit --rewrite TERM:{signal})")).unwrap_or_default()
}

fn under_init_and_ends(family: &Family<'_>, program: &Process, signal: Signal, action: Action) -> Finding {
    let who = program.identity();
    let child = family.child(program).filter(|_| Kind::of(program) == Kind::Shell);
    match (action, child) {
        (Action::Handles, Some(child)) => info(program, trapped(program, signal, &child.identity().to_string())),
        (Action::Handles, None) => info(
            program,
            format!("{who} handles {signal}: docker stop ends the container as soon as its handler is done"),
        ),
        (Action::Waits, _) => info(
            program,
            format!(
                "{who} blocks {signal}: it waits for it (sigwait, signalfd), or has inherited that and never sees it; if a stop \
                 takes the whole grace period, that is why"
            ),
        ),
        (_, Some(child)) if family.passing.reach == Reach::Program => warning(
            program,
            format!(
                "{who} is a shell that {signal} ends at once, without passing it on: {} is then killed without a warning; \
                 start it with exec in the script's last line, or pass signals on to its whole process group (-g of rinit and tini)",
                child.identity()
            ),
        ),
        _ => info(
            program,
            format!(
                "{who} has no handler for {signal}: docker stop ends the container at once, status {}",
                128 + signal.number()
            ),
        ),
    }
}

/// Each container of a pod has a first process of its own, which is not PID 1 and thus ends unless it chooses not to.
fn pod(family: &Family<'_>) -> Vec<Finding> {
    let firsts = family.living().filter(|process| process.parent.as_raw() == 0 && process.pid != family.first.pid);
    // A shell at a terminal has come by kubectl exec.
    let ignorant =
        firsts.filter(|process| process.on(Signal::TERM) == Action::Ignores && process.terminal == Terminal::No);
    ignorant
        .map(|process| warning(process, format!("{} ignores TERM: {KILLED}; let it handle TERM", process.identity())))
        .collect()
}

/// Those that are not asked first: whoever waits for them, waits in vain.
fn others(family: &Family<'_>) -> Option<Finding> {
    let is_other = |process: &Process| {
        process.life == Life::Alive
            && process.on(Signal::TERM) == Action::Ignores
            && process.pid != family.first.pid
            && family.program.is_none_or(|program| program.pid != process.pid)
            && family.place(process) != Place::Outside
    };
    let mut ignorant = family.living().filter(|process| is_other(process));
    let first = ignorant.next()?;
    let more = match ignorant.count() {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    let message = format!(
        "{}{more}: TERM is ignored, though not by the program itself; who waits for that to end (a parent, rinit's --drain) waits \
         until it is killed",
        first.identity()
    );
    Some(info(first, message))
}
