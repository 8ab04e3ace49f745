//! Tells whether the database is still as it was.
//!
//! A snapshot names the transactions that a statement sees (PostgreSQL, "System
//! Information Functions", `pg_current_snapshot`). Two statements with equal snapshots
//! see the same rows, so a page that was rendered between them, or from either, is
//! still true. Asking for a snapshot reads no table.
//!
//! That holds while the server runs. After a crash it gives the numbers of transactions
//! that left no trace to others, and another server has numbers of its own. So a
//! snapshot is compared only with others of the same connection, which ends with the
//! server. It does not hold on a standby, whose snapshots do not name every running
//! transaction: there every request asks for itself.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use tokio::sync::oneshot;

use crate::store::Store;
use crate::store::pool::Connection;
use crate::store::statement::statement;

/// What a statement sees, and which of this process's connections it was sent on.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Snapshot {
    connection: u64,
    transactions: Arc<str>,
}

/// Takes snapshots for the requests of one process, one at a time.
///
/// A request gets a snapshot that was taken after the request arrived: a change that
/// was acknowledged before is in it. All requests that arrive while one is being taken
/// share the next.
pub(super) struct Freshness {
    waiting: Sender<oneshot::Sender<Option<Snapshot>>>,
}

impl Freshness {
    /// Starts the thread that takes snapshots. It ends with this value.
    pub(super) fn start(store: Store) -> std::io::Result<Self> {
        let (waiting, requests) = channel();
        let thread = std::thread::Builder::new().name("freshness".to_owned());
        thread.spawn(move || take_snapshots(&store, &requests))?;
        Ok(Self { waiting })
    }

    /// Returns what the database shows now, or `None` where it does not answer or is a
    /// standby.
    pub(super) async fn now(&self) -> Option<Snapshot> {
        self.ask().await.flatten()
    }

    /// Returns the database's answer, which a standby does not give with a snapshot, or
    /// `None` where it does not answer.
    pub(super) async fn ask(&self) -> Option<Option<Snapshot>> {
        let (sender, snapshot) = oneshot::channel();
        self.waiting.send(sender).ok()?;
        snapshot.await.ok()
    }
}

fn take_snapshots(store: &Store, requests: &Receiver<oneshot::Sender<Option<Snapshot>>>) {
    let mut connections = 0..;
    let mut kept: Option<(u64, Connection)> = None;
    while let Ok(first) = requests.recv() {
        // All who are here by now arrived before the snapshot is taken.
        let waiting: Vec<_> = std::iter::once(first).chain(requests.try_iter()).collect();
        let mut taken = kept.take().and_then(take);
        if taken.is_none() {
            // The connection may have been lost since it was used last.
            taken = connections.next().zip(store.checkout().ok()).and_then(take);
        }
        // Without an answer the senders are dropped, and each request asks for itself.
        let Some((lent, snapshot)) = taken else { continue };
        kept = Some(lent);
        for request in waiting {
            let _ = request.send(snapshot.clone());
        }
    }
}

/// Takes a snapshot, and returns the connection if it is still good.
fn take(
    (connection, mut conn): (u64, Connection),
) -> Option<((u64, Connection), Option<Snapshot>)> {
    let transactions = snapshot(&mut conn).ok()?.map(Arc::from);
    let snapshot = transactions.map(|transactions| Snapshot { connection, transactions });
    Some(((connection, conn), snapshot))
}

fn snapshot(conn: &mut PgConnection) -> QueryResult<Option<String>> {
    statement::<Nullable<Text>>(
        "SELECT CASE WHEN NOT pg_is_in_recovery() THEN pg_current_snapshot()::text END",
    )
    .get_result(conn)
}
