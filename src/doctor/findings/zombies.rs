//! Processes that have ended and that nobody reaps.

use std::time::Duration;

use nix::unistd::Pid;

use super::{Check, Finding, Level};
use crate::doctor::family::Family;
use crate::doctor::kind::Kind;
use crate::doctor::process::Process;
use crate::report::Identity;

/// One finding for each parent that has some.
pub fn check(family: &Family<'_>) -> Vec<Finding> {
    let mut parents: Vec<Pid> = Vec::new();
    for zombie in family.zombies() {
        if !parents.contains(&zombie.parent) {
            parents.push(zombie.parent);
        }
    }
    parents.into_iter().filter_map(|parent| below(family, parent)).collect()
}

fn below(family: &Family<'_>, parent: Pid) -> Option<Finding> {
    let zombies: Vec<&Process> = family.zombies().filter(|zombie| zombie.parent == parent).collect();
    let oldest = zombies.iter().min_by_key(|zombie| (zombie.started, zombie.pid))?;
    let what = match zombies.len() {
        1 => format!("a zombie, {}, started {} ago", oldest.identity(), Ago(oldest.age)),
        count => format!("{count} zombies, the first of them {}, started {} ago", oldest.identity(), Ago(oldest.age)),
    };
    let name = family.find(parent).map(|parent| parent.name.as_slice()).unwrap_or_default();
    let who = Identity { pid: parent, name };
    let keeps = "a zombie keeps its pid, and with too many of them no process can be started";
    let message = match (parent.as_raw(), family.kind) {
        (0, _) => format!(
            "{what}; the parent is outside of the PID namespace: the engine, for docker exec or a health check; {keeps}; \
             PID 1 is not their parent and cannot reap them: look at the engine, at health checks that time out"
        ),
        (1, Kind::Application | Kind::Shell) if family.kernel_threads() == 0 => format!(
            "{who} has {what}: children of its own or orphans, for which it does not wait; {keeps}; put an init before it, which \
             reaps orphans: ENTRYPOINT [\"/sbin/rinit\", \"--\"], or docker run --init"
        ),
        (1, _) => format!("{who} has {what}, and should have reaped that: is it stopped, or traced? {keeps}"),
        _ => format!(
            "{who} has {what}: it has not waited for its children; {keeps}; not the fault of PID 1, which gets them only when \
             {who} ends; let {who} wait for its children (or ignore SIGCHLD); a restart of it frees them"
        ),
    };
    Some(Finding { level: Level::Warning, check: Check::Zombies, pid: parent, name: name.to_vec(), message })
}

/// A time in its largest unit: nobody counts the seconds of a day.
struct Ago(Duration);

impl std::fmt::Display for Ago {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.as_secs() {
            seconds @ ..120 => write!(f, "{seconds} s"),
            seconds @ ..7200 => write!(f, "{} min", seconds / 60),
            seconds @ ..172_800 => write!(f, "{} h", seconds / 3600),
            seconds => write!(f, "{} days", seconds / 86_400),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_in_their_largest_unit() {
        for (seconds, expected) in [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"), (400_000, "4 days")] {
            assert_eq!(Ago(Duration::from_secs(seconds)).to_string(), expected);
        }
    }
}
