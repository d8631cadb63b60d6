//! The environment: what of it is for rinit, and what the program gets.

use std::ffi::CStr;

/// The variables that rinit was started with, in their order, each as `NAME=value`.
#[derive(Clone)]
pub struct Environment<'a> {
    variables: Vec<&'a CStr>,
}

impl<'a> Environment<'a> {
    /// Wraps the variables.
    pub fn new(variables: Vec<&'a CStr>) -> Environment<'a> {
        Environment { variables }
    }

    /// The variables for rinit (`RINIT_…`), as name and value.
    pub fn own(&self) -> impl DoubleEndedIterator<Item = (&'a [u8], &'a [u8])> {
        self.variables.iter().filter(|variable| is_own(variable)).filter_map(|variable| split(variable))
    }

    /// The variables for the program: all the others, as they are, even those that are not of the form `NAME=value`.
    pub fn for_program(&self) -> impl Iterator<Item = &'a CStr> {
        self.variables.iter().copied().filter(|variable| !is_own(variable))
    }

    /// Takes all variables of this name out.
    pub fn unset(&mut self, name: &[u8]) {
        self.variables.retain(|variable| split(variable).is_none_or(|(key, _)| key != name));
    }

    /// Sets a variable, given as `NAME=VALUE`, in the place of all others of its name.
    pub fn set(&mut self, assignment: &'a CStr) {
        if let Some((name, _)) = split(assignment) {
            self.unset(name);
        }
        self.variables.push(assignment);
    }

    /// The value of a variable.
    pub fn get(&self, name: &[u8]) -> Option<&'a [u8]> {
        self.variables
            .iter()
            .filter_map(|variable| split(variable))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }
}

fn is_own(variable: &CStr) -> bool {
    variable.to_bytes().starts_with(b"RINIT_")
}

/// Name and value, of what has both.
pub fn split(variable: &CStr) -> Option<(&[u8], &[u8])> {
    let bytes = variable.to_bytes();
    let equals = bytes.iter().position(|byte| *byte == b'=')?;
    Some((&bytes[..equals], &bytes[equals + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_gets_all_but_rinits_own_in_the_same_order() {
        let variables: Vec<&CStr> =
            vec![c"Z=1", c"RINIT_VERBOSITY=2", c"A=", c"no equals sign", c"RINIT_X", c"\xff=\xfe", c"RINIT=keep"];
        let environment = Environment::new(variables);
        assert_eq!(
            environment.for_program().collect::<Vec<_>>(),
            [c"Z=1", c"A=", c"no equals sign", c"\xff=\xfe", c"RINIT=keep"]
        );
        assert_eq!(environment.own().collect::<Vec<_>>(), [(b"RINIT_VERBOSITY".as_slice(), b"2".as_slice())]);
    }

    #[test]
    fn what_is_set_is_there_once_and_what_is_unset_is_not() {
        let mut environment = Environment::new(vec![c"A=1", c"B=2", c"A=3", c"odd"]);
        environment.set(c"A=4");
        environment.unset(b"B");
        environment.unset(b"odd");
        environment.set(c"C=");
        assert_eq!(environment.for_program().collect::<Vec<_>>(), [c"odd", c"A=4", c"C="]);
    }

    #[test]
    fn a_value_is_what_follows_the_first_equals_sign_of_the_first_such_variable() {
        let environment = Environment::new(vec![c"PATHS=x", c"PATH=/a=b", c"PATH=/c", c"EMPTY="]);
        assert_eq!(environment.get(b"PATH"), Some(b"/a=b".as_slice()));
        assert_eq!(environment.get(b"EMPTY"), Some(b"".as_slice()));
        assert_eq!(environment.get(b"NONE"), None);
    }
}
