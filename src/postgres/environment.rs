//! libpq's environment must not reach the private database.

#![allow(unsafe_code, reason = "changing the environment is unsafe where other threads read it")]

use std::ffi::{OsStr, OsString};

/// Removes every variable that libpq or PostgreSQL's programs read from this process, and so from
/// the processes that it starts. For the start of a program: where other threads run already, which
/// might be reading the environment, nothing is removed.
///
/// A connection string can name every parameter of a connection except the service. libpq looks for
/// `PGSERVICE` first, and refuses a name that no file defines.
pub fn remove_libpq_variables() {
    if has_other_threads() {
        tracing::warn!("libpq's variables stay set: it is too late to remove them");
        return;
    }
    for name in libpq_variables() {
        // SAFETY: this is the only thread.
        unsafe { std::env::remove_var(name) };
    }
}

// Where there is no /proc, as on macOS, the callers are trusted.
fn has_other_threads() -> bool {
    std::fs::read_dir("/proc/self/task").is_ok_and(|threads| threads.count() > 1)
}

/// Returns the names of the variables that are set and begin with `PG`.
pub(super) fn libpq_variables() -> impl Iterator<Item = OsString> {
    std::env::vars_os().map(|(name, _)| name).filter(|name| is_libpq_variable(name))
}

fn is_libpq_variable(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b"PG")
}
