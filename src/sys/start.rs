//! How the process begins: a C `main`, and what the C runtime hands to it.
//!
//! Rust's own runtime would ignore SIGPIPE and open /dev/null on closed descriptors before `main`, both of which the
//! program would inherit; and `std::env::args` is empty in a static musl binary without it.

use std::ffi::{CStr, c_char, c_int};

/// Defines `main` for a binary that is `#![no_main]`: it calls a `fn(&[&CStr]) -> ExitStatus` with the whole `argv`.
#[macro_export]
macro_rules! entry {
    ($recipe:path) => {
        #[unsafe(no_mangle)]
        extern "C" fn main(argc: ::std::ffi::c_int, argv: *const *const ::std::ffi::c_char) -> ::std::ffi::c_int {
            // SAFETY: these are the arguments that the C runtime gave to main.
            let arguments = unsafe { $crate::sys::start::arguments(argc, argv) };
            let status: $crate::ending::ExitStatus = $recipe(&arguments);
            status.into()
        }
    };
}

/// The words of the command line, the program's own name first.
///
/// # Safety
/// `argc` and `argv` must be what the C runtime gave to `main`.
pub unsafe fn arguments(argc: c_int, argv: *const *const c_char) -> Vec<&'static CStr> {
    // SAFETY: argv has argc pointers, then a null pointer, to strings that live as long as the process.
    (0..usize::try_from(argc).unwrap_or(0)).map(|i| unsafe { CStr::from_ptr(*argv.add(i)) }).collect()
}

/// The environment that the process was started with. Nothing in rinit changes it.
pub fn environment() -> Vec<&'static CStr> {
    unsafe extern "C" {
        static environ: *const *const c_char;
    }
    // SAFETY: environ(7) is null or an array of strings that ends with a null pointer; nobody has changed it since the
    // start, so that all of it lives as long as the process.
    unsafe {
        let (mut variables, mut next) = (Vec::new(), environ);
        while !next.is_null() && !(*next).is_null() {
            variables.push(CStr::from_ptr(*next));
            next = next.add(1);
        }
        variables
    }
}
