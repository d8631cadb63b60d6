//! What rinit decides, without doing any of it: no system call, no clock, no memory but [`Phase`].

use crate::ending::{Change, Ending, ExitStatus};
use crate::signal::{Origin, Signal, SignalSet};

/// What rinit has to remember of what has happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Phase {
    /// What the program is doing.
    pub program: ProgramState,
    /// The signals that it may die of without a word: those that rinit has passed on to it, and those of its terminal.
    pub sent: SignalSet,
}

impl Phase {
    /// The program has just been started.
    pub fn started(terminal: Terminal) -> Phase {
        let sent = match terminal {
            Terminal::None => SignalSet::NONE,
            // The kernel sends these to the foreground's process group, and rinit does not see them: termios(3).
            Terminal::Foreground => [Signal::HUP, Signal::INT, Signal::QUIT].into_iter().collect(),
        };
        Phase { program: ProgramState::Running, sent }
    }
}

/// Whether the program has a terminal that may send it signals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Terminal {
    /// It has none, or is in its background.
    None,
    /// It has been given the foreground.
    Foreground,
}

/// What the program is doing, as far as it can be killed by it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProgramState {
    /// It runs.
    Running,
    /// SIGSTOP or the terminal has stopped it: it will not see any signal but SIGKILL until SIGCONT.
    Stopped,
}

/// Something that happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    /// A signal arrived.
    Signal(Signal, Origin),
    /// The program changed its state.
    Program(Change),
    /// An orphan changed its state.
    Orphan(Change),
}

/// What is to be done about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// Nothing.
    Nothing,
    /// Pass the signal on.
    Forward,
    /// Pass the signal on, then SIGCONT, so that it is seen.
    ForwardAndContinue,
    /// Say that an orphan was reaped, if somebody wants to know.
    ReportReaped(Ending),
    /// Exit with this status, the program having ended like this.
    Finish(ExitStatus, Blame),
}

/// Whether the way in which the program ended needs a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Blame {
    /// No: it exited by itself, or of a signal that came through rinit.
    Expected,
    /// Yes: a signal that rinit did not send killed it.
    KilledByOthers,
}

/// What to do about an event, and what to remember.
pub fn step(phase: Phase, event: Event) -> (Phase, Action) {
    match event {
        // Not even a word about rinit's own: SIGPIPE from that line would be the next one, for ever.
        Event::Signal(_, Origin::ChildStatus | Origin::Itself) => (phase, Action::Nothing),
        Event::Signal(signal, Origin::Elsewhere) => forward(phase, signal),
        Event::Program(Change::Stopped) => (Phase { program: ProgramState::Stopped, ..phase }, Action::Nothing),
        Event::Program(Change::Continued) => (Phase { program: ProgramState::Running, ..phase }, Action::Nothing),
        Event::Program(Change::Ended(ending)) => (phase, Action::Finish(ending.status(), blame(phase, ending))),
        Event::Orphan(Change::Ended(ending)) => (phase, Action::ReportReaped(ending)),
        Event::Orphan(Change::Stopped | Change::Continued) => (phase, Action::Nothing),
    }
}

fn forward(mut phase: Phase, signal: Signal) -> (Phase, Action) {
    phase.sent.insert(signal);
    match phase.program {
        ProgramState::Stopped if signal.is_stop_request() => (phase, Action::ForwardAndContinue),
        _ => (phase, Action::Forward),
    }
}

fn blame(phase: Phase, ending: Ending) -> Blame {
    match ending {
        Ending::Killed { signal, .. } if !phase.sent.contains(signal) => Blame::KilledByOthers,
        _ => Blame::Expected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUNNING: Phase = Phase { program: ProgramState::Running, sent: SignalSet::NONE };
    const STOPPED: Phase = Phase { program: ProgramState::Stopped, sent: SignalSet::NONE };

    fn signals() -> impl Iterator<Item = Signal> {
        (1..=64).filter_map(Signal::new)
    }

    fn sent(phase: Phase, signal: Signal) -> Phase {
        let mut sent = phase.sent;
        sent.insert(signal);
        Phase { sent, ..phase }
    }

    fn killed(signal: Signal) -> Event {
        Event::Program(Change::Ended(Ending::Killed { signal, core_dumped: false }))
    }

    #[test]
    fn every_signal_from_elsewhere_is_forwarded_as_often_as_it_comes() {
        for signal in signals() {
            let event = Event::Signal(signal, Origin::Elsewhere);
            let (phase, first) = step(RUNNING, event);
            let (phase, second) = step(phase, event);
            assert_eq!((phase, first, second), (sent(RUNNING, signal), Action::Forward, Action::Forward));
        }
    }

    #[test]
    fn a_stopped_program_is_resumed_to_hear_a_stop_request_and_nothing_else() {
        for signal in signals() {
            let expected = match signal {
                Signal::TERM | Signal::INT | Signal::QUIT => Action::ForwardAndContinue,
                _ => Action::Forward,
            };
            assert_eq!(step(STOPPED, Event::Signal(signal, Origin::Elsewhere)), (sent(STOPPED, signal), expected));
        }
    }

    #[test]
    fn what_rinit_caused_itself_is_never_forwarded() {
        for (signal, phase) in signals().flat_map(|signal| [(signal, RUNNING), (signal, STOPPED)]) {
            assert_eq!(step(phase, Event::Signal(signal, Origin::Itself)), (phase, Action::Nothing));
            assert_eq!(step(phase, Event::Signal(signal, Origin::ChildStatus)), (phase, Action::Nothing));
        }
    }

    #[test]
    fn the_program_stops_and_continues_and_orphans_do_not_count() {
        for phase in [RUNNING, STOPPED] {
            assert_eq!(step(phase, Event::Program(Change::Stopped)), (STOPPED, Action::Nothing));
            assert_eq!(step(phase, Event::Program(Change::Continued)), (RUNNING, Action::Nothing));
            assert_eq!(step(phase, Event::Orphan(Change::Stopped)), (phase, Action::Nothing));
            assert_eq!(step(phase, Event::Orphan(Change::Continued)), (phase, Action::Nothing));
        }
    }

    #[test]
    fn only_the_programs_end_is_the_end() {
        for (status, phase) in (0..=255).flat_map(|status| [(status, RUNNING), (status, STOPPED)]) {
            let ended = Change::Ended(Ending::Exited(status));
            assert_eq!(step(phase, Event::Program(ended)).1, Action::Finish(ExitStatus(status), Blame::Expected));
            assert_eq!(step(phase, Event::Orphan(ended)).1, Action::ReportReaped(Ending::Exited(status)));
        }
    }

    #[test]
    fn a_death_by_signal_is_expected_only_if_rinit_sent_that_signal() {
        for signal in signals() {
            let status = ExitStatus(128 + signal.number() as u8);
            assert_eq!(step(RUNNING, killed(signal)).1, Action::Finish(status, Blame::KilledByOthers));
            let forwarded = step(RUNNING, Event::Signal(signal, Origin::Elsewhere)).0;
            assert_eq!(step(forwarded, killed(signal)).1, Action::Finish(status, Blame::Expected));
        }
    }

    #[test]
    fn the_signals_of_a_terminal_are_expected_where_there_is_one() {
        for signal in signals() {
            let status = ExitStatus(128 + signal.number() as u8);
            let blame = match signal {
                Signal::HUP | Signal::INT | Signal::QUIT => Blame::Expected,
                _ => Blame::KilledByOthers,
            };
            let on_terminal = Phase::started(Terminal::Foreground);
            assert_eq!(step(on_terminal, killed(signal)).1, Action::Finish(status, blame));
            assert_eq!(Phase::started(Terminal::None), RUNNING);
        }
    }
}
