//! rinit: PID 1 for containers. This is the recipe; each step is a module of the library.

#![no_main]

use std::ffi::CStr;

use rinit::config::{self, Config, Request};
use rinit::ending::ExitStatus;
use rinit::environment::Environment;
use rinit::errno::Why;
use rinit::error::Error;
use rinit::inherited::Inherited;
use rinit::isolation::Isolation;
use rinit::log::{Facts, Log};
use rinit::quoted::Escaped;
use rinit::spawn::Manner;
use rinit::sys::allocate::Bump;
use rinit::sys::{identity, output, process, start};
#[cfg(feature = "cli")]
use rinit::{check, doctor};
use rinit::{parent, spawn, supervise};

#[global_allocator]
static ALLOCATOR: Bump = Bump::new();

rinit::entry!(rinit);

fn rinit(arguments: &[&CStr]) -> ExitStatus {
    let inherited = Inherited::take();
    let environment = Environment::new(start::environment());
    let mut config = Config::default();
    let request = Request::read(&mut config, &environment, arguments.get(1..).unwrap_or_default());
    let done = match request {
        _ if identity::is_raised() => Err(Error::SetUserId),
        Ok(Request::Run(command)) => run(&config, command, environment, inherited),
        #[cfg(feature = "cli")]
        Ok(Request::Check(origins, command)) => {
            check::check(&config, &origins, command, environment, inherited, Log::new(&config)).and_then(show)
        }
        #[cfg(feature = "cli")]
        Ok(Request::Examine) => doctor::examine(config.log_format).map_err(Error::CannotExamine),
        Ok(Request::Show(text)) => show(text),
        Err(error) => Err(Error::Usage(error)),
    };
    done.unwrap_or_else(|error| {
        let status = error.exit_status();
        Log::new(&config).error(Facts::of("error").status(status), format_args!("{error}"));
        status
    })
}

fn show(text: String) -> Result<ExitStatus, Error> {
    output::write_to_stdout(text.as_bytes()).map(|()| ExitStatus::SUCCESS).map_err(Error::Output)
}

fn run<'a>(
    config: &'a Config,
    command: &[&'a CStr],
    mut environment: Environment<'a>,
    inherited: Inherited,
) -> Result<ExitStatus, Error> {
    let log = Log::new(config);
    for (name, _) in environment.own().filter(|(name, _)| config::find_twin(name).is_none()) {
        log.debug(Facts::of("ignored"), format_args!("ignored {}: it is no option's twin", Escaped(name)));
    }
    if let Err(errno) = process::adopt_orphans() {
        log.info(Facts::of("no-orphans"), format_args!("cannot adopt orphans: {}", Why(errno)));
    }
    parent::follow(config, log);
    let program = match &config.entrypoint {
        None => spawn::spawn(command, &environment, inherited, Isolation::new(config), Manner::of(config)),
        Some(entrypoint) => {
            entrypoint.prepare(&mut environment, inherited, &config.plan, log)?;
            // Who becomes another user has lost the kernel's promise to tell: PR_SET_PDEATHSIG(2const).
            parent::follow(config, log);
            let command = entrypoint.command(command);
            spawn::spawn(&command, &environment, inherited, Isolation::new(config), Manner::of(config))
        }
    }?;

    // From here on nothing may fail.
    process::detach();
    Ok(supervise::until_end(program, config, log))
}
