//! What does not change while the program runs: where it stands.

use crate::signal::{Signal, SignalSet};

/// How rinit and its program stand to each other, to the terminal, and to who started rinit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Standing {
    /// Who resumes the program when it has been stopped.
    pub resumer: Resumer,
    /// Who gets the signals of the terminal.
    pub terminal: TerminalSignals,
}

/// Who resumes the program when a terminal has stopped it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Resumer {
    /// Nobody but rinit: it is PID 1.
    Nobody,
    /// A shell that has rinit as its job, if there is one: the kernel knows.
    Shell,
    /// Somebody outside of the PID namespace, without rinit's help.
    Outside,
}

/// Who gets the signals that a terminal sends to the process group in its foreground.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TerminalSignals {
    /// There is no terminal.
    None,
    /// rinit was started in the background: nobody yet, and the program when it is in the foreground.
    Later,
    /// The program, without rinit.
    ToProgram,
    /// Both, for these signals: rinit and the program are in one process group.
    ToBoth(SignalSet),
}

impl TerminalSignals {
    /// Whether such a signal, from the kernel, has reached the program already.
    pub(super) fn reach_both(self, signal: Signal) -> bool {
        matches!(self, TerminalSignals::ToBoth(signals) if signals.contains(signal))
    }
}
