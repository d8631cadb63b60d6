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
use rinit::sys::allocate::Bump;
use rinit::sys::{output, process, start};
use rinit::{parent, spawn, supervise};

#[global_allocator]
static ALLOCATOR: Bump = Bump::new();

rinit::entry!(rinit);

fn rinit(arguments: &[&CStr]) -> ExitStatus {
    let inherited = Inherited::take();
    let environment = Environment::new(start::environment());
    let mut config = Config::default();
    let done = match Request::read(&mut config, &environment, arguments.get(1..).unwrap_or_default()) {
        Ok(Request::Run(command)) => run(&config, command, &environment, inherited),
        Ok(Request::Show(text)) => {
            output::write_to_stdout(text.as_bytes()).map(|()| ExitStatus::SUCCESS).map_err(Error::Output)
        }
        Err(error) => Err(Error::Usage(error)),
    };
    done.unwrap_or_else(|error| {
        let status = error.exit_status();
        Log::new(&config).error(Facts::of("error").status(status), format_args!("{error}"));
        status
    })
}

fn run(
    config: &Config,
    command: &[&CStr],
    environment: &Environment<'_>,
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
    let program = spawn::spawn(command, environment, inherited, Isolation::new(config), config.lifetime)?;

    // From here on nothing may fail.
    process::detach();
    Ok(supervise::until_end(program, config, log))
}
