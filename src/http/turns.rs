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

/// The most requests of one person that wait: their bodies are in memory.
const MAX_WAITING: usize = 64;

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

    /// Waits for a turn, and returns `None` if none comes in time or too many requests of
    /// the person wait already. People wait behind their own work first, and then as long
    /// as all others.
    pub(super) async fn take(&self, taker: Taker) -> Option<Turn> {
        let fresh = || Ok::<_, Infallible>(Arc::new(Semaphore::new(self.of_one)));
        let Ok(own) = self.people.get_or_insert_with(&taker, fresh);
        // The cache holds it, too.
        if Arc::strong_count(&own).saturating_sub(2) >= self.of_one + MAX_WAITING {
            metrics::turned_away();
            return None;
        }
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

    /// Forgets a credential that has ended: it takes no turns of its owner.
    pub(super) fn forget(&self, credential: &SecretHash) {
        self.owners.remove(credential);
    }
}

async fn in_time(permits: Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
    let permit = timeout(PATIENCE, permits.acquire_owned()).await.ok().and_then(Result::ok);
    if permit.is_none() {
        metrics::turned_away();
    }
    permit
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::Pin;
    use std::task::Poll;

    use actix_web::rt::System;
    use futures_util::FutureExt;

    use super::{MAX_WAITING, Taker, Turns};
    use crate::domain::UserId;

    #[test]
    fn so_many_requests_of_one_person_wait_and_no_more() {
        System::new().block_on(async {
            let turns = Turns::new(2);
            let alice = Taker::Account(UserId(1));
            let first = turns.take(alice).await;
            let mut waiting: Vec<_> =
                (0..MAX_WAITING).map(|_| Box::pin(turns.take(alice))).collect();
            poll_fn(|context| {
                let waits = |turn: &mut _| Future::poll(Pin::as_mut(turn), context).is_pending();
                assert!(waiting.iter_mut().all(waits));
                Poll::Ready(())
            })
            .await;
            let refused = turns.take(alice).now_or_never().expect("an answer at once");
            assert!(refused.is_none(), "one too many");
            assert!(turns.take(Taker::Stranger).await.is_some(), "another person");
            drop(first);
            for turn in waiting {
                assert!(turn.await.is_some(), "each had its turn");
            }
        });
    }
}
