//! What rinit decides, without doing any of it: no system call, no clock, no memory but [`Phase`].

mod stage;
mod standing;

pub use stage::{Chance, Notice, Stage};
pub use standing::{Resumer, Standing, TerminalSignals};

use crate::ending::{Change, Ending, ExitStatus};
use crate::plan::Plan;
use crate::signal::{Origin, Signal, SignalSet};

/// What rinit has to remember of what has happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Phase {
    /// How far the stopping has come.
    pub stage: Stage,
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
                SignalSet::of([Signal::HUP, Signal::INT, Signal::QUIT])
            }
        };
        Phase {
            stage: Stage::Running,
            program: ProgramState::Running,
            job: Job::Running,
            request: Request::None,
            sent,
            standing,
        }
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
    /// The time is over that the stage may last.
    Deadline(Notice),
    /// Of what the program has left behind, nothing is there any more.
    NothingLeft,
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
    /// Keep the signal until the deadline.
    Hold,
    /// Pass the signal on, as this one.
    Forward(Signal),
    /// The same, then SIGCONT, so that it is seen.
    ForwardAndContinue(Signal),
    /// Lend the terminal's foreground, if rinit has been given it, and pass the signal on as SIGCONT.
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
    /// Kill the program and its group: this signal was not enough.
    Kill(Signal),
    /// The program has ended. Exit with this status.
    Finish(ExitStatus, Blame),
    /// The program has ended. Ask what is left to end too.
    Drain(Blame),
    /// Send what is left this signal too.
    SendToLeft(Signal),
    /// Kill what is left.
    KillLeft,
    /// Exit with this status: nothing is left to be done.
    Exit(ExitStatus),
}

/// Whether the way in which the program ended needs a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Blame {
    /// No: it exited by itself, or of a signal that came through rinit.
    Expected,
    /// Yes: a signal that rinit did not send killed it.
    KilledByOthers,
}

/// What to do about an event, going by this plan and by what is remembered, which changes with it.
pub fn step(plan: &Plan, phase: &mut Phase, event: Event) -> Action {
    match event {
        // Not even a word about rinit's own: SIGPIPE from that line would be the next one, for ever.
        Event::Signal(_, Origin::ChildStatus | Origin::Itself) => Action::Nothing,
        Event::Signal(signal, Origin::Kernel) if phase.standing.terminal.reach_both(signal) => {
            phase.sent.insert(signal);
            Action::Nothing
        }
        Event::Signal(received, Origin::Kernel | Origin::Elsewhere) => receive(plan, phase, received),
        Event::Deadline(notice) => deadline(plan, phase, notice),
        Event::NothingLeft => match phase.stage {
            Stage::Draining(status, _) | Stage::Clearing(status) => Action::Exit(status),
            Stage::Running | Stage::Delaying(_) | Stage::Stopping(..) | Stage::Killed => Action::Nothing,
        },
        Event::Program(Change::Stopped(signal)) => {
            (phase.program, phase.job) = (ProgramState::Stopped(signal), Job::Running);
            stopped(phase, signal)
        }
        Event::Program(Change::Continued) => {
            (phase.program, phase.job) = (ProgramState::Running, Job::Running);
            match phase.standing.terminal {
                TerminalSignals::Later | TerminalSignals::ToProgram => Action::LendForeground,
                TerminalSignals::None | TerminalSignals::ToBoth(_) => Action::Nothing,
            }
        }
        Event::Program(Change::Ended(ending)) => ended(plan, phase, ending),
        Event::Orphan(Change::Ended(ending)) => Action::ReportReaped(ending),
        Event::Orphan(Change::Stopped(_) | Change::Continued) => Action::Nothing,
        // While a clock runs, rinit must not stop.
        Event::Quiet if phase.stage.limit(plan).is_some() => Action::Nothing,
        Event::Quiet => match (phase.job, phase.program) {
            (Job::Stopping, ProgramState::Stopped(signal)) => {
                phase.job = Job::Running;
                Action::Suspend(signal)
            }
            _ => Action::Nothing,
        },
        Event::NotSuspended => not_suspended(phase.program),
    }
}

/// What to do with a signal. Whether it asks to stop is seen by what was received; all else depends on what is sent.
fn receive(plan: &Plan, phase: &mut Phase, received: Signal) -> Action {
    let asks = plan.stop_signals.contains(received);
    match (phase.stage, plan.rewrite.apply(received)) {
        (Stage::Draining(..), Some(_)) if asks => Action::SendToLeft(for_all(received)),
        (Stage::Draining(..) | Stage::Clearing(_), _) | (_, None) => Action::Nothing,
        (Stage::Running, Some(_)) if asks && plan.stop_delay.is_some() => {
            phase.stage = Stage::Delaying(received);
            Action::Hold
        }
        // The second request while the first is held back is sent at once, and takes its place.
        (Stage::Running | Stage::Delaying(_), Some(signal)) if asks => ask(phase, signal),
        (_, Some(signal)) => forward(phase, signal, if asks { Wish::Stop } else { Wish::Other }),
    }
}

/// A request to stop, in a signal that everybody takes for one: another may be a convention of rinit's program.
fn for_all(request: Signal) -> Signal {
    match request {
        Signal::INT | Signal::QUIT => request,
        _ => Signal::TERM,
    }
}

fn ask(phase: &mut Phase, signal: Signal) -> Action {
    phase.stage = Stage::Stopping(signal, Chance::First);
    forward(phase, signal, Wish::Stop)
}

/// Whether a signal asks the program to end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    Stop,
    Other,
}

/// A program that is resumed is no reason to stop any more, although it has not said yet that it is running.
fn forward(phase: &mut Phase, signal: Signal, wish: Wish) -> Action {
    phase.sent.insert(signal);
    match (phase.program, wish) {
        (ProgramState::Stopped(stop), _) if signal == Signal::CONT && stop.is_of_job_control() => {
            phase.job = Job::Running;
            Action::ContinueGroup
        }
        _ if signal == Signal::CONT => {
            phase.job = Job::Running;
            Action::ForwardContinue
        }
        (ProgramState::Stopped(_), Wish::Stop) => {
            phase.job = Job::Running;
            Action::ForwardAndContinue(signal)
        }
        // SIGCONT would discard it, and the program go on although ^Z was the last that it was told: signal(7).
        (ProgramState::Stopped(stop), Wish::Other) if signal == Signal::TSTP && stop.asks_for_terminal() => {
            phase.program = ProgramState::Stopped(signal);
            Action::Nothing
        }
        (ProgramState::Running, Wish::Stop) => {
            phase.request = Request::Sent;
            Action::Forward(signal)
        }
        (_, Wish::Other) => Action::Forward(signal),
    }
}

fn deadline(plan: &Plan, phase: &mut Phase, notice: Notice) -> Action {
    match (phase.stage, notice) {
        (Stage::Delaying(received), _) => match plan.rewrite.apply(received) {
            Some(signal) => ask(phase, signal),
            None => {
                phase.stage = Stage::Running;
                Action::Nothing
            }
        },
        (Stage::Stopping(by, Chance::First), Notice::Late) => {
            phase.stage = Stage::Stopping(by, Chance::Last);
            Action::Nothing
        }
        (Stage::Stopping(by, _), _) => {
            phase.stage = Stage::Killed;
            phase.sent.insert(Signal::KILL);
            Action::Kill(by)
        }
        (Stage::Draining(status, Chance::First), Notice::Late) => {
            phase.stage = Stage::Draining(status, Chance::Last);
            Action::Nothing
        }
        (Stage::Draining(status, _), _) => {
            phase.stage = Stage::Clearing(status);
            Action::KillLeft
        }
        (Stage::Clearing(status), _) => Action::Exit(status),
        (Stage::Running | Stage::Killed, _) => Action::Nothing,
    }
}

fn ended(plan: &Plan, phase: &mut Phase, ending: Ending) -> Action {
    let (status, blame) = (plan.statuses.apply(ending.status()), blame(plan, phase, ending));
    match plan.drain {
        Some(_) => {
            phase.stage = Stage::Draining(status, Chance::First);
            Action::Drain(blame)
        }
        None => Action::Finish(status, blame),
    }
}

/// What to do when the program has been stopped. A SIGSTOP is somebody's deliberate act, which is left alone; only whoever is
/// at the terminal must not be left without it.
fn stopped(phase: &mut Phase, signal: Signal) -> Action {
    if phase.request == Request::Sent && signal.is_of_job_control() {
        phase.request = Request::None;
        return Action::ContinueGroup;
    }
    match (phase.standing.resumer, phase.standing.terminal) {
        (Resumer::Outside, _) => Action::Nothing,
        (Resumer::Nobody, _) if signal.is_of_job_control() => Action::Resume(signal),
        (Resumer::Shell, TerminalSignals::None | TerminalSignals::Later) if !signal.is_of_job_control() => {
            Action::Nothing
        }
        (Resumer::Shell, _) => {
            phase.job = Job::Stopping;
            Action::Nothing
        }
        (Resumer::Nobody, TerminalSignals::None | TerminalSignals::Later) => Action::Nothing,
        (Resumer::Nobody, _) => Action::TakeForeground,
    }
}

fn not_suspended(program: ProgramState) -> Action {
    match program {
        ProgramState::Stopped(signal) if signal.is_of_job_control() => Action::Resume(signal),
        ProgramState::Stopped(_) | ProgramState::Running => Action::Nothing,
    }
}

fn blame(plan: &Plan, phase: &Phase, ending: Ending) -> Blame {
    match ending {
        // A kill is never what it should be: it may be the OOM killer's.
        Ending::Exited(_) => Blame::Expected,
        Ending::Killed { signal, .. } if signal != Signal::KILL && plan.statuses.expects(ending.status()) => {
            Blame::Expected
        }
        Ending::Killed { signal, .. } if !phase.sent.contains(signal) => Blame::KilledByOthers,
        Ending::Killed { .. } => Blame::Expected,
    }
}

#[cfg(test)]
mod tests;
