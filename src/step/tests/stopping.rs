//! The stages of stopping: every combination of rewriting, delay, timeout and drain.

use std::time::Duration;

use super::*;
use crate::plan::{Rewrite, StatusMap};

const DELAY: Duration = Duration::from_millis(1);
const TIMEOUT: Duration = Duration::from_millis(2);
const DRAIN: Duration = Duration::from_millis(3);
const NOTICES: [Notice; 2] = [Notice::InTime, Notice::Late];

/// What TERM is sent as.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Rewriting {
    Not,
    ToQuit,
    Dropped,
}

/// Every combination.
fn plans() -> impl Iterator<Item = (Plan, Rewriting)> {
    let term = Signal::TERM.into();
    let rewritings = [
        (Rewriting::Not, vec![]),
        (Rewriting::ToQuit, vec![(term, Signal::QUIT.into())]),
        (Rewriting::Dropped, vec![(term, 0)]),
    ];
    let mut plans = vec![];
    for (rewriting, pairs) in rewritings {
        for bits in 0..8 {
            let given = |bit: u32, time| (bits & 1 << bit != 0).then_some(time);
            let plan = Plan {
                rewrite: Rewrite(pairs.clone()),
                stop_delay: given(0, DELAY),
                stop_timeout: given(1, TIMEOUT),
                drain: given(2, DRAIN),
                ..Plan::default()
            };
            plans.push((plan, rewriting));
        }
    }
    plans.into_iter()
}

fn term() -> Event {
    Event::Signal(Signal::TERM, Origin::Elsewhere)
}

#[test]
fn a_request_to_stop_goes_through_its_stages() {
    for (plan, rewriting) in plans() {
        let outgoing = if rewriting == Rewriting::ToQuit { Signal::QUIT } else { Signal::TERM };
        let (mut phase, mut action) = step_by(&plan, RUNNING, term());
        if rewriting == Rewriting::Dropped {
            assert_eq!((phase, action), (RUNNING, Action::Nothing), "a request that is dropped is none");
            continue;
        }
        if plan.stop_delay.is_some() {
            assert_eq!((phase.stage, action), (Stage::Delaying(Signal::TERM), Action::Hold));
            assert_eq!((phase.stage.limit(&plan), phase.sent), (Some(DELAY), SignalSet::NONE));
            (phase, action) = step_by(&plan, phase, Event::Deadline(Notice::Late));
        }
        assert_eq!((phase.stage, action), (Stage::Stopping(outgoing, Chance::First), Action::Forward(outgoing)));
        assert_eq!((phase.stage.limit(&plan), phase.sent.contains(outgoing)), (plan.stop_timeout, true));
        let (again, action) = step_by(&plan, phase, term());
        assert_eq!((again.stage, action), (phase.stage, Action::Forward(outgoing)), "the clock is not set anew");
        let (killed_phase, action) = step_by(&plan, phase, Event::Deadline(Notice::InTime));
        assert_eq!((killed_phase.stage, action), (Stage::Killed, Action::Kill(outgoing)));
        let (after, action) = step_by(&plan, killed_phase, killed(Signal::KILL));
        let status = status_of(Signal::KILL);
        match plan.drain {
            None => assert_eq!(action, Action::Finish(status, Blame::Expected)),
            Some(_) => {
                assert_eq!(action, Action::Drain(Blame::Expected));
                assert_eq!(after.stage, Stage::Draining(status, Chance::First));
                assert_eq!(after.stage.limit(&plan), plan.drain);
            }
        }
    }
}

#[test]
fn while_a_request_is_held_back_others_pass_and_a_second_request_takes_its_place() {
    for (plan, rewriting) in plans().filter(|(plan, _)| plan.stop_delay.is_some()) {
        let delaying = Phase { stage: Stage::Delaying(Signal::TERM), ..RUNNING };
        for signal in signals().filter(|signal| *signal != Signal::TERM) {
            let (after, action) = step_by(&plan, delaying, Event::Signal(signal, Origin::Elsewhere));
            let (stage, expected) = match signal {
                _ if asks(signal) => (Stage::Stopping(signal, Chance::First), Action::Forward(signal)),
                Signal::CONT => (delaying.stage, Action::ForwardContinue),
                _ => (delaying.stage, Action::Forward(signal)),
            };
            assert_eq!((after.stage, action), (stage, expected));
        }
        let action = step_by(&plan, delaying, term()).1;
        match rewriting {
            Rewriting::Not => assert_eq!(action, Action::Forward(Signal::TERM)),
            Rewriting::ToQuit => assert_eq!(action, Action::Forward(Signal::QUIT)),
            Rewriting::Dropped => assert_eq!(action, Action::Nothing),
        }
        let stopped = Phase { program: ProgramState::Stopped(Signal::STOP), ..delaying };
        if let (_, Action::ForwardAndContinue(_)) = step_by(&plan, stopped, Event::Deadline(Notice::InTime)) {
            assert_ne!(rewriting, Rewriting::Dropped);
        } else {
            assert_eq!(rewriting, Rewriting::Dropped);
        }
    }
}

#[test]
fn a_deadline_that_passed_while_nobody_ran_passes_once_more() {
    let plan = Plan { stop_timeout: Some(TIMEOUT), drain: Some(DRAIN), ..Plan::default() };
    let status = ExitStatus(7);
    let first = [Stage::Stopping(Signal::INT, Chance::First), Stage::Draining(status, Chance::First)];
    let last = [Stage::Stopping(Signal::INT, Chance::Last), Stage::Draining(status, Chance::Last)];
    let ends = [Action::Kill(Signal::INT), Action::KillLeft];
    for i in 0..2 {
        let at = |stage| Phase { stage, ..RUNNING };
        assert_eq!(step_by(&plan, at(first[i]), Event::Deadline(Notice::Late)), (at(last[i]), Action::Nothing));
        assert_eq!(step_by(&plan, at(first[i]), Event::Deadline(Notice::InTime)).1, ends[i]);
        for notice in NOTICES {
            assert_eq!(step_by(&plan, at(last[i]), Event::Deadline(notice)).1, ends[i]);
        }
    }
}

#[test]
fn what_is_left_is_sent_requests_to_stop_and_nothing_else_until_it_is_killed() {
    let rtmin_3 = Signal::new(37).unwrap();
    let asking = [Signal::TERM, Signal::INT, Signal::QUIT, rtmin_3];
    let rewrite = Rewrite(vec![(3, 0), (2, 9), (37, 15)]);
    let plan = Plan { drain: Some(DRAIN), rewrite, stop_signals: asking.into_iter().collect(), ..Plan::default() };
    let status = ExitStatus(3);
    for signal in signals() {
        let event = Event::Signal(signal, Origin::Elsewhere);
        let draining = Phase { stage: Stage::Draining(status, Chance::First), ..RUNNING };
        let expected = match signal {
            Signal::TERM | Signal::INT => Action::SendToLeft(signal),
            _ if signal == rtmin_3 => Action::SendToLeft(Signal::TERM),
            // QUIT is dropped.
            _ => Action::Nothing,
        };
        assert_eq!(step_by(&plan, draining, event), (draining, expected));
        let clearing = Phase { stage: Stage::Clearing(status), ..RUNNING };
        assert_eq!(step_by(&plan, clearing, event), (clearing, Action::Nothing));
        for phase in [draining, clearing] {
            assert_eq!(step_by(&plan, phase, Event::NothingLeft).1, Action::Exit(status));
            let orphan = Event::Orphan(Change::Ended(Ending::Exited(9)));
            assert_eq!(step_by(&plan, phase, orphan), (phase, Action::ReportReaped(Ending::Exited(9))));
        }
        for notice in NOTICES {
            assert_eq!(step_by(&plan, clearing, Event::Deadline(notice)).1, Action::Exit(status));
        }
    }
}

#[test]
fn which_signals_ask_to_stop_is_seen_by_what_is_received() {
    let plan = Plan {
        stop_signals: [Signal::HUP].into_iter().collect(),
        rewrite: Rewrite(vec![(1, 10), (12, 15)]),
        ..Plan::default()
    };
    for signal in signals() {
        let (after, action) = step_by(&plan, RUNNING, Event::Signal(signal, Origin::Elsewhere));
        let outgoing = match signal.number() {
            1 => Signal::new(10).unwrap(),
            12 => Signal::TERM,
            _ => signal,
        };
        let asked = signal == Signal::HUP;
        assert_eq!(after.stage, if asked { Stage::Stopping(outgoing, Chance::First) } else { Stage::Running });
        assert!(action == Action::Forward(outgoing) || signal == Signal::CONT);
        assert!(after.sent.contains(outgoing));
    }
}

#[test]
fn the_status_is_mapped_and_one_that_is_expected_is_nobodys_fault() {
    let statuses = StatusMap { expected: vec![137, 139], mapped: vec![(1, 143)] };
    let plan = Plan { statuses, ..Plan::default() };
    let exited = |status| Event::Program(Change::Ended(Ending::Exited(status)));
    assert_eq!(step_by(&plan, RUNNING, exited(1)).1, Action::Finish(ExitStatus(143), Blame::Expected));
    assert_eq!(step_by(&plan, RUNNING, exited(2)).1, Action::Finish(ExitStatus(2), Blame::Expected));
    let crash = Signal::new(11).unwrap();
    assert_eq!(step_by(&plan, RUNNING, killed(crash)).1, Action::Finish(ExitStatus(0), Blame::Expected));
    // But for what may be the OOM killer's work.
    assert_eq!(step_by(&plan, RUNNING, killed(Signal::KILL)).1, Action::Finish(ExitStatus(0), Blame::KilledByOthers));
}

#[test]
fn rinit_does_not_stop_with_its_program_while_a_clock_runs() {
    let plan = Plan { stop_timeout: Some(TIMEOUT), ..Plan::default() };
    let standing = Standing { resumer: Resumer::Shell, terminal: TerminalSignals::ToProgram };
    let stopping = Phase { job: Job::Stopping, ..super::stopped(standing, Signal::TSTP) };
    let asked = Phase { stage: Stage::Stopping(Signal::TERM, Chance::First), ..stopping };
    assert_eq!(step_by(&plan, asked, Event::Quiet).1, Action::Nothing);
    assert_eq!(step_by(&Plan::default(), asked, Event::Quiet).1, Action::Suspend(Signal::TSTP));
    assert_eq!(step_by(&plan, stopping, Event::Quiet).1, Action::Suspend(Signal::TSTP));
}
