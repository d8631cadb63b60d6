//! What rinit decides, without doing any of it: no system call, no clock, no memory but [`Phase`].

use crate::ending::{Change, Ending, ExitStatus};
use crate::signal::{Origin, Signal, SignalSet};

/// What rinit has to remember of what has happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Phase {
    /// What the program is doing.
    pub program: ProgramState,
    /// Whether rinit is going to do as the program does.
    pub job: Job,
    /// Whether the program has been asked to end.
    pub request: Request,
    /// The signals that it may die of without a word: those that rinit has passed on to it, and those of its terminal.
    pub sent: SignalSet,
    /// What does not change.
    pub standing: Standing,
}

impl Phase {
    /// The program has just been started.
    pub fn started(standing: Standing) -> Phase {
        let sent = match standing.terminal {
            TerminalSignals::None => SignalSet::NONE,
            // The kernel sends these to the foreground's process group, and rinit may not see them: termios(3).
            TerminalSignals::Later | TerminalSignals::ToProgram | TerminalSignals::ToBoth(_) => {
                [Signal::HUP, Signal::INT, Signal::QUIT].into_iter().collect()
            }
        };
        Phase { program: ProgramState::Running, job: Job::Running, request: Request::None, sent, standing }
    }
}

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
    fn reach_both(self, signal: Signal) -> bool {
        matches!(self, TerminalSignals::ToBoth(signals) if signals.contains(signal))
    }
}

/// What the program is doing, as far as it can be killed by it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProgramState {
    /// It runs.
    Running,
    /// This signal has stopped it: it will not see any other but SIGKILL until SIGCONT.
    Stopped(Signal),
}

/// Whether the program has been asked to end since it was last resumed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Request {
    /// No.
    None,
    /// Yes. A terminal may have stopped it before it saw that, so that it has to be resumed once more.
    Sent,
}

/// What rinit is to the shell that has it as a job.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Job {
    /// Running.
    Running,
    /// About to be stopped, like the program: as soon as all signals that have come are dealt with. A request to end must not
    /// wait until somebody resumes rinit.
    Stopping,
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
    /// No signal is left to be dealt with.
    Quiet,
    /// The kernel did not let rinit be stopped: nobody would have resumed it.
    NotSuspended,
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
    /// Lend the terminal's foreground, if rinit has been given it, and pass SIGCONT on.
    ForwardContinue,
    /// The same, but send SIGCONT to all of the program's process group, since that is what a terminal stops.
    ContinueGroup,
    /// Resume the program and its group, which this signal has stopped, because nobody else will.
    Resume(Signal),
    /// Lend the foreground again, if rinit has it.
    LendForeground,
    /// Take the foreground back from the program, which is stopped.
    TakeForeground,
    /// The same, and then stop as the program has by this signal, for the shell to see; unless the program wants no more than
    /// the foreground, and rinit has it: a shell that moves a running job there does not tell.
    Suspend(Signal),
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
        Event::Signal(signal, Origin::Kernel) if phase.standing.terminal.reach_both(signal) => {
            (sent(phase, signal), Action::Nothing)
        }
        Event::Signal(signal, Origin::Kernel | Origin::Elsewhere) => forward(sent(phase, signal), signal),
        Event::Program(Change::Stopped(signal)) => {
            stopped(Phase { program: ProgramState::Stopped(signal), job: Job::Running, ..phase }, signal)
        }
        Event::Program(Change::Continued) => {
            let action = match phase.standing.terminal {
                TerminalSignals::Later | TerminalSignals::ToProgram => Action::LendForeground,
                TerminalSignals::None | TerminalSignals::ToBoth(_) => Action::Nothing,
            };
            (Phase { program: ProgramState::Running, job: Job::Running, ..phase }, action)
        }
        Event::Program(Change::Ended(ending)) => (phase, Action::Finish(ending.status(), blame(phase, ending))),
        Event::Orphan(Change::Ended(ending)) => (phase, Action::ReportReaped(ending)),
        Event::Orphan(Change::Stopped(_) | Change::Continued) => (phase, Action::Nothing),
        Event::Quiet => match (phase.job, phase.program) {
            (Job::Stopping, ProgramState::Stopped(signal)) => {
                (Phase { job: Job::Running, ..phase }, Action::Suspend(signal))
            }
            _ => (phase, Action::Nothing),
        },
        Event::NotSuspended => (phase, not_suspended(phase.program)),
    }
}

fn sent(mut phase: Phase, signal: Signal) -> Phase {
    phase.sent.insert(signal);
    phase
}

/// A program that is resumed is no reason to stop any more, although it has not said yet that it is running.
fn forward(phase: Phase, signal: Signal) -> (Phase, Action) {
    let resumed = Phase { job: Job::Running, ..phase };
    match phase.program {
        ProgramState::Stopped(stop) if signal == Signal::CONT && stop.is_of_job_control() => {
            (resumed, Action::ContinueGroup)
        }
        _ if signal == Signal::CONT => (resumed, Action::ForwardContinue),
        ProgramState::Stopped(_) if signal.is_stop_request() => (resumed, Action::ForwardAndContinue),
        // SIGCONT would discard it, and the program go on although ^Z was the last that it was told: signal(7).
        ProgramState::Stopped(stop) if signal == Signal::TSTP && stop.asks_for_terminal() => {
            (Phase { program: ProgramState::Stopped(signal), ..phase }, Action::Nothing)
        }
        _ if signal.is_stop_request() => (Phase { request: Request::Sent, ..phase }, Action::Forward),
        _ => (phase, Action::Forward),
    }
}

/// What to do when the program has been stopped. A SIGSTOP is somebody's deliberate act, which is left alone; only whoever is
/// at the terminal must not be left without it.
fn stopped(phase: Phase, signal: Signal) -> (Phase, Action) {
    let stopping = Phase { job: Job::Stopping, ..phase };
    if phase.request == Request::Sent && signal.is_of_job_control() {
        return (Phase { request: Request::None, ..phase }, Action::ContinueGroup);
    }
    match (phase.standing.resumer, phase.standing.terminal) {
        (Resumer::Outside, _) => (phase, Action::Nothing),
        (Resumer::Nobody, _) if signal.is_of_job_control() => (phase, Action::Resume(signal)),
        (Resumer::Shell, _) if signal.is_of_job_control() => (stopping, Action::Nothing),
        (_, TerminalSignals::None | TerminalSignals::Later) => (phase, Action::Nothing),
        (Resumer::Nobody, _) => (phase, Action::TakeForeground),
        (Resumer::Shell, _) => (stopping, Action::Nothing),
    }
}

fn not_suspended(program: ProgramState) -> Action {
    match program {
        ProgramState::Stopped(signal) if signal.is_of_job_control() => Action::Resume(signal),
        ProgramState::Stopped(_) | ProgramState::Running => Action::Nothing,
    }
}

fn blame(phase: Phase, ending: Ending) -> Blame {
    match ending {
        Ending::Killed { signal, .. } if !phase.sent.contains(signal) => Blame::KilledByOthers,
        _ => Blame::Expected,
    }
}

#[cfg(test)]
mod tests;
