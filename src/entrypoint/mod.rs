//! What the shell wrapper of an image does before it says `exec "$@"`, each job a small module that knows nothing of the loop.

mod failed;
pub mod hooks;
pub mod limits;
pub mod patience;
pub mod user;
pub mod variables;
pub mod wait;

use std::ffi::{CStr, CString};
use std::time::Duration;

use nix::sys::stat::{Mode, umask};
use nix::unistd::chdir;

pub use failed::Failed;

use crate::environment::{Environment, split};
use crate::error::Error;
use crate::inherited::Inherited;
use crate::log::Log;
use crate::plan::Plan;
use crate::spawn;
use crate::sys::limits::Limit;
use patience::Patience;
use user::{Dropped, User};
use wait::{Target, Waiting};

/// Which jobs there are to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entrypoint {
    /// As whom to run the program: `--user`.
    pub user: Option<Vec<u8>>,
    /// What must be there before it is started.
    pub wait_for: Vec<Target>,
    /// How long it may take until that is there.
    pub wait_timeout: Duration,
    /// How often it is looked for.
    pub wait_interval: Duration,
    /// The variables whose values are in files.
    pub secrets: Vec<Vec<u8>>,
    /// The variables that the program is not to see.
    pub unset: Vec<Vec<u8>>,
    /// Those that it is to see if there are no others of these names, as `NAME=VALUE`.
    pub default_variables: Vec<CString>,
    /// Those that it is to see.
    pub variables: Vec<CString>,
    /// The command where there is none, and what comes before one that is only options.
    pub default_command: Vec<CString>,
    /// Commands to run first.
    pub hooks: Vec<Vec<CString>>,
    /// A folder of more of them.
    pub hook_folder: Option<CString>,
    /// Where to start the program.
    pub folder: Option<CString>,
    /// Its umask.
    pub umask: Option<u32>,
    /// Its resource limits.
    pub limits: Vec<Limit>,
}

impl Default for Entrypoint {
    fn default() -> Entrypoint {
        Entrypoint {
            user: None,
            wait_for: vec![],
            wait_timeout: Waiting::TIMEOUT,
            wait_interval: Waiting::INTERVAL,
            secrets: vec![],
            unset: vec![],
            default_variables: vec![],
            variables: vec![],
            default_command: vec![],
            hooks: vec![],
            hook_folder: None,
            folder: None,
            umask: None,
            limits: vec![],
        }
    }
}

impl Entrypoint {
    /// Whether there is a command where none is given.
    pub fn has_default(&self) -> bool {
        !self.default_command.is_empty()
    }

    /// The limits of the program.
    pub fn limits(&self) -> &[Limit] {
        &self.limits
    }

    /// The command to run when this was given: as official images do it, so that both `docker run IMAGE --flag` and `docker run
    /// IMAGE sh` do what people expect.
    pub fn command<'a>(&'a self, given: &[&'a CStr]) -> Vec<&'a CStr> {
        let is_whole = given.first().is_some_and(|word| !word.to_bytes().starts_with(b"-"));
        let default = if is_whole { &[][..] } else { &self.default_command[..] };
        default.iter().map(CString::as_c_str).chain(given.iter().copied()).collect()
    }

    /// Does all of the jobs, and leaves the environment as the program is to find it. Whatever is in doubt is found out before
    /// anything has been done.
    ///
    /// # Errors
    /// If a job fails, or somebody asks rinit to stop meanwhile: then nothing more is done, and the program is not started.
    pub fn prepare<'a>(
        &'a self,
        environment: &mut Environment<'a>,
        inherited: Inherited,
        plan: &Plan,
        log: Log,
    ) -> Result<(), Error> {
        let user = self.user()?;
        variables::edit(environment, self).map_err(Failed::from)?;
        let hooks = self.all_hooks(log)?;
        self.wait(plan, log)?;
        let patience = Patience::new(plan);
        for hook in &hooks {
            hooks::run(hook, environment, inherited, &patience, log)?;
        }
        self.set_limits(user.as_ref())?;
        match user {
            Some(user) => Ok(self.become_user(&user, environment)?),
            None => Ok(()),
        }
    }

    /// The same without waiting and hooks: to see whether the program could be started.
    ///
    /// # Errors
    /// As [`Entrypoint::prepare`], but for what only a wait or a hook can say.
    pub fn prepare_dry<'a>(
        &'a self,
        environment: &mut Environment<'a>,
        inherited: Inherited,
        log: Log,
    ) -> Result<(), Error> {
        let user = self.user()?;
        variables::edit(environment, self).map_err(Failed::from)?;
        for hook in self.all_hooks(log)? {
            let words: Vec<&CStr> = hook.iter().map(CString::as_c_str).collect();
            spawn::attempt(&words, environment, inherited, &[])?;
        }
        self.set_limits(None)?;
        Ok(user.map_or(Ok(()), |user| self.become_user(&user, environment))?)
    }

    fn user(&self) -> Result<Option<User>, Failed> {
        Ok(self.user.as_deref().map(User::find).transpose()?)
    }

    fn all_hooks(&self, log: Log) -> Result<Vec<Vec<CString>>, Failed> {
        let mut hooks = self.hooks.clone();
        if let Some(folder) = &self.hook_folder {
            hooks.extend(hooks::in_folder(folder, log)?);
        }
        Ok(hooks)
    }

    fn wait(&self, plan: &Plan, log: Log) -> Result<(), Failed> {
        if !self.wait_for.is_empty() {
            wait::wait_for(
                &Waiting {
                    targets: &self.wait_for,
                    timeout: self.wait_timeout,
                    interval: self.wait_interval,
                    stop_signals: plan.stop_signals,
                },
                log,
            )?;
        }
        Ok(())
    }

    /// What only root may do, or has to do for who comes after it.
    fn set_limits(&self, user: Option<&User>) -> Result<(), Failed> {
        user.map(user::give_descriptors);
        limits::make_room(&self.limits)?;
        if let Some(mask) = self.umask {
            umask(Mode::from_bits_truncate(mask));
        }
        match &self.folder {
            Some(folder) => {
                chdir(folder.as_c_str()).map_err(|errno| Failed::NoFolder(folder.to_bytes().to_vec(), errno))
            }
            None => Ok(()),
        }
    }

    /// rinit too becomes the user: it could not signal the program otherwise, without CAP_KILL, nor could the program open
    /// `/proc/1/fd/1`.
    fn become_user(&self, user: &User, environment: &mut Environment<'_>) -> Result<(), Failed> {
        let is_set = self.variables.iter().any(|assignment| split(assignment).is_some_and(|(name, _)| name == b"HOME"));
        if user::become_user(user)? == Dropped::Done
            && !is_set
            && let Ok(home) = CString::new([b"HOME=", user.home.as_slice()].concat())
        {
            environment.set(variables::keep(home));
        }
        Ok(())
    }
}
