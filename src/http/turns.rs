//! Limits how many requests of one person work at a time, so that others do not wait for them.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use quick_cache::sync::Cache;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::sender::Shown;
use crate::domain::{Network, SecretHash, UserId};

/// The longest that a request waits for a turn, or for a thread.
pub(super) const MAX_WAIT: Duration = Duration::from_secs(5);

/// People and credentials that are remembered. One that is forgotten begins again.
const KEPT: usize = 10_000;

/// The most requests of one person that wait.
const MAX_WAITING: usize = 256;

/// The turns of a process.
///
/// The requests of one person never take all connections. Requests that render or save texts
/// may take long, so even those of many people together leave some free.
pub(super) struct Turns {
    connections: usize,
    texts: TurnQueue,
    people: Cache<Client, OwnTurns>,
    owners: Cache<SecretHash, UserId>,
    ended: Cache<SecretHash, ()>,
}

/// Who takes a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Client {
    /// A person, whatever sessions and tokens they use.
    Account(UserId),
    /// People who are not signed in have the turns of their network.
    Network(Network),
    /// People who sign in wait for no other work of their network.
    SignIn(Network),
}

/// What a request does with its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// It renders or saves what a person has typed, and may keep its thread busy.
    Text,
    /// All else.
    Short,
}

#[derive(Clone)]
struct OwnTurns {
    requests: TurnQueue,
    texts: TurnQueue,
    glances: TurnQueue,
}

/// Turns, and how many requests may have or await one.
#[derive(Clone)]
struct TurnQueue {
    turns: Arc<Semaphore>,
    longest: usize,
}

/// A turn. It goes with the work, which runs on when its client is gone.
pub(super) struct Turn {
    _request: OwnedSemaphorePermit,
    _text: Option<(OwnedSemaphorePermit, OwnedSemaphorePermit)>,
}

impl Turns {
    /// Returns the turns at so many connections.
    pub(super) fn new(connections: usize) -> Self {
        Self {
            connections,
            texts: TurnQueue::new(connections / 2, Semaphore::MAX_PERMITS),
            people: Cache::new(KEPT),
            owners: Cache::new(KEPT),
            ended: Cache::new(KEPT),
        }
    }

    /// Waits for a turn, and returns `None` if none comes in time or too many requests of
    /// the person wait already. People wait behind their own work first, and then as long
    /// as all others.
    pub(super) async fn take(&self, client: Client, work: Work) -> Option<Turn> {
        let OwnTurns { requests, texts, .. } = self.of(client);
        let text = match work {
            Work::Text => Some((texts.wait().await?, self.texts.clone().wait().await?)),
            Work::Short => {
                // A request that holds this queue is counted as waiting for it.
                drop(texts);
                None
            }
        };
        Some(Turn { _request: requests.wait().await?, _text: text })
    }

    /// Returns the turns of a new client. Even one person as two or three takers leaves
    /// connections to others.
    fn own(&self) -> OwnTurns {
        OwnTurns {
            requests: TurnQueue::new(self.connections / 4, MAX_WAITING),
            texts: TurnQueue::new(self.connections / 4, MAX_WAITING),
            glances: TurnQueue::new(MAX_WAITING, 0),
        }
    }

    fn of(&self, client: Client) -> OwnTurns {
        let Ok(own) = self.people.get_or_insert_with(&client, || Ok::<_, Infallible>(self.own()));
        own
    }

    /// Returns a turn for work without a connection, or `None` if the person has too many.
    pub(super) fn glance(&self, client: Client) -> Option<OwnedSemaphorePermit> {
        self.of(client).glances.turns.try_acquire_owned().ok()
    }

    /// Returns whose token it is, if it was looked up before.
    pub(super) fn owner(&self, token: &SecretHash) -> Option<UserId> {
        self.owners.get(token)
    }

    /// Remembers whose token it is. It never becomes another person's.
    pub(super) fn remember(&self, token: SecretHash, owner: UserId) {
        self.owners.insert(token, owner);
    }

    /// Returns whether it is known that a session has ended.
    pub(super) fn has_ended(&self, session: &SecretHash) -> bool {
        self.ended.get(session).is_some()
    }

    /// Remembers that a credential has ended, and takes no turns of its owner.
    pub(super) fn end(&self, credential: &Shown) {
        match credential {
            // It never works again. Only the site makes sessions, so strangers cannot
            // push it out.
            Shown::Session(session, _) => self.ended.insert(session.stored(), ()),
            Shown::Token(token) => drop(self.owners.remove(token)),
            Shown::Nothing => {}
        }
    }
}

impl TurnQueue {
    fn new(turns: usize, waiting: usize) -> Self {
        let turns = turns.max(1);
        Self { turns: Arc::new(Semaphore::new(turns)), longest: waiting.saturating_add(turns) }
    }

    async fn wait(self) -> Option<OwnedSemaphorePermit> {
        // One is with the other lines, and one is this.
        if Arc::strong_count(&self.turns).saturating_sub(2) >= self.longest {
            return None;
        }
        timeout(MAX_WAIT, self.turns.acquire_owned()).await.ok()?.ok()
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::Pin;
    use std::task::Poll;

    use actix_web::rt::System;
    use futures_util::FutureExt;

    use super::{Client, MAX_WAITING, Turns, Work};
    use crate::domain::{Network, UserId};

    #[test]
    fn so_many_glances_of_one_person_are_taken_and_no_more() {
        let turns = Turns::new(8);
        let [here, there] = ["192.0.2.1", "198.51.100.1"]
            .map(|address| Client::Network(Network::of(address.parse().unwrap())));
        let held: Vec<_> = (0..MAX_WAITING).map(|_| turns.glance(here)).collect();
        assert!(held.iter().all(Option::is_some));
        assert!(turns.glance(here).is_none(), "one too many");
        assert!(turns.glance(there).is_some(), "another network");
        drop(held);
        assert!(turns.glance(here).is_some());
    }

    #[test]
    fn so_many_requests_of_one_person_wait_and_no_more() {
        System::new().block_on(async {
            for work in [Work::Short, Work::Text] {
                let turns = Turns::new(8);
                let alice = Client::Account(UserId(1));
                let mut held = Vec::new();
                while let Some(Some(turn)) = turns.take(alice, work).now_or_never() {
                    held.push(turn);
                }
                assert_eq!(held.len(), 2);
                let mut waiting: Vec<_> =
                    (0..MAX_WAITING).map(|_| Box::pin(turns.take(alice, work))).collect();
                poll_fn(|context| {
                    let waits =
                        |turn: &mut _| Future::poll(Pin::as_mut(turn), context).is_pending();
                    assert!(waiting.iter_mut().all(waits));
                    Poll::Ready(())
                })
                .await;
                let refused = turns.take(alice, work).now_or_never().expect("an answer at once");
                assert!(refused.is_none(), "one too many");
                let bob = Client::Account(UserId(2));
                assert!(turns.take(bob, work).await.is_some(), "another person");
                drop(held);
                for turn in waiting {
                    assert!(turn.await.is_some(), "each had its turn");
                }
            }
        });
    }
}
