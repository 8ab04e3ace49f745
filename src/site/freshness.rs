//! Whether the database is still as it was.
//!
//! A snapshot names the transactions that a statement sees (PostgreSQL, "System
//! Information Functions", `pg_current_snapshot`). Two statements with equal snapshots
//! on one server see the same rows, so what was rendered between them, or from
//! either, is still true. Asking for a snapshot reads no table.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use diesel::prelude::*;
use diesel::sql_types::Text;
use tokio::sync::oneshot;

use crate::refusal::{Refusal, read_error};
use crate::store::Store;
use crate::store::statement::statement;

/// What a statement sees, and on which server.
pub(super) type Snapshot = Arc<str>;

/// Takes snapshots for the requests of one process, one at a time.
///
/// A request gets a snapshot that was taken after the request arrived: a change that
/// was acknowledged before is in it. All requests that arrive while one is being taken
/// share the next.
pub(super) struct Freshness {
    waiting: Sender<oneshot::Sender<Snapshot>>,
}

impl Freshness {
    /// Starts the thread that takes snapshots. It ends with this value.
    ///
    /// # Errors
    ///
    /// The operating system's, where it makes no thread.
    pub(super) fn start(store: Store) -> std::io::Result<Self> {
        let (waiting, requests) = channel();
        let thread = std::thread::Builder::new().name("freshness".to_owned());
        thread.spawn(move || take_snapshots(&store, &requests))?;
        Ok(Self { waiting })
    }

    /// Returns what the database shows now, or `None` where it does not answer.
    pub(super) async fn now(&self) -> Option<Snapshot> {
        let (sender, snapshot) = oneshot::channel();
        self.waiting.send(sender).ok()?;
        snapshot.await.ok()
    }
}

fn take_snapshots(store: &Store, requests: &Receiver<oneshot::Sender<Snapshot>>) {
    while let Ok(first) = requests.recv() {
        // All who are here by now arrived before the snapshot is taken.
        let waiting: Vec<_> = std::iter::once(first).chain(requests.try_iter()).collect();
        // Without an answer the senders are dropped, and each request asks for itself.
        let Ok(snapshot) = snapshot(store) else { continue };
        for request in waiting {
            let _ = request.send(snapshot.clone());
        }
    }
}

fn snapshot(store: &Store) -> Result<Snapshot, Refusal> {
    statement::<Text>("SELECT concat(pg_current_snapshot(), ' ', pg_postmaster_start_time())")
        .get_result::<String>(&mut *store.checkout()?)
        .map(Arc::from)
        .map_err(read_error)
}
