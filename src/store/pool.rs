//! The pool of connections, and how long things may take.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use diesel::ConnectionError;
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::r2d2::{
    ConnectionManager, CustomizeConnection, Error, ManageConnection, Pool, PooledConnection,
};

use crate::store::Unavailable;
use crate::store::settings::PINNED;

/// A connection on loan from the pool.
pub struct Connection(PooledConnection<Manager>);

impl Deref for Connection {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.0.conn
    }
}

impl DerefMut for Connection {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.0.conn
    }
}

/// Makes connections, and tells which of them to trust without asking the
/// server, which would be a round trip for every request.
///
/// A server that restarts, or gives way to its standby, ends all connections,
/// and none of them shows it before it is used. So when one is found lost, all
/// from before that are taken for lost: it costs one request and not one for
/// each.
struct Manager {
    inner: ConnectionManager<PgConnection>,
    /// How often a connection was found lost.
    losses: AtomicUsize,
}

/// A connection, and how many had been lost when it was made.
struct Dated {
    conn: PgConnection,
    losses: usize,
}

impl ManageConnection for Manager {
    type Connection = Dated;
    type Error = Error;

    fn connect(&self) -> Result<Dated, Error> {
        let losses = self.losses.load(Ordering::SeqCst);
        Ok(Dated { conn: self.inner.connect()?, losses })
    }

    fn is_valid(&self, dated: &mut Dated) -> Result<(), Error> {
        if dated.losses == self.losses.load(Ordering::SeqCst) {
            return Ok(());
        }
        let why = "another of its time was lost".to_owned();
        Err(Error::ConnectionError(ConnectionError::BadConnection(why)))
    }

    fn has_broken(&self, dated: &mut Dated) -> bool {
        let has_broken = self.inner.has_broken(&mut dated.conn);
        if has_broken {
            // Those that are lost together count once.
            let next = dated.losses + 1;
            let _ = self.losses.compare_exchange(
                dated.losses,
                next,
                Ordering::SeqCst,
                Ordering::SeqCst,
            );
        }
        has_broken
    }
}

/// The way to the database: a pool of connections as the runtime role.
#[derive(Clone)]
pub struct Store {
    pool: Pool<Manager>,
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
            .test_on_check_out(true)
            .connection_customizer(Box::new(limits))
            .build_unchecked(Manager {
                inner: ConnectionManager::new(url),
                losses: AtomicUsize::new(0),
            });
        Self { pool }
    }

    /// Lends a connection. A request takes one, once.
    ///
    /// # Errors
    ///
    /// [`Unavailable::NoConnection`] when none becomes free in time.
    pub fn checkout(&self) -> Result<Connection, Unavailable> {
        self.pool.get().map(Connection).map_err(|error| {
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

impl CustomizeConnection<Dated, Error> for Limits {
    fn on_acquire(&self, dated: &mut Dated) -> Result<(), Error> {
        // What is asked for often lies in memory, or on a disk that does not
        // care where it reads. Believing in a spinning one, PostgreSQL walks
        // past thousands of rows in a row rather than go to fifty by an index.
        // And what takes a millisecond is not worth compiling, or calling
        // helpers, for twenty. Nor is an index merged with a few rows that were
        // thought to be many: it is then read to its far end.
        let [lock, statement] = [self.lock, self.statement].map(|limit| limit.as_millis());
        let set = dated.conn.batch_execute(&format!(
            "{PINNED}
             SET lock_timeout = {lock};
             SET statement_timeout = {statement};
             SET idle_in_transaction_session_timeout = {};
             SET random_page_cost = 1.1;
             SET jit = off;
             SET enable_mergejoin = off;
             SET max_parallel_workers_per_gather = 0;
             SET default_transaction_isolation = 'read committed';",
            statement * 2
        ));
        set.map_err(Error::QueryError)
    }
}
