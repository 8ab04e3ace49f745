//! Reads the SQLSTATE of an error, which is the same in every language.
//!
//! Diesel 2.3 knows it and does not pass it on. A message depends on the server's
//! version and on its `lc_messages`, which only a superuser may set.
//!
//! libpq keeps the SQLSTATE in the `PGresult` of the error, and diesel's
//! `PgErrorInformation` is a pointer to that. So `Cargo.toml` names one version of
//! diesel exactly. Before an upgrade, check that the struct is still the same.

#![allow(unsafe_code, reason = "libpq's result is read through the pointer that diesel holds")]

use std::ffi::CStr;
use std::fmt;

use diesel::result::DatabaseErrorInformation;

/// Five letters and digits; the first two are the class.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Sqlstate([u8; 5]);

impl Sqlstate {
    /// Returns the code of an error that the server answered with; none where libpq or diesel made
    /// the error themselves.
    pub(super) fn of(error: &(dyn DatabaseErrorInformation + Send + Sync)) -> Option<Self> {
        // The other kind of information that diesel makes is a text, which is three words long.
        if size_of_val(error) != size_of::<*const pq_sys::PGresult>() {
            return None;
        }
        let field = std::ptr::from_ref(error).cast::<*const pq_sys::PGresult>();
        // SAFETY: a value of one word is the `PgErrorInformation` of the version that
        // Cargo.toml names. It is a pointer to a result, which lives as long as the error.
        let code = unsafe {
            let text = pq_sys::PQresultErrorField(*field, i32::from(pq_sys::PG_DIAG_SQLSTATE));
            if text.is_null() {
                return None;
            }
            CStr::from_ptr(text)
        };
        code.to_bytes().try_into().ok().map(Self)
    }

    /// Returns the five letters and digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Sqlstate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl fmt::Debug for Sqlstate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}
