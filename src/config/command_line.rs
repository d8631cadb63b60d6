//! The command line, by clap, for those that have options on it.

use std::ffi::{CStr, OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use clap::error::{ContextKind, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::settings::{Items, Takes, UsageError, settings};
use super::{Config, ForwardTo, Origins, Request, Verbosity};

const AFTER_HELP: &str = "\
Each option has a twin in the environment, for those who cannot change the command line: RINIT_FORWARD_TO=group,
RINIT_STOP_TIMEOUT=8s, RINIT_WARN_ON_REAP=1, RINIT_VERBOSITY=2. The command line wins; COMMAND does not see RINIT_*.

A TIME is 500ms, 10s, 2m; a bare number is seconds. A SIGNAL is TERM, SIGTERM, 15, RTMIN+3. Lists have commas.

Exit status: COMMAND's own, or 128+n if signal n killed it; 127 if COMMAND was not found, 126 if it was found but
cannot be executed, 125 if rinit itself failed.";

/// The command line of rinit, as `--help` shows it.
pub fn definition() -> Command {
    Command::new("rinit")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Runs COMMAND as the init of a container: forwards signals to it, reaps orphans, exits as it did.")
        .override_usage("rinit [OPTIONS] [--] COMMAND [ARG]...")
        .after_help(AFTER_HELP)
        // An option that is given twice, by a wrapper and by its user, is no mistake.
        .args_override_self(true)
        .args(settings().map(|setting| {
            let arg = Arg::new(setting.long).long(setting.long).short(setting.short).help(setting.help);
            match setting.takes {
                Takes::Nothing => arg.action(ArgAction::SetTrue),
                Takes::Value(name) => arg.value_name(name).value_parser(value_parser!(OsString)),
                Takes::Lines(name) => arg
                    .value_name(name)
                    .value_parser(value_parser!(OsString))
                    .action(ArgAction::Append)
                    .allow_hyphen_values(true),
                Takes::List(name) => {
                    arg.value_name(name).value_parser(value_parser!(OsString)).action(ArgAction::Append)
                }
            }
        }))
        .arg(flag("group", 'g', "The same as --forward-to=group").conflicts_with("forward-to"))
        .arg(flag("verbose", 'v', "Show more; -vv shows all").action(ArgAction::Count).conflicts_with("verbosity"))
        .arg(flag("quiet", 'q', "Show less: errors only").action(ArgAction::Count).conflicts_with("verbosity"))
        .arg(
            Arg::new("check")
                .long("check")
                .help("Say what would be run, as whom and how, and whether it could be")
                .action(ArgAction::SetTrue),
        )
        .arg(
            Arg::new("doctor")
                .long("doctor")
                .help("Report on the processes of this container")
                .action(ArgAction::SetTrue),
        )
        .arg(flag("license", 'l', "Print the license"))
        .arg(
            // trailing_var_arg: everything from the first word that is not an option belongs to the command.
            Arg::new("command")
                .value_name("COMMAND")
                .num_args(0..)
                .trailing_var_arg(true)
                .value_parser(value_parser!(OsString))
                .hide(true),
        )
}

fn flag(long: &'static str, short: char, help: &'static str) -> Arg {
    Arg::new(long).long(long).short(short).help(help).action(ArgAction::SetTrue)
}

/// Reads the arguments on top of `config`, which holds what the environment said.
#[inline(never)] // clap's large values are not in the frame of those who do not need it.
pub(super) fn parse<'a>(config: &mut Config, arguments: &'a [&'a CStr]) -> Result<Request<'a>, UsageError> {
    let words = arguments.iter().map(|word| OsStr::from_bytes(word.to_bytes()));
    let matches = match definition().no_binary_name(true).try_get_matches_from(words) {
        Ok(matches) => matches,
        Err(error) => return answer(&error).map(Request::Show),
    };
    if matches.get_flag("license") {
        return Ok(Request::Show(include_str!("../../LICENSE").to_owned()));
    }
    let origins = apply(config, &matches)?;
    if matches.get_flag("doctor") {
        return Ok(Request::Examine);
    }
    let length_of_command = matches.get_raw("command").map_or(0, Iterator::count);
    let command = &arguments[arguments.len() - length_of_command..];
    Ok(if matches.get_flag("check") { Request::Check(origins, command) } else { Request::Run(command) })
}

fn apply(config: &mut Config, matches: &ArgMatches) -> Result<Origins, UsageError> {
    let mut origins = Origins::default();
    // All of them, though one may be wrong: the format of the log may be among them.
    let mut result = Ok(());
    for setting in settings() {
        let values: Vec<&[u8]> = match setting.takes {
            Takes::Nothing if matches.get_flag(setting.long) => vec![b"on"],
            Takes::Nothing => vec![],
            Takes::Value(_) | Takes::List(_) | Takes::Lines(_) => {
                matches.get_raw(setting.long).into_iter().flatten().map(OsStrExt::as_bytes).collect()
            }
        };
        if !values.is_empty() {
            let applied = setting.apply(config, format!("--{}", setting.long).as_bytes(), Items(&values));
            result = result.and(applied);
            origins.add(setting.long, values.join(&b','));
        }
    }
    if matches.get_flag("group") {
        config.forward_to = ForwardTo::Group;
        origins.add("forward-to", b"group".to_vec());
    }
    match (matches.get_count("verbose"), matches.get_count("quiet")) {
        (0, 0) => {}
        (more, less) => {
            config.verbosity = Verbosity::counted(more, less);
            origins.add("verbosity", format!("{}", config.verbosity as u8).into_bytes());
        }
    }
    result.map(|()| origins)
}

/// An option's name without what clap puts behind it: `--forward-to <WHO>`, `--verbose...`.
fn bare(option: &str) -> String {
    match option.split_once(" <") {
        Some((name, _)) => name.to_owned(),
        None => option.trim_end_matches("...").to_owned(),
    }
}

/// `--help` and `--version` reach clap's caller as errors; of the real ones, makes one line in rinit's words.
fn answer(error: &clap::Error) -> Result<String, UsageError> {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return Ok(error.render().to_string());
    }
    let context = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let option = bare(&context(ContextKind::InvalidArg));
    let setting = settings().find(|setting| option.strip_prefix("--") == Some(setting.long));
    let why = match (error.kind(), setting) {
        (ErrorKind::UnknownArgument, _) => "there is no such option; 'rinit --help' lists them".into(),
        (ErrorKind::InvalidValue, Some(setting)) => format!("it needs a value; it takes {}", setting.accepted).into(),
        (ErrorKind::TooManyValues, _) => "it takes no value".into(),
        (ErrorKind::ArgumentConflict, _) => {
            format!("it cannot be used with '{}'", bare(&context(ContextKind::PriorArg))).into()
        }
        (kind, _) => format!("{kind}; 'rinit --help' shows how it is used").into(),
    };
    Err(UsageError::BadUse { option: option.into(), why })
}
