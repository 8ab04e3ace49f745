//! Turns at work that may keep a thread and a connection busy: rendering and saving
//! texts.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use quick_cache::sync::Cache;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::domain::{SecretHash, UserId};
use crate::metrics;

/// The longest that a request waits for a thread, or for a turn.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// People and credentials that are remembered. One that is forgotten begins again.
const KEPT: usize = 10_000;

/// The turns of a process. Such work never takes all threads, and the work of one person
/// never all of the turns.
pub(super) struct Turns {
    all: Arc<Semaphore>,
    of_one: usize,
    people: Cache<Taker, Arc<Semaphore>>,
    owners: Cache<SecretHash, UserId>,
}

/// Who takes a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Taker {
    Account(UserId),
    /// People who are not signed in have the turns of one person.
    Stranger,
}

/// A turn. It goes with the work, which runs on when its client is gone.
pub(crate) struct Turn {
    _of_all: OwnedSemaphorePermit,
    _own: Option<OwnedSemaphorePermit>,
}

impl Turns {
    /// Returns so many turns, half of them for one person.
    pub(super) fn new(count: usize) -> Self {
        Self {
            all: Arc::new(Semaphore::new(count)),
            of_one: (count / 2).max(1),
            people: Cache::new(KEPT),
            owners: Cache::new(KEPT),
        }
    }

    /// Waits for a turn, and returns `None` if none comes in time. People wait behind their
    /// own work first, and then as long as all others.
    pub(super) async fn take(&self, taker: Taker) -> Option<Turn> {
        let fresh = || Ok::<_, Infallible>(Arc::new(Semaphore::new(self.of_one)));
        let Ok(own) = self.people.get_or_insert_with(&taker, fresh);
        let own = in_time(own).await?;
        Some(Turn { _own: Some(own), ..self.take_short().await? })
    }

    /// Waits for a turn at work that is short, for any person.
    pub(super) async fn take_short(&self) -> Option<Turn> {
        Some(Turn { _of_all: in_time(Arc::clone(&self.all)).await?, _own: None })
    }

    /// Returns whose a credential is, if it was looked up before. It never becomes
    /// another person's.
    pub(super) fn owner(&self, credential: &SecretHash) -> Option<UserId> {
        self.owners.get(credential)
    }

    /// Remembers whose a credential is.
    pub(super) fn remember(&self, credential: SecretHash, owner: UserId) {
        self.owners.insert(credential, owner);
    }
}

async fn in_time(permits: Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
    let permit = timeout(PATIENCE, permits.acquire_owned()).await.ok().and_then(Result::ok);
    if permit.is_none() {
        metrics::turned_away();
    }
    permit
}
