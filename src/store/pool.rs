//! The pool of connections, and how long things may take.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Error, Pool, PooledConnection};

use super::Unavailable;

/// A connection on loan from the pool.
pub type Connection = PooledConnection<ConnectionManager<PgConnection>>;

/// The way to the database: a pool of connections as the runtime role.
#[derive(Clone)]
pub struct Store {
    pool: Pool<ConnectionManager<PgConnection>>,
}

/// How long things may take. Whatever waits longer is answered with 503.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most connections.
    pub connections: u32,
    /// The longest wait for a free connection.
    pub checkout: Duration,
    /// The longest wait for a locked row.
    pub lock: Duration,
    /// The longest a statement may run.
    pub statement: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 16,
            checkout: Duration::from_secs(2),
            lock: Duration::from_secs(3),
            statement: Duration::from_secs(5),
        }
    }
}

impl Store {
    /// Returns the pool. It connects when first asked, so this succeeds even
    /// while the database is starting.
    pub fn connect(url: &str, limits: Limits) -> Self {
        let pool = Pool::builder()
            .max_size(limits.connections)
            .min_idle(Some(0))
            .connection_timeout(limits.checkout)
            // A ping would be a round trip per request; a broken connection
            // answers 503 once and is then replaced.
            .test_on_check_out(false)
            .connection_customizer(Box::new(limits))
            .build_unchecked(ConnectionManager::new(url));
        Self { pool }
    }

    /// Lends a connection. A request takes one, once.
    ///
    /// # Errors
    ///
    /// [`Unavailable::NoConnection`] when none becomes free in time.
    pub fn checkout(&self) -> Result<Connection, Unavailable> {
        self.pool.get().map_err(|error| {
            // The text may hold paths and host names: it is for the log alone.
            tracing::warn!(%error, "no database connection");
            Unavailable::NoConnection
        })
    }

    /// Returns how many connections the pool may hold.
    pub fn size(&self) -> u32 {
        self.pool.max_size()
    }

    /// Returns how many connections are lent, and how many wait to be.
    pub fn in_use_and_idle(&self) -> (u32, u32) {
        let state = self.pool.state();
        (state.connections.saturating_sub(state.idle_connections), state.idle_connections)
    }
}

impl CustomizeConnection<PgConnection, Error> for Limits {
    fn on_acquire(&self, conn: &mut PgConnection) -> Result<(), Error> {
        // What is asked for often lies in memory, or on a disk that does not
        // care where it reads. Believing in a spinning one, PostgreSQL walks
        // past thousands of rows in a row rather than go to fifty by an index.
        // And what takes a millisecond is not worth compiling, or calling
        // helpers, for twenty. Nor is an index merged with a few rows that were
        // thought to be many: it is then read to its far end.
        let [lock, statement] = [self.lock, self.statement].map(|limit| limit.as_millis());
        conn.batch_execute(&format!(
            "SET lock_timeout = {lock};
             SET statement_timeout = {statement};
             SET idle_in_transaction_session_timeout = {};
             SET random_page_cost = 1.1;
             SET jit = off;
             SET enable_mergejoin = off;
             SET max_parallel_workers_per_gather = 0;
             SET default_transaction_isolation = 'read committed';
             SET timezone = 'UTC';
             SET client_min_messages = 'warning';",
            statement * 2
        ))
        .map_err(Error::QueryError)
    }
}
