//! What rinit was told: the environment first, then the command line, which wins.

#[cfg(feature = "cli")]
mod command_line;
#[cfg(not(feature = "cli"))]
#[path = "no_command_line.rs"]
mod command_line;
mod settings;
mod values;

use std::ffi::CStr;

#[cfg(feature = "cli")]
pub use command_line::definition;
pub use settings::{SETTINGS, Setting, UsageError, find_twin};
pub use values::{ForwardTo, Isolate, ReapReport, Verbosity};

use crate::environment::Environment;

/// How rinit behaves. The default is what it does without any option: what tini does, in silence.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Config {
    /// Which messages are shown.
    pub verbosity: Verbosity,
    /// Who gets the signals that rinit gets.
    pub forward_to: ForwardTo,
    /// How far the program is set apart from rinit.
    pub isolate: Isolate,
    /// Whether each reaped orphan is worth a line.
    pub reap_report: ReapReport,
}

/// What rinit was asked to do.
#[derive(Debug)]
pub enum Request<'a> {
    /// Run this command, which is not empty, in this way.
    Run(Config, &'a [&'a CStr]),
    /// Print this on stdout and exit with 0 (`--help`, `--version`, `--license`).
    Show(String),
}

impl<'a> Request<'a> {
    /// Reads the environment and the arguments (`argv` without its first word).
    ///
    /// # Errors
    /// A value, in either of them, that is not accepted; an option that does not exist; no command.
    pub fn read(environment: &Environment<'_>, arguments: &'a [&'a CStr]) -> Result<Request<'a>, UsageError> {
        let mut config = Config::default();
        // Of two variables with one name the first counts, as for getenv(3).
        for (name, value) in environment.own().rev() {
            settings::apply_twin(&mut config, name, value)?;
        }
        let request = match arguments {
            // How every container starts: nothing for clap to do, so it is not even asked.
            [dashes, command @ ..] if dashes.to_bytes() == b"--" => Request::Run(config, command),
            [first, ..] if !first.to_bytes().starts_with(b"-") => Request::Run(config, arguments),
            [] => Request::Run(config, arguments),
            _ => command_line::parse(config, arguments)?,
        };
        match request {
            Request::Run(_, []) => Err(UsageError::NoCommand),
            Request::Run(Config { forward_to: ForwardTo::Group, isolate: Isolate::None, .. }, _) => {
                Err(UsageError::NoGroup)
            }
            request => Ok(request),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn read<T>(variables: &[&CStr], arguments: &[&CStr], then: impl Fn(Result<Request<'_>, UsageError>) -> T) -> T {
        then(Request::read(&Environment::new(variables.to_vec()), arguments))
    }

    fn config(variables: &[&CStr], arguments: &[&CStr]) -> Config {
        read(variables, &[arguments, &[c"cmd"]].concat(), |request| match request.unwrap() {
            Request::Run(config, command) => {
                assert_eq!(command, [c"cmd"]);
                config
            }
            Request::Show(text) => panic!("shown instead of run: {text}"),
        })
    }

    fn error(variables: &[&CStr], arguments: &[&CStr]) -> String {
        read(variables, arguments, |request| {
            let error = Error::from(request.unwrap_err());
            assert_eq!(i32::from(error.exit_status()), 125);
            error.to_string()
        })
    }

    #[cfg(feature = "cli")]
    fn command(arguments: &[&CStr]) -> Vec<String> {
        read(&[], arguments, |request| match request.unwrap() {
            Request::Run(_, command) => command.iter().map(|word| word.to_string_lossy().into_owned()).collect(),
            Request::Show(text) => panic!("shown instead of run: {text}"),
        })
    }

    #[cfg(feature = "cli")]
    #[test]
    fn parsing_stops_at_the_command() {
        assert_eq!(command(&[c"ls", c"-l", c"/"]), ["ls", "-l", "/"]);
        assert_eq!(command(&[c"--", c"ls", c"-l"]), ["ls", "-l"]);
        assert_eq!(command(&[c"-v", c"ls", c"-l", c"--", c"--help"]), ["ls", "-l", "--", "--help"]);
        assert_eq!(command(&[c"-v", c"--", c"-odd", c"--", c"x"]), ["-odd", "--", "x"]);
        assert_eq!(command(&[c"--", c"--", c"x"]), ["--", "x"]);
        assert_eq!(command(&[c"-g", c"-g", c"-s", c"-s", c"x"]), ["x"]);
        assert_eq!(command(&[c"--forward-to", c"group", c"sh", c"-c", c"x"]), ["sh", "-c", "x"]);
    }

    #[cfg(feature = "cli")]
    #[test]
    fn each_option_and_its_twin_say_the_same() {
        let default = Config::default();
        let group = Config { forward_to: ForwardTo::Group, ..default };
        let warn = Config { reap_report: ReapReport::Warn, ..default };
        for (twin, options, expected) in [
            (c"RINIT_FORWARD_TO=group", &[c"--forward-to=group"] as &[&CStr], group),
            (c"RINIT_FORWARD_TO=GROUP", &[c"-g"], group),
            (c"RINIT_FORWARD_TO=child", &[c"--forward-to", c"child"], default),
            (c"RINIT_ISOLATE=session", &[c"--isolate", c"session"], Config { isolate: Isolate::Session, ..default }),
            (c"RINIT_ISOLATE=None", &[c"--isolate=none"], Config { isolate: Isolate::None, ..default }),
            (c"RINIT_ISOLATE=group", &[], default),
            (c"RINIT_WARN_ON_REAP=1", &[c"-w"], warn),
            (c"RINIT_WARN_ON_REAP=off", &[], default),
            (c"RINIT_SUBREAPER=true", &[c"-s"], default),
            (c"RINIT_VERBOSITY=0", &[c"-q"], Config { verbosity: Verbosity::Quiet, ..default }),
            (c"RINIT_VERBOSITY=1", &[c"-vq"], default),
            (c"RINIT_VERBOSITY=2", &[c"-v"], Config { verbosity: Verbosity::Verbose, ..default }),
            (c"RINIT_VERBOSITY=3", &[c"-vvvv"], Config { verbosity: Verbosity::Debug, ..default }),
            (c"RINIT_SOMETHING_ELSE=1", &[], default),
        ] {
            assert_eq!(config(&[twin], &[]), expected, "{twin:?}");
            assert_eq!(config(&[], options), expected, "{options:?}");
        }
    }

    #[cfg(feature = "cli")]
    #[test]
    fn the_command_line_wins_over_the_environment() {
        let variables: &[&CStr] = &[c"RINIT_FORWARD_TO=group", c"RINIT_VERBOSITY=3"];
        let expected = Config { verbosity: Verbosity::Quiet, ..Config::default() };
        assert_eq!(config(variables, &[c"--forward-to", c"child", c"-q"]), expected);
    }

    #[cfg(not(feature = "cli"))]
    #[test]
    fn the_minimal_build_says_that_it_has_no_options() {
        let expected =
            "cannot use '--help': this is the minimal build, which takes its options from the environment (RINIT_...)";
        assert_eq!(error(&[], &[c"--help"]), expected);
    }

    #[test]
    fn the_first_of_two_variables_counts() {
        let first = config(&[c"RINIT_FORWARD_TO=group", c"RINIT_FORWARD_TO=child"], &[]);
        assert_eq!(first.forward_to, ForwardTo::Group);
    }

    #[cfg(feature = "cli")]
    #[test]
    fn a_value_that_is_not_accepted_names_the_option_and_what_is() {
        assert_eq!(error(&[], &[c"--forward-to=x", c"c"]), "cannot use --forward-to='x': it takes child or group");
        assert_eq!(
            error(&[c"RINIT_FORWARD_TO=x"], &[c"c"]),
            "cannot use RINIT_FORWARD_TO='x': it takes child or group"
        );
        assert_eq!(
            error(&[c"RINIT_VERBOSITY="], &[c"c"]),
            "cannot use RINIT_VERBOSITY='': it takes 0 (errors only), 1 (warnings too), 2 (what -v shows) or 3 (what -vv shows)"
        );
        assert_eq!(
            error(&[c"RINIT_SUBREAPER=\xff"], &[c"c"]),
            "cannot use RINIT_SUBREAPER='\\xff': it takes 1, true, yes or on, or 0, false, no or off"
        );
    }

    #[cfg(feature = "cli")]
    #[test]
    fn a_malformed_twin_is_an_error_even_where_the_command_line_wins() {
        assert!(error(&[c"RINIT_FORWARD_TO=x"], &[c"-g", c"c"]).contains("RINIT_FORWARD_TO"));
    }

    #[cfg(feature = "cli")]
    #[test]
    fn a_wrong_command_line_is_one_line_that_says_what_is_right() {
        assert_eq!(
            error(&[], &[c"--bogus", c"c"]),
            "cannot use '--bogus': there is no such option; 'rinit --help' lists them"
        );
        assert_eq!(error(&[], &[c"-Z", c"c"]), "cannot use '-Z': there is no such option; 'rinit --help' lists them");
        assert_eq!(
            error(&[], &[c"--forward-to"]),
            "cannot use '--forward-to': it needs a value; it takes child or group"
        );
        assert_eq!(error(&[], &[c"--subreaper=1", c"c"]), "cannot use '--subreaper': it takes no value");
        assert!(
            error(&[], &[c"-g", c"--forward-to=child", c"c"])
                .starts_with("cannot use '--group': it cannot be used with '--forward-to'")
        );
    }

    #[cfg(feature = "cli")]
    #[test]
    fn no_command_is_an_error_that_shows_the_usage() {
        for arguments in [&[] as &[&CStr], &[c"--"], &[c"-v"], &[c"-v", c"--"]] {
            assert!(error(&[], arguments).contains("usage: rinit [OPTIONS] [--] COMMAND"), "{arguments:?}");
        }
    }

    #[cfg(feature = "cli")]
    #[test]
    fn questions_are_answered_without_a_command() {
        for (option, part) in [
            (c"--help", "RINIT_FORWARD_TO"),
            (c"-h", "--warn-on-reap"),
            (c"--version", "rinit 0."),
            (c"-V", "rinit 0."),
            (c"-l", "MIT License"),
            (c"--license", "MIT License"),
        ] {
            let text = read(&[], &[option], |request| match request.unwrap() {
                Request::Show(text) => text,
                Request::Run(..) => panic!("run instead of shown"),
            });
            assert!(text.contains(part) && text.ends_with('\n'), "{option:?}: {text}");
        }
    }
}
