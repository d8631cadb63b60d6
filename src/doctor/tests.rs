//! What is found in containers of all kinds, and what the report looks like.

mod containers;
mod looks;

use std::time::Duration;

use nix::unistd::Pid;

use super::process::{Home, Process, Sleep, Terminal};
use crate::signal::{Signal, SignalSet};
use crate::sys::processes::Life;

/// A program that a container runs: its command, in its parent's session, with no handler for anything.
pub fn process(pid: i32, parent: i32, command: &str) -> Process {
    let words: Vec<&str> = command.split(' ').collect();
    let name = words[0].rsplit('/').next().unwrap();
    Process {
        pid: Pid::from_raw(pid),
        parent: Pid::from_raw(parent),
        group: Pid::from_raw(pid),
        session: Pid::from_raw(1),
        terminal: Terminal::No,
        state: b'S',
        life: Life::Alive,
        home: Home::Program,
        started: 1000 + pid as u64,
        age: Duration::from_secs(3600),
        user: 0,
        ignored: SignalSet::NONE,
        caught: SignalSet::NONE,
        blocked: SignalSet::NONE,
        sleep: Sleep::Otherwise,
        name: name.as_bytes().to_vec(),
        command: words.iter().flat_map(|word| [word.as_bytes(), b"\0"].concat()).collect(),
        exe: words[0].as_bytes().to_vec(),
        environment: Vec::new(),
    }
}

impl Process {
    /// It sleeps in `sigtimedwait(2)`.
    pub fn waiting(self) -> Process {
        Process { sleep: Sleep::ForSignals, ..self }
    }

    /// It has a handler.
    pub fn handling(self, signal: Signal) -> Process {
        Process { caught: [signal].into_iter().collect(), ..self }
    }

    /// It ignores TERM.
    pub fn ignoring(self) -> Process {
        Process { ignored: [Signal::TERM].into_iter().collect(), ..self }
    }

    /// It is in this session.
    pub fn in_session(self, session: i32) -> Process {
        Process { session: Pid::from_raw(session), ..self }
    }

    /// It has ended.
    pub fn ended(self) -> Process {
        Process { state: b'Z', life: Life::Zombie, command: Vec::new(), exe: Vec::new(), ..self }
    }

    /// It is a script, of this interpreter.
    pub fn run_by(self, interpreter: &str) -> Process {
        let command = [interpreter.as_bytes(), b"\0", &self.command].concat();
        Process { exe: interpreter.into(), command, ..self }
    }

    /// It was started with this variable.
    pub fn with(self, variable: &str) -> Process {
        Process { environment: [variable.as_bytes(), b"\0"].concat(), ..self }
    }
}
