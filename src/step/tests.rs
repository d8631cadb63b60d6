//! Every decision, in tables.

mod property;
mod stopping;

use super::*;

/// With no options.
fn step(phase: Phase, event: Event) -> (Phase, Action) {
    step_by(&Plan::default(), phase, event)
}

/// What is remembered then, and what is to be done.
fn step_by(plan: &Plan, mut phase: Phase, event: Event) -> (Phase, Action) {
    let action = super::step(plan, &mut phase, event);
    (phase, action)
}

const PLAIN: Standing = Standing { resumer: Resumer::Nobody, terminal: TerminalSignals::None };
const RUNNING: Phase = Phase {
    stage: Stage::Running,
    program: ProgramState::Running,
    job: Job::Running,
    request: Request::None,
    sent: SignalSet::NONE,
    standing: PLAIN,
};
const STOPPED: Phase = Phase { program: ProgramState::Stopped(Signal::STOP), ..RUNNING };

fn signals() -> impl Iterator<Item = Signal> {
    (1..=64).filter_map(Signal::new)
}

fn sent(phase: Phase, signal: Signal) -> Phase {
    let mut sent = phase.sent;
    sent.insert(signal);
    Phase { sent, ..phase }
}

fn stopped(standing: Standing, signal: Signal) -> Phase {
    Phase { program: ProgramState::Stopped(signal), ..Phase::started(standing) }
}

fn asks(signal: Signal) -> bool {
    [Signal::TERM, Signal::INT, Signal::QUIT].contains(&signal)
}

fn status_of(signal: Signal) -> ExitStatus {
    ExitStatus(128 + signal.number() as u8)
}

fn killed(signal: Signal) -> Event {
    Event::Program(Change::Ended(Ending::Killed { signal, core_dumped: false }))
}

#[test]
fn every_signal_from_elsewhere_is_forwarded_as_often_as_it_comes() {
    for (signal, origin) in signals().flat_map(|signal| [(signal, Origin::Elsewhere), (signal, Origin::Kernel)]) {
        let event = Event::Signal(signal, origin);
        let (phase, first) = step(RUNNING, event);
        let (phase, second) = step(phase, event);
        let expected = match signal {
            Signal::CONT => Action::ForwardContinue,
            _ => Action::Forward(signal),
        };
        assert_eq!((phase.sent, first, second), (sent(RUNNING, signal).sent, expected, expected));
    }
}

#[test]
fn a_stopped_program_is_resumed_to_hear_a_stop_request_and_nothing_else() {
    for signal in signals() {
        let (stage, expected) = match signal {
            _ if asks(signal) => (Stage::Stopping(signal, Chance::First), Action::ForwardAndContinue(signal)),
            Signal::CONT => (Stage::Running, Action::ForwardContinue),
            _ => (Stage::Running, Action::Forward(signal)),
        };
        let after = Phase { stage, ..sent(STOPPED, signal) };
        assert_eq!(step(STOPPED, Event::Signal(signal, Origin::Elsewhere)), (after, expected));
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
    for (signal, phase) in signals().flat_map(|signal| [(signal, RUNNING), (signal, STOPPED)]) {
        assert_eq!(step(phase, Event::Program(Change::Stopped(signal))).0, stopped(PLAIN, signal));
        assert_eq!(step(phase, Event::Program(Change::Continued)), (RUNNING, Action::Nothing));
        assert_eq!(step(phase, Event::Orphan(Change::Stopped(signal))), (phase, Action::Nothing));
        assert_eq!(step(phase, Event::Orphan(Change::Continued)), (phase, Action::Nothing));
    }
}

/// What is done at once, or when there is nothing else to do.
fn when_stopped(standing: Standing, signal: Signal) -> Action {
    match step(Phase::started(standing), Event::Program(Change::Stopped(signal))) {
        (phase, Action::Nothing) => {
            let (after, action) = step(phase, Event::Quiet);
            assert_eq!(step(after, Event::Quiet), (after, Action::Nothing), "once only");
            action
        }
        (_, action) => action,
    }
}

#[test]
fn rinit_does_not_stop_when_the_program_is_resumed_first() {
    let standing = Standing { resumer: Resumer::Shell, terminal: TerminalSignals::ToProgram };
    for stop in [Signal::TSTP, Signal::TTIN, Signal::TTOU, Signal::STOP] {
        let (stopping, action) = step(Phase::started(standing), Event::Program(Change::Stopped(stop)));
        assert_eq!((stopping.job, action), (Job::Stopping, Action::Nothing));
        for signal in signals() {
            let resumes = asks(signal) || signal == Signal::CONT;
            let (after, _) = step(stopping, Event::Signal(signal, Origin::Elsewhere));
            assert_eq!(after.job == Job::Running, resumes, "{signal}");
        }
        let (after, _) = step(stopping, Event::Program(Change::Continued));
        assert_eq!(after, Phase::started(standing));
    }
}

#[test]
fn a_program_that_is_stopped_before_it_has_seen_a_stop_request_is_resumed_once() {
    for request in [Signal::TERM, Signal::INT, Signal::QUIT] {
        for stop in [Signal::TSTP, Signal::TTIN, Signal::TTOU] {
            let (asked, _) = step(RUNNING, Event::Signal(request, Origin::Elsewhere));
            let (stopped, action) = step(asked, Event::Program(Change::Stopped(stop)));
            assert_eq!(action, Action::ContinueGroup);
            let (running, _) = step(stopped, Event::Program(Change::Continued));
            assert_eq!(step(running, Event::Program(Change::Stopped(stop))).1, Action::Resume(stop));
        }
        let (asked, _) = step(RUNNING, Event::Signal(request, Origin::Elsewhere));
        assert_eq!(step(asked, Event::Program(Change::Stopped(Signal::STOP))).1, Action::Nothing);
    }
}

#[test]
fn ctrl_z_counts_for_a_program_that_is_waiting_for_the_terminal() {
    let standing = Standing { resumer: Resumer::Shell, terminal: TerminalSignals::ToProgram };
    for stop in [Signal::TTIN, Signal::TTOU] {
        let (waiting, _) = step(Phase::started(standing), Event::Program(Change::Stopped(stop)));
        let (stopped, action) = step(waiting, Event::Signal(Signal::TSTP, Origin::Kernel));
        assert_eq!((action, step(stopped, Event::Quiet).1), (Action::Nothing, Action::Suspend(Signal::TSTP)));
    }
}

#[test]
fn a_program_that_has_been_stopped_is_a_job() {
    use Action::{Nothing, Resume, Suspend, TakeForeground};
    use Resumer::{Nobody, Outside, Shell};
    use TerminalSignals::{Later, None, ToBoth, ToProgram};
    let both = ToBoth(SignalSet::NONE);
    for stop in [Signal::TSTP, Signal::TTIN, Signal::TTOU] {
        for (resumer, terminal, expected) in [
            (Nobody, None, Resume(stop)),
            (Nobody, Later, Resume(stop)),
            (Nobody, ToProgram, Resume(stop)),
            (Nobody, both, Resume(stop)),
            (Shell, None, Suspend(stop)),
            (Shell, Later, Suspend(stop)),
            (Shell, ToProgram, Suspend(stop)),
            (Shell, both, Suspend(stop)),
            (Outside, None, Nothing),
            (Outside, ToProgram, Nothing),
            (Outside, both, Nothing),
        ] {
            let standing = Standing { resumer, terminal };
            assert_eq!(when_stopped(standing, stop), expected, "{stop} {standing:?}");
        }
        assert_eq!(step(stopped(PLAIN, stop), Event::NotSuspended).1, Resume(stop));
    }
    for (resumer, terminal, expected) in [
        (Nobody, None, Nothing),
        (Nobody, Later, Nothing),
        (Nobody, ToProgram, TakeForeground),
        (Nobody, both, TakeForeground),
        (Shell, None, Nothing),
        (Shell, Later, Nothing),
        (Shell, ToProgram, Suspend(Signal::STOP)),
        (Shell, both, Suspend(Signal::STOP)),
        (Outside, None, Nothing),
        (Outside, ToProgram, Nothing),
        (Outside, both, Nothing),
    ] {
        let standing = Standing { resumer, terminal };
        assert_eq!(when_stopped(standing, Signal::STOP), expected, "{standing:?}");
    }
    assert_eq!(step(STOPPED, Event::NotSuspended).1, Nothing);
    assert_eq!(step(RUNNING, Event::NotSuspended).1, Nothing);
}

#[test]
fn a_program_that_somebody_has_resumed_gets_the_foreground_again() {
    use TerminalSignals::{Later, None, ToBoth, ToProgram};
    for (terminal, expected) in [
        (None, Action::Nothing),
        (Later, Action::LendForeground),
        (ToProgram, Action::LendForeground),
        (ToBoth(SignalSet::NONE), Action::Nothing),
    ] {
        let standing = Standing { terminal, ..PLAIN };
        let resumed = step(stopped(standing, Signal::STOP), Event::Program(Change::Continued));
        assert_eq!(resumed, (Phase::started(standing), expected));
    }
}

#[test]
fn what_resumes_rinit_resumes_all_that_the_terminal_has_stopped() {
    for origin in [Origin::Elsewhere, Origin::Kernel] {
        let event = Event::Signal(Signal::CONT, origin);
        for stop in [Signal::TSTP, Signal::TTIN, Signal::TTOU] {
            assert_eq!(step(stopped(PLAIN, stop), event).1, Action::ContinueGroup);
        }
        assert_eq!(step(STOPPED, event).1, Action::ForwardContinue);
    }
}

#[test]
fn what_the_terminal_has_sent_to_both_is_not_forwarded_and_nobody_is_blamed_for_it() {
    let shared: SignalSet = [Signal::INT, Signal::WINCH].into_iter().collect();
    let phase = Phase::started(Standing { resumer: Resumer::Nobody, terminal: TerminalSignals::ToBoth(shared) });
    for signal in signals() {
        let event = Event::Signal(signal, Origin::Kernel);
        let (after, action) = step(phase, event);
        assert_eq!(action == Action::Nothing, shared.contains(signal), "{signal}");
        assert_eq!(step(after, killed(signal)).1, Action::Finish(status_of(signal), Blame::Expected));
        assert_ne!(step(phase, Event::Signal(signal, Origin::Elsewhere)).1, Action::Nothing);
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
        let status = status_of(signal);
        assert_eq!(step(RUNNING, killed(signal)).1, Action::Finish(status, Blame::KilledByOthers));
        let forwarded = step(RUNNING, Event::Signal(signal, Origin::Elsewhere)).0;
        assert_eq!(step(forwarded, killed(signal)).1, Action::Finish(status, Blame::Expected));
    }
}

#[test]
fn the_signals_of_a_terminal_are_expected_where_there_is_one() {
    for signal in signals() {
        let status = status_of(signal);
        let blame = match signal {
            Signal::HUP | Signal::INT | Signal::QUIT => Blame::Expected,
            _ => Blame::KilledByOthers,
        };
        use TerminalSignals::{Later, ToBoth, ToProgram};
        for terminal in [Later, ToProgram, ToBoth(SignalSet::NONE)] {
            let on_terminal = Phase::started(Standing { terminal, ..PLAIN });
            assert_eq!(step(on_terminal, killed(signal)).1, Action::Finish(status, blame));
        }
        assert_eq!(Phase::started(PLAIN), RUNNING);
    }
}
