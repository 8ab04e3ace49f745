//! Makes the pool's connections, and tells which of them can still be used.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use diesel::pg::PgConnection;
use diesel::r2d2::{Error, ManageConnection, R2D2Connection};
use diesel::{Connection, ConnectionError};

use crate::store::deadline::{Clock, Deadline};
use crate::store::{connect, conninfo};

/// Makes connections, and tells which of them to trust without asking the
/// server, which would be a round trip for every request.
///
/// A connection that the server has ended shows it at its socket. One whose
/// server is stopped, or whose network is cut, shows nothing. So when one is
/// found lost, all from before that are taken for lost: that costs one request
/// and not one for each.
#[derive(Clone)]
pub(super) struct Manager(Arc<Shared>);

struct Shared {
    url: String,
    connect_limit: Duration,
    answer_limit: Duration,
    /// How often a connection was found lost.
    losses: AtomicUsize,
    /// Whether the last attempt to connect failed, or the last statement had no answer.
    is_down: AtomicBool,
}

pub(super) struct ManagedConnection {
    pub(super) conn: PgConnection,
    deadline: Option<Arc<Deadline>>,
    /// How many connections had been lost when it was made.
    losses: usize,
}

impl Manager {
    pub(super) fn new(url: &str, connect_limit: Duration, answer_limit: Duration) -> Self {
        // A URL that makes no sense fails when it is used. It stays as it is, because
        // an empty one would name the server that libpq knows by itself.
        let url = conninfo::complete(url).unwrap_or_else(|_| url.to_owned());
        let (losses, is_down) = (AtomicUsize::new(0), AtomicBool::new(false));
        Self(Arc::new(Shared { url, connect_limit, answer_limit, losses, is_down }))
    }

    /// Returns whether the database cannot be reached, as far as is known.
    pub(super) fn is_down(&self) -> bool {
        self.0.is_down.load(Ordering::Relaxed)
    }

    fn establish(&self) -> Result<ManagedConnection, ConnectionError> {
        let losses = self.0.losses.load(Ordering::SeqCst);
        let (mut conn, deadline) = connect::establish(&self.0.url, self.0.connect_limit)?;
        if let Some(deadline) = &deadline {
            deadline.set_limit(self.0.answer_limit);
            conn.set_instrumentation(Clock(deadline.clone()));
        }
        Ok(ManagedConnection { conn, deadline, losses })
    }
}

impl ManageConnection for Manager {
    type Connection = ManagedConnection;
    type Error = Error;

    fn connect(&self) -> Result<ManagedConnection, Error> {
        let connected = self.establish();
        self.0.is_down.store(connected.is_err(), Ordering::Relaxed);
        connected.map_err(|error| {
            let text = conninfo::without_password(&self.0.url, &error);
            Error::ConnectionError(ConnectionError::BadConnection(text))
        })
    }

    fn is_valid(&self, managed: &mut ManagedConnection) -> Result<(), Error> {
        let is_recent = managed.losses == self.0.losses.load(Ordering::SeqCst);
        if is_recent && managed.is_sound() {
            return Ok(());
        }
        let why = "the server ended it, or another one of its time was lost".to_owned();
        Err(Error::ConnectionError(ConnectionError::BadConnection(why)))
    }

    fn has_broken(&self, managed: &mut ManagedConnection) -> bool {
        if let Some(deadline) = &managed.deadline {
            // Diesel does not tell the end of a statement that it could not begin.
            deadline.end();
        }
        let has_broken = managed.conn.is_broken() || !managed.is_sound();
        self.0.is_down.store(managed.missed_its_deadline(), Ordering::Relaxed);
        if has_broken {
            // Those that are lost together count once.
            let next = managed.losses + 1;
            let _ = self.0.losses.compare_exchange(
                managed.losses,
                next,
                Ordering::SeqCst,
                Ordering::SeqCst,
            );
        }
        has_broken
    }
}

impl ManagedConnection {
    fn is_sound(&self) -> bool {
        self.deadline.as_ref().is_none_or(|deadline| deadline.is_sound())
    }

    fn missed_its_deadline(&self) -> bool {
        self.deadline.as_ref().is_some_and(|deadline| deadline.was_missed())
    }
}
