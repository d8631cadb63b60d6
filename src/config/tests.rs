//! What is understood, and what is not.

use super::*;
use crate::error::Error;

fn read<T>(variables: &[&CStr], arguments: &[&CStr], then: impl Fn(Config, Result<Request<'_>, UsageError>) -> T) -> T {
    let mut config = Config::default();
    let request = Request::read(&mut config, &Environment::new(variables.to_vec()), arguments);
    then(config, request)
}

fn config(variables: &[&CStr], arguments: &[&CStr]) -> Config {
    read(variables, &[arguments, &[c"cmd"]].concat(), |config, request| match request.unwrap() {
        Request::Run(command) => {
            assert_eq!(command, [c"cmd"]);
            config
        }
        other => panic!("instead of run: {other:?}"),
    })
}

fn error(variables: &[&CStr], arguments: &[&CStr]) -> String {
    read(variables, arguments, |_, request| {
        let error = Error::from(request.unwrap_err());
        assert_eq!(i32::from(error.exit_status()), 125);
        error.to_string()
    })
}

#[cfg(feature = "cli")]
fn command(arguments: &[&CStr]) -> Vec<String> {
    read(&[], arguments, |_, request| match request.unwrap() {
        Request::Run(command) => command.iter().map(|word| word.to_string_lossy().into_owned()).collect(),
        other => panic!("instead of run: {other:?}"),
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

/// The default, but for this.
#[cfg(feature = "cli")]
fn with(change: impl FnOnce(&mut Config)) -> Config {
    let mut config = Config::default();
    change(&mut config);
    config
}

#[cfg(feature = "cli")]
#[test]
fn each_option_and_its_twin_say_the_same() {
    let group = with(|it| it.forward_to = ForwardTo::Group);
    let seconds = |seconds| Some(std::time::Duration::from_secs(seconds));
    for (twin, options, expected) in [
        (c"RINIT_FORWARD_TO=group", &[c"--forward-to=group"] as &[&CStr], group.clone()),
        (c"RINIT_FORWARD_TO=GROUP", &[c"-g"], group),
        (c"RINIT_FORWARD_TO=all", &[c"--forward-to=all"], with(|it| it.forward_to = ForwardTo::All)),
        (c"RINIT_FORWARD_TO=child", &[c"--forward-to", c"child"], Config::default()),
        (c"RINIT_ISOLATE=session", &[c"--isolate", c"session"], with(|it| it.isolate = Isolate::Session)),
        (c"RINIT_ISOLATE=None", &[c"--isolate=none"], with(|it| it.isolate = Isolate::None)),
        (c"RINIT_ISOLATE=group", &[], Config::default()),
        (c"RINIT_WARN_ON_REAP=1", &[c"-w"], with(|it| it.reap_report = ReapReport::Warn)),
        (c"RINIT_WARN_ON_REAP=off", &[], Config::default()),
        (c"RINIT_SUBREAPER=true", &[c"-s"], Config::default()),
        (c"RINIT_VERBOSITY=0", &[c"-q"], with(|it| it.verbosity = Verbosity::Quiet)),
        (c"RINIT_VERBOSITY=1", &[c"-vq"], Config::default()),
        (c"RINIT_VERBOSITY=2", &[c"-v"], with(|it| it.verbosity = Verbosity::Verbose)),
        (c"RINIT_VERBOSITY=3", &[c"-vvvv"], with(|it| it.verbosity = Verbosity::Debug)),
        (c"RINIT_LOG_FORMAT=json", &[c"--log-format=JSON"], with(|it| it.log_format = LogFormat::Json)),
        (
            c"RINIT_REWRITE=TERM:QUIT, winch:0,SIGRTMIN+3:drop",
            &[c"-r", c"TERM:QUIT", c"--rewrite=28:0,37:DROP"],
            with(|it| it.plan.rewrite.0 = vec![(15, 3), (28, 0), (37, 0)]),
        ),
        (
            c"RINIT_STOP_SIGNAL=USR1,RTMIN+3",
            &[c"--stop-signal=USR1", c"--stop-signal", c"37"],
            with(|it| it.plan.stop_signals = [10, 37].into_iter().filter_map(Signal::new).collect()),
        ),
        (c"RINIT_STOP_DELAY=2m", &[c"--stop-delay=120"], with(|it| it.plan.stop_delay = seconds(120))),
        (c"RINIT_STOP_TIMEOUT=7s", &[c"--stop-timeout=7000ms"], with(|it| it.plan.stop_timeout = seconds(7))),
        (c"RINIT_DRAIN=0", &[c"--drain=9", c"--drain=0s"], with(|it| it.plan.drain = seconds(0))),
        (
            c"RINIT_EXPECT_STATUS=143,0",
            &[c"-e", c"143", c"-e", c"0"],
            with(|it| it.plan.statuses.expected = vec![143, 0]),
        ),
        (
            c"RINIT_MAP_STATUS=1:2,137:255",
            &[c"--map-status=1:2,137:255"],
            with(|it| it.plan.statuses.mapped = vec![(1, 2), (137, 255)]),
        ),
        (c"RINIT_PARENT_DEATH_SIGNAL=rtmax", &[c"-p", c"64"], with(|it| it.parent_death_signal = Some(Signal::RTMAX))),
        (c"RINIT_DIE_WITH_PARENT=yes", &[c"--die-with-parent"], with(|it| it.lifetime = Lifetime::Parents)),
        (c"RINIT_SOMETHING_ELSE=1", &[], Config::default()),
    ] {
        assert_eq!(config(&[twin], &[]), expected, "{twin:?}");
        assert_eq!(config(&[], options), expected, "{options:?}");
    }
}

#[test]
fn what_is_nonsense_or_impossible_is_not_accepted() {
    for twin in [
        c"RINIT_REWRITE=",
        c"RINIT_REWRITE=TERM",
        c"RINIT_REWRITE=TERM:QUIT,",
        c"RINIT_REWRITE=KILL:TERM",
        c"RINIT_REWRITE=STOP:TERM",
        c"RINIT_REWRITE=17:TERM",
        c"RINIT_REWRITE=0:TERM",
        c"RINIT_REWRITE=TERM:65",
        c"RINIT_REWRITE=TERM:QUIT:HUP",
        c"RINIT_STOP_SIGNAL=",
        c"RINIT_STOP_SIGNAL=TERM;INT",
        c"RINIT_STOP_DELAY=",
        c"RINIT_STOP_DELAY=s",
        c"RINIT_STOP_DELAY=1.5s",
        c"RINIT_STOP_DELAY=-1",
        c"RINIT_STOP_DELAY=+1",
        c"RINIT_STOP_DELAY=1d",
        c"RINIT_STOP_DELAY=1 s",
        c"RINIT_STOP_TIMEOUT=99999999999999999999",
        c"RINIT_STOP_TIMEOUT=18446744073709551615s",
        c"RINIT_DRAIN=4000000000",
        c"RINIT_EXPECT_STATUS=256",
        c"RINIT_EXPECT_STATUS=1 2",
        c"RINIT_MAP_STATUS=1",
        c"RINIT_MAP_STATUS=1:256",
        c"RINIT_PARENT_DEATH_SIGNAL=0",
        c"RINIT_DIE_WITH_PARENT=maybe",
        c"RINIT_LOG_FORMAT=xml",
    ] {
        let message = error(&[twin], &[c"cmd"]);
        let (name, value) = twin.to_str().unwrap().split_once('=').unwrap();
        assert!(message.starts_with(&format!("cannot use {name}='{value}': it takes ")), "{message}");
    }
    let both = [c"RINIT_PARENT_DEATH_SIGNAL=TERM", c"RINIT_DIE_WITH_PARENT=1"];
    assert!(
        error(&both, &[c"cmd"]).starts_with("cannot use --parent-death-signal with --die-with-parent (or their twins")
    );
}

#[test]
fn who_asked_for_json_is_answered_in_json_whatever_else_is_wrong() {
    for variables in [[c"RINIT_LOG_FORMAT=json", c"RINIT_DRAIN=x"], [c"RINIT_DRAIN=x", c"RINIT_LOG_FORMAT=json"]] {
        read(&variables, &[c"cmd"], |config, request| {
            assert_eq!(config.log_format, LogFormat::Json);
            assert!(request.is_err());
        });
    }
}

#[cfg(feature = "cli")]
#[test]
fn the_command_line_wins_over_the_environment() {
    let variables: &[&CStr] = &[c"RINIT_FORWARD_TO=group", c"RINIT_VERBOSITY=3"];
    let expected = with(|it| it.verbosity = Verbosity::Quiet);
    assert_eq!(config(variables, &[c"--forward-to", c"child", c"-q"]), expected);
    // A list replaces the other, since nothing could be taken out of that one.
    let rewritten = config(&[c"RINIT_REWRITE=TERM:QUIT,HUP:0"], &[c"-r", c"HUP:USR1"]);
    assert_eq!(rewritten.plan.rewrite.0, [(1, 10)]);
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
    assert_eq!(error(&[], &[c"--forward-to=x", c"c"]), "cannot use --forward-to='x': it takes child, group or all");
    assert_eq!(
        error(&[c"RINIT_FORWARD_TO=x"], &[c"c"]),
        "cannot use RINIT_FORWARD_TO='x': it takes child, group or all"
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
        "cannot use '--forward-to': it needs a value; it takes child, group or all"
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
        let text = read(&[], &[option], |_, request| match request.unwrap() {
            Request::Show(text) => text,
            other => panic!("instead of shown: {other:?}"),
        });
        assert!(text.contains(part) && text.ends_with('\n'), "{option:?}: {text}");
    }
}
