//! `--wait-for`: the program is started when all that it depends on is there, or not at all.
//!
//! Nothing in here makes rinit deaf: what may take long is done by a child, and rinit waits for signals.

mod not_ready;
mod target;

use std::fmt;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::stat::stat;
use nix::unistd::Pid;

pub use not_ready::{Missing, NotReady};
pub use target::Target;

use crate::ending::Change;
use crate::log::{Facts, Log};
use crate::report::Shown;
use crate::signal::{Origin, Signal, SignalSet};
use crate::sys::try_connect::{self, Obstacle};
use crate::sys::{children, clock, deliver, process, signals};

/// What to wait for, and how.
#[derive(Clone, Copy, Debug)]
pub struct Waiting<'a> {
    /// All of these.
    pub targets: &'a [Target],
    /// At most so long; zero: every target is tried once, however long that takes.
    pub timeout: Duration,
    /// The targets that are missing are tried so often.
    pub interval: Duration,
    /// The signals that end the waiting.
    pub stop_signals: SignalSet,
}

impl Waiting<'_> {
    /// How long it takes, if nobody says so.
    pub const TIMEOUT: Duration = Duration::from_secs(30);
    /// How often is tried, if nobody says so.
    pub const INTERVAL: Duration = Duration::from_millis(250);

    /// However often the user wants it.
    const SHORTEST_INTERVAL: Duration = Duration::from_millis(10);
    /// One lost packet does not make a connection fail: it is sent again after a second (RFC 6298).
    const SHORTEST_CONNECT_LIMIT: Duration = Duration::from_secs(2);
    /// How often is said what is missing.
    const REMINDER: Duration = Duration::from_secs(5);
    /// If the end of the time is noticed so late, the container was frozen, and what is missing may have been too.
    const FROZEN: Duration = Duration::from_secs(1);
}

/// Waits until all targets have been there, each once. Does nothing if there are none.
///
/// # Errors
/// Time is over, or a signal came.
#[inline(never)] // Most containers have no use for it: it is not to be among what those need.
pub fn wait_for(waiting: &Waiting<'_>, log: Log) -> Result<(), NotReady> {
    if waiting.targets.is_empty() {
        return Ok(());
    }
    let mut watch = Watch::new(waiting, log);
    loop {
        let now = clock::monotonic();
        watch.try_missing(now);
        if watch.posts.iter().all(|post| post.state == State::There) {
            watch.say_ready();
            return Ok(());
        }
        if watch.is_over(now) {
            return Err(watch.give_up());
        }
        watch.remind(now);
        if let Some(signal) = watch.sleep() {
            watch.abandon_tries();
            return Err(NotReady::Stopped(signal));
        }
        watch.collect();
    }
}

/// How far a target has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Missing,
    /// This child is trying to reach it.
    Tried(Pid),
    There,
}

/// A target, and what is known of it.
struct Post<'a> {
    target: &'a Target,
    state: State,
    /// What was in the way of the last try.
    obstacle: Obstacle,
}

impl Post<'_> {
    fn attempt(&mut self, limit: Duration) {
        let result = match self.target {
            Target::Tcp { host, port } => match try_connect::start(host, port, limit) {
                Ok(pid) => {
                    self.state = State::Tried(pid);
                    return;
                }
                Err(obstacle) => Err(obstacle),
            },
            Target::Unix(path) => try_connect::unix(path).map_err(Obstacle::Errno),
            Target::File(path) => stat(path.as_c_str()).map(drop).map_err(Obstacle::Errno),
        };
        self.conclude(result);
    }

    fn conclude(&mut self, result: Result<(), Obstacle>) {
        self.state = if result.is_ok() { State::There } else { State::Missing };
        self.obstacle = result.err().unwrap_or(self.obstacle);
    }
}

struct Watch<'a> {
    waiting: &'a Waiting<'a>,
    log: Log,
    /// Allocated once: what a try allocated would never be free again.
    posts: Vec<Post<'a>>,
    // Times of `clock::monotonic`.
    started: Duration,
    deadline: Duration,
    next_round: Duration,
    next_reminder: Duration,
    chance: Chance,
}

/// Whether the time has been given once more.
#[derive(PartialEq, Eq)]
enum Chance {
    First,
    Last,
}

impl<'a> Watch<'a> {
    fn new(waiting: &'a Waiting<'a>, log: Log) -> Watch<'a> {
        let post = |target| Post { target, state: State::Missing, obstacle: Obstacle::Unanswered };
        let started = clock::monotonic();
        Watch {
            waiting,
            log,
            posts: waiting.targets.iter().map(post).collect(),
            started,
            deadline: started + waiting.timeout,
            next_round: started,
            next_reminder: started + Waiting::REMINDER,
            chance: Chance::First,
        }
    }

    fn interval(&self) -> Duration {
        self.waiting.interval.max(Waiting::SHORTEST_INTERVAL)
    }

    /// Tries what is missing and not being tried, if it is time to.
    fn try_missing(&mut self, now: Duration) {
        let is_first = self.next_round == self.started;
        if now < self.next_round || (now >= self.deadline && !is_first) {
            return;
        }
        self.next_round = now + self.interval();
        let limit = self.waiting.interval.max(Waiting::SHORTEST_CONNECT_LIMIT);
        self.posts.iter_mut().filter(|post| post.state == State::Missing).for_each(|post| post.attempt(limit));
    }

    fn is_over(&mut self, now: Duration) -> bool {
        let Some(late) = now.checked_sub(self.deadline) else { return false };
        if self.waiting.timeout.is_zero() {
            return !self.posts.iter().any(|post| matches!(post.state, State::Tried(_)));
        }
        if late < Waiting::FROZEN || self.chance == Chance::Last {
            return true;
        }
        self.chance = Chance::Last;
        self.deadline = now + self.waiting.timeout;
        false
    }

    /// Waits for a signal, or until there is something to do; the signal, if it ends the waiting.
    fn sleep(&mut self) -> Option<Signal> {
        let now = clock::monotonic();
        // Not only until the next round: it is not certain that a signal tells of the end of a try.
        let mut wake_up = (now + self.interval()).min(self.next_reminder);
        if now < self.deadline {
            wake_up = wake_up.min(self.deadline);
        }
        let received = match signals::wait(Some(wake_up)) {
            Ok(received) => received,
            Err(Errno::EINTR | Errno::EAGAIN) => return None,
            Err(_) => {
                // Only a sandbox that forbids the wait can cause this.
                process::sleep(Duration::from_millis(100));
                return None;
            }
        };
        match (received.origin, received.signal) {
            (Origin::ChildStatus, _) => self.reap(),
            (Origin::Itself, _) => {}
            (_, signal) if self.waiting.stop_signals.contains(signal) => return Some(signal),
            (_, signal) => self.log.debug(
                Facts::of("dropped").signal(signal),
                format_args!("dropped {signal}: the command has not been started yet"),
            ),
        }
        None
    }

    /// Reaps whoever has ended: tries, and orphans.
    fn reap(&mut self) {
        /// So that a flood of orphans cannot keep rinit from its work. Those that are left are reaped with the next.
        const BATCH: usize = 1000;
        for (pid, change) in std::iter::from_fn(children::next_change).take(BATCH) {
            if let Change::Ended(ending) = change
                && let Some(post) = self.posts.iter_mut().find(|post| post.state == State::Tried(pid))
            {
                post.conclude(Obstacle::told_by(ending));
            }
        }
    }

    /// Looks which tries have ended, and only those.
    fn collect(&mut self) {
        for post in &mut self.posts {
            let State::Tried(pid) = post.state else { continue };
            match children::reap_if_ended(pid) {
                Ok(None) => {}
                Ok(Some(ending)) => post.conclude(Obstacle::told_by(ending)),
                Err(errno) => post.conclude(Err(Obstacle::Errno(errno))),
            }
        }
    }

    fn abandon_tries(&mut self) {
        for post in &mut self.posts {
            if let State::Tried(pid) = post.state {
                let _ = deliver::send(Signal::KILL, deliver::Target::Process(pid));
                children::reap(pid);
                post.state = State::Missing;
            }
        }
    }

    fn give_up(&mut self) -> NotReady {
        self.abandon_tries();
        let missing = |post: &Post<'_>| Missing { target: post.target.clone(), obstacle: post.obstacle };
        NotReady::TimedOut { missing: self.missing().map(missing).collect(), timeout: self.waiting.timeout }
    }

    fn missing(&self) -> impl Iterator<Item = &Post<'a>> {
        self.posts.iter().filter(|post| post.state != State::There)
    }

    fn remind(&mut self, now: Duration) {
        if now >= self.next_reminder {
            self.next_reminder = now + Waiting::REMINDER;
            let after = Shown(Duration::from_secs((now - self.started).as_secs()));
            self.log.info(Facts::of("waiting"), format_args!("still waiting after {after}{}", Awaited(self)));
        }
    }

    fn say_ready(&self) {
        let after = Shown(clock::monotonic() - self.started);
        self.log.info(Facts::of("ready"), format_args!("all that was waited for is there, after {after}"));
    }
}

/// What is missing, and why, to follow "waiting".
struct Awaited<'a>(&'a Watch<'a>);

impl fmt::Display for Awaited<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut word = " for";
        for post in self.0.missing() {
            write!(f, "{word} '{}': {}", post.target, post.obstacle)?;
            word = "; for";
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
