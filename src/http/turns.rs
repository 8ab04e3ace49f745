//! Turns at work that may keep a thread and a connection busy: rendering and saving
//! texts.

use std::convert::Infallible;
use std::sync::Arc;

use quick_cache::sync::Cache;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

use crate::domain::{SecretHash, UserId};

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

    /// Waits for a turn. People wait behind their own work first, and then as long as all
    /// others.
    pub(super) async fn take(&self, taker: Taker) -> Result<Turn, AcquireError> {
        let fresh = || Ok::<_, Infallible>(Arc::new(Semaphore::new(self.of_one)));
        let Ok(own) = self.people.get_or_insert_with(&taker, fresh);
        let own = own.acquire_owned().await?;
        Ok(Turn { _own: Some(own), ..self.take_short().await? })
    }

    /// Waits for a turn at work that is short, for any person.
    pub(super) async fn take_short(&self) -> Result<Turn, AcquireError> {
        Ok(Turn { _of_all: Arc::clone(&self.all).acquire_owned().await?, _own: None })
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
