//! The names of signals, to show and to read.

use std::fmt;

use super::Signal;
use crate::config::Value;
use crate::number::{decimal, small};
use crate::words::{at, place, without_prefix};

/// Those of 1 to 31, as `signal(7)` numbers them on every machine that rinit is built for. One string and no table of strings:
/// each of those would have to be relocated whenever rinit starts.
const NAMES: &str = "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU \
                     URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS";

/// Other names for some of them.
const ALIASES: &str = "IOT CLD POLL";

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Half-way between RTMIN and RTMAX, where `kill -l` changes from counting up to counting down.
        const MIDDLE: u8 = Signal::RTMIN.0 + 15;
        let (text, number) = match *self {
            Signal::RTMIN => ("SIGRTMIN", None),
            Signal::RTMAX => ("SIGRTMAX", None),
            Signal(n @ ..=31) => {
                f.write_str("SIG")?;
                (at(NAMES, usize::from(n) - 1).unwrap_or_default(), None)
            }
            Signal(n) if n < Signal::RTMIN.0 => ("signal ", Some(n)),
            Signal(n) if n <= MIDDLE => ("SIGRTMIN+", Some(n - Signal::RTMIN.0)),
            Signal(n) => ("SIGRTMAX-", Some(Signal::RTMAX.0 - n)),
        };
        f.write_str(text)?;
        number.map_or(Ok(()), |number| decimal(number).fmt(f))
    }
}

impl Value for Signal {
    const ACCEPTED: &'static str = "a signal, by name or number: TERM, SIGTERM, 15, RTMIN+3";

    fn parse(text: &[u8]) -> Option<Signal> {
        let by_name = || by_name(without_prefix(text, "SIG").unwrap_or(text));
        small::<i32>(text).or_else(by_name).and_then(Signal::new)
    }
}

fn by_name(name: &[u8]) -> Option<i32> {
    if let Some(above) = without_prefix(name, "RTMIN") {
        return offset(above, b'+').map(|offset| i32::from(Signal::RTMIN.0 + offset));
    }
    if let Some(below) = without_prefix(name, "RTMAX") {
        return offset(below, b'-').map(|offset| i32::from(Signal::RTMAX.0 - offset));
    }
    if let Some(alias) = place(ALIASES, name) {
        return [libc::SIGABRT, libc::SIGCHLD, libc::SIGIO].get(alias).copied();
    }
    place(NAMES, name).map(|place| place as i32 + 1)
}

/// What follows RTMIN or RTMAX: nothing, or a sign and a number that leads no further than to the other.
fn offset(text: &[u8], sign: u8) -> Option<u8> {
    match text {
        [] => Some(0),
        [first, digits @ ..] if *first == sign => {
            small(digits).filter(|offset| *offset <= Signal::RTMAX.0 - Signal::RTMIN.0)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(number: i32) -> String {
        Signal::new(number).unwrap().to_string()
    }

    #[test]
    fn names_are_those_of_kill_l() {
        let expected = "SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE \
             SIGALRM SIGTERM SIGSTKFLT SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM \
             SIGPROF SIGWINCH SIGIO SIGPWR SIGSYS";
        assert_eq!((1..=31).map(name).collect::<Vec<_>>().join(" "), expected);
        assert_eq!(
            [32, 33, 34, 37, 49, 50, 63, 64].map(name).join(" "),
            "signal 32 signal 33 SIGRTMIN SIGRTMIN+3 SIGRTMIN+15 SIGRTMAX-14 SIGRTMAX-1 SIGRTMAX"
        );
    }

    #[test]
    fn what_is_shown_can_be_read_and_so_can_what_people_write() {
        let read = |text: &str| Signal::parse(text.as_bytes()).map(Signal::number);
        for number in (1..=64).filter(|number| ![32, 33].contains(number)) {
            let name = name(number);
            for text in [&name, &name.to_lowercase(), &name[3..], &number.to_string()] {
                assert_eq!(read(text), Some(number), "{text}");
            }
        }
        for (text, number) in
            [("32", 32), ("Term", 15), ("rtmin+0", 34), ("RTMIN+30", 64), ("RTMAX-30", 34), ("iot", 6), ("SIGPOLL", 29)]
        {
            assert_eq!(read(text), Some(number), "{text}");
        }
        for text in [
            "",
            "0",
            "65",
            "-1",
            "SIG",
            "SIG15",
            "TER",
            "TERMS",
            "RTMIN-1",
            "RTMIN+31",
            "RTMAX+1",
            "RTMAX-31",
            "RTMIN+",
            "RTMIN++1",
            "+15",
            "T\u{e9}RM",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
