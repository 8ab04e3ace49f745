//! Connects, with a limit that this side keeps.
//!
//! A frozen server does not keep `statement_timeout`. A thread that waits for it
//! continues only when the socket is shut down. libpq gives the socket of a `PGconn`,
//! but diesel keeps that private. So the linker replaces diesel's call of `PQconnectdb`
//! with the function below (see `build.rs`). It stores the socket of the connection
//! that this thread makes. Apple's linker cannot do that: on macOS only the server
//! keeps the limits.

#![allow(unsafe_code, reason = "libpq is reached through C functions")]

use std::cell::RefCell;
use std::ffi::c_char;
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

use diesel::pg::PgConnection;
use diesel::{Connection, ConnectionResult};

use crate::store::deadline::{Clock, Deadline};
use crate::store::socket::Socket;

thread_local! {
    /// The limit of the next connection of this thread, then its deadline.
    static NEXT: RefCell<Next> = const { RefCell::new(Next::Unobserved) };
}

enum Next {
    Unobserved,
    Within(Duration),
    Made(Arc<Deadline>),
}

/// Connects within a time, and returns the watch over the connection.
pub(super) fn establish(
    url: &str,
    limit: Duration,
) -> ConnectionResult<(PgConnection, Option<Arc<Deadline>>)> {
    NEXT.set(Next::Within(limit));
    let connected = PgConnection::establish(url);
    let Next::Made(deadline) = NEXT.replace(Next::Unobserved) else {
        return Ok((connected?, None));
    };
    deadline.end();
    Ok((connected?, Some(deadline)))
}

/// Connects within a time. A query then has an answer within the other limit.
pub fn connect_within(
    url: &str,
    limit: Duration,
    answer_limit: Duration,
) -> ConnectionResult<PgConnection> {
    let (mut conn, deadline) = establish(url, limit)?;
    if let Some(deadline) = deadline {
        deadline.set_limit(answer_limit);
        conn.set_instrumentation(Clock(deadline));
    }
    Ok(conn)
}

/// Replaces `PQconnectdb` in diesel, and does the same.
#[unsafe(no_mangle)]
extern "C" fn __wrap_PQconnectdb(conninfo: *const c_char) -> *mut pq_sys::PGconn {
    let names = [c"dbname".as_ptr(), ptr::null()];
    let values = [conninfo, ptr::null()];
    // SAFETY: both arrays end with a null pointer. With the last argument, the name of the database
    // is taken for a connection string.
    let conn = unsafe { pq_sys::PQconnectdbParams(names.as_ptr(), values.as_ptr(), 1) };
    NEXT.with_borrow_mut(|next| {
        if let Next::Within(limit) = *next
            && let Some(socket) = Socket::of(conn)
        {
            // Diesel asks for some settings before it returns the connection.
            let deadline = Deadline::over(socket, limit);
            deadline.begin();
            *next = Next::Made(deadline);
        }
    });
    conn
}
