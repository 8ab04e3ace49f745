//! The pool of connections, and the time limits.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::r2d2::{CustomizeConnection, Error, Pool, PooledConnection};

use crate::store::manager::{ManagedConnection, Manager};
use crate::store::settings::PINNED;
use crate::store::{Loan, Unavailable};

/// A connection on loan from the pool.
pub struct Connection {
    pooled: PooledConnection<Manager>,
    _loan: Loan,
}

impl Deref for Connection {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.pooled.conn
    }
}

impl DerefMut for Connection {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.pooled.conn
    }
}

/// The way to the database: a pool of connections as the runtime role.
#[derive(Clone)]
pub struct Store {
    pool: Pool<Manager>,
    manager: Manager,
    limits: Limits,
}

/// Time limits. A request that waits longer is answered with 503.
///
/// The server keeps the limits of locks and statements. This side keeps the
/// limit of a statement too, with a second for the way: a
/// server that is stopped keeps nothing.
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

impl Limits {
    /// How much later than [`Limits::statement`] an answer may come.
    const ANSWER_MARGIN: Duration = Duration::from_secs(1);
    /// The longest wait for a new connection, and for its settings.
    const CONNECT: Duration = Duration::from_secs(5);
    /// The longest wait for a free connection while none can be made: the
    /// requests that queue behind each other are answered soon, too.
    const CHECKOUT_WHILE_DOWN: Duration = Duration::from_millis(200);

    fn answer(&self) -> Duration {
        self.statement + Self::ANSWER_MARGIN
    }
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
        Self::of(Manager::new(url, Limits::CONNECT, limits.answer()), limits)
    }

    /// Returns a pool of one further connection to the same database. It is free also
    /// while the others are all lent.
    pub fn aside(&self) -> Self {
        Self::of(self.manager.clone(), Limits { connections: 1, ..self.limits })
    }

    fn of(manager: Manager, limits: Limits) -> Self {
        let pool = Pool::builder()
            .max_size(limits.connections)
            .min_idle(Some(0))
            .connection_timeout(limits.checkout)
            .test_on_check_out(true)
            .connection_customizer(Box::new(limits))
            .build_unchecked(manager.clone());
        Self { pool, manager, limits }
    }

    /// Lends a connection. A request takes one, once.
    ///
    /// # Errors
    ///
    /// [`Unavailable::NoConnection`] when none becomes free in time.
    pub fn checkout(&self) -> Result<Connection, Unavailable> {
        let patience = if self.manager.is_down() {
            self.limits.checkout.min(Limits::CHECKOUT_WHILE_DOWN)
        } else {
            self.limits.checkout
        };
        let pooled = self.pool.get_timeout(patience).map_err(|error| {
            // The text may hold paths and host names: it is for the log alone.
            tracing::warn!(%error, "no database connection");
            Unavailable::NoConnection
        })?;
        Ok(Connection { pooled, _loan: Loan::begin() })
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

impl CustomizeConnection<ManagedConnection, Error> for Limits {
    fn on_acquire(&self, managed: &mut ManagedConnection) -> Result<(), Error> {
        // The default `random_page_cost` assumes spinning disks and makes the planner
        // avoid indexes. Compiling a plan, or starting parallel workers, takes longer
        // than our queries. A merge join reads an index to its far end where the planner
        // expected more rows than there are. An acknowledged commit is on the disk,
        // unless the server as a whole keeps nothing there.
        let [lock, statement] = [self.lock, self.statement].map(|limit| limit.as_millis());
        let set = managed.conn.batch_execute(&format!(
            "{PINNED}
             SET lock_timeout = {lock};
             SET statement_timeout = {statement};
             SET idle_in_transaction_session_timeout = {};
             SET random_page_cost = 1.1;
             SET jit = off;
             SET enable_mergejoin = off;
             SET max_parallel_workers_per_gather = 0;
             SET default_transaction_isolation = 'read committed';
             SET default_transaction_read_only = off;
             SELECT set_config('synchronous_commit', 'on', false)
             WHERE current_setting('synchronous_commit') = 'off'
               AND current_setting('fsync')::boolean",
            statement * 2
        ));
        set.map_err(Error::QueryError)
    }
}
