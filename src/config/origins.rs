//! Where each setting comes from, for `--check`.

use std::fmt;

use super::settings::settings;
use crate::environment::Environment;

/// What was set on the command line: the names of settings, and what was given for each.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Origins {
    options: Vec<(&'static str, Vec<u8>)>,
}

/// Where a setting comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// Nobody has set it.
    Default,
    /// The environment.
    Environment,
    /// The command line.
    Option,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Origin::Default => "default",
            Origin::Environment => "environment",
            Origin::Option => "option",
        })
    }
}

impl Origins {
    /// This was given on the command line.
    pub fn add(&mut self, setting: &'static str, value: Vec<u8>) {
        self.options.push((setting, value));
    }

    /// All settings, with what was given for each and where; `-` for what was not.
    pub fn all(&self, environment: &Environment<'_>) -> Vec<(&'static str, Vec<u8>, Origin)> {
        let of = |setting: super::Setting| {
            let option = self.options.iter().find(|(name, _)| *name == setting.long);
            let twin = environment.get(setting.twin().as_bytes());
            match (option, twin) {
                (Some((_, value)), _) => (setting.long, value.clone(), Origin::Option),
                (None, Some(value)) => (setting.long, value.to_vec(), Origin::Environment),
                (None, None) => (setting.long, b"-".to_vec(), Origin::Default),
            }
        };
        settings().map(of).collect()
    }
}
