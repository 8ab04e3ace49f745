//! Decides when a request may work, so that each person gets a turn, and lends it a connection.

use std::sync::Arc;

use actix_web::web;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::last_uses::LastUses;
use super::sender::{Sender, Shown};
use super::turns::{Client, MAX_WAIT, Turn, Turns, Work};
use crate::accounts;
use crate::domain::{Network, RequestId};
use crate::metrics;
use crate::refusal::Refusal;
use crate::store::{Loan, Store, Unavailable};

/// The maximum number of requests in progress in a process; one more gets 503 at
/// once. At some hundred responses a second the last one waits about a second.
pub const MAX_IN_PROGRESS: usize = 256;

/// Admits requests, and lends them threads and connections.
pub(crate) struct Admissions {
    store: Store,
    /// One permit for each request that may be in progress.
    places: Arc<Semaphore>,
    /// One permit for each thread that may work: more threads than connections would
    /// only wait for each other.
    threads: Arc<Semaphore>,
    turns: Turns,
    uses: LastUses,
}

/// A request in progress, until its work is done, whether or not its client waits.
#[derive(Clone)]
pub(crate) struct Admission {
    admissions: Arc<Admissions>,
    request: RequestId,
    client: Client,
    credential: Shown,
    work: Work,
    _turn: Arc<(Turn, OwnedSemaphorePermit)>,
}

/// Why work was not done.
pub(crate) enum NotDone {
    /// It did not begin: no thread was free in time.
    Busy,
    /// It panicked.
    Panicked,
}

impl Admissions {
    /// Returns those of a process.
    pub(super) fn new(store: Store) -> Self {
        let connections = store.size() as usize;
        Self {
            store,
            places: Arc::new(Semaphore::new(MAX_IN_PROGRESS)),
            threads: Arc::new(Semaphore::new(connections)),
            turns: Turns::new(connections),
            uses: LastUses::new(),
        }
    }

    /// Returns how many requests are in progress.
    pub(crate) fn in_progress(&self) -> usize {
        MAX_IN_PROGRESS - self.places.available_permits()
    }

    /// Returns a place among the requests in progress, or `None` if there are too many.
    fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }

    /// Admits a request that waits for no turn and takes no connection, unless its
    /// network has too many.
    pub(crate) fn glance(&self, network: Network) -> Result<OwnedSemaphorePermit, Refusal> {
        self.turns.glance(Client::Network(network)).ok_or_else(turned_away)
    }

    /// Admits a request when it is its sender's turn.
    pub(crate) async fn admit(
        self: &Arc<Self>,
        sender: &Sender,
        request: RequestId,
        work: Work,
    ) -> Result<Admission, Refusal> {
        let client = match self.known_client(sender) {
            Some(client) => client,
            None => self.look_up(sender, request).await?,
        };
        let admission = self.admit_client(client, request, work).await?;
        Ok(Admission { credential: sender.shows.clone(), ..admission })
    }

    /// Admits a request when it is the client's turn.
    pub(crate) async fn admit_client(
        self: &Arc<Self>,
        client: Client,
        request: RequestId,
        work: Work,
    ) -> Result<Admission, Refusal> {
        let turn = self.turns.take(client, work).await.ok_or_else(turned_away)?;
        let place = self.place().ok_or_else(turned_away)?;
        let (admissions, turn) = (Arc::clone(self), Arc::new((turn, place)));
        let credential = Shown::Nothing;
        Ok(Admission { admissions, request, client, credential, work, _turn: turn })
    }

    /// Returns who takes a turn, if that can be told without the database.
    pub(crate) fn known_client(&self, sender: &Sender) -> Option<Client> {
        match &sender.shows {
            Shown::Session(session, owner) if !self.turns.has_ended(&session.stored()) => {
                Some(Client::Account(*owner))
            }
            Shown::Session(..) | Shown::Nothing => Some(Client::Network(sender.network)),
            Shown::Token(token) => self.turns.owner(token).map(Client::Account),
        }
    }

    /// Looks up who sends a request, and remembers it.
    pub(crate) async fn look_up(
        self: &Arc<Self>,
        sender: &Sender,
        request: RequestId,
    ) -> Result<Client, Refusal> {
        let stranger = Client::Network(sender.network);
        let client = self.known_client(sender).unwrap_or(stranger);
        let Some(credential) = sender.shows.credential() else { return Ok(stranger) };
        let admission = self.admit_client(client, request, Work::Short).await?;
        let find =
            move |store: &Store| Ok(accounts::identify(&mut *store.checkout()?, &credential)?);
        let Some(person) = admission.step(find).await? else {
            self.turns.end(&sender.shows);
            return Ok(stranger);
        };
        if let Shown::Token(token) = &sender.shows {
            self.turns.remember(token.clone(), person.id);
        }
        Ok(Client::Account(person.id))
    }
}

impl Admission {
    /// Runs work where it may block, unless no thread is free in time: then it is
    /// never run.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> T + Send + 'static,
    ) -> Result<T, NotDone> {
        let (request, threads) = (self.request, Arc::clone(&self.admissions.threads));
        let Ok(Ok(thread)) = timeout(MAX_WAIT, threads.acquire_owned()).await else {
            metrics::turned_away();
            tracing::warn!(request_id = %request, "no thread was free in time");
            return Err(NotDone::Busy);
        };
        let admission = self.clone();
        let run = move || {
            let _until_done = thread;
            let _loan = (admission.work == Work::Short).then(Loan::begin);
            admission.note_use();
            work(&admission.admissions.store)
        };
        web::block(run).await.map_err(|error| {
            tracing::error!(request_id = %request, %error, "a handler panicked");
            NotDone::Panicked
        })
    }

    /// Runs one step of a handler that also waits for something else.
    pub(crate) async fn step<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        self.blocking(work).await?.inspect_err(|refusal| self.note(refusal))
    }

    /// Notes that the credential is used, unless it is known to belong to no account.
    fn note_use(&self) {
        if let (Client::Account(_), Some(credential)) = (self.client, self.credential.credential())
        {
            self.admissions.uses.note(&self.admissions.store, self.request, &credential);
        }
    }

    /// Notes that the credential has ended, if that is why the request was refused.
    pub(crate) fn note(&self, refusal: &Refusal) {
        if matches!(refusal, Refusal::NotSignedIn) {
            self.note_end();
        }
    }

    /// Notes that the credential has ended.
    pub(crate) fn note_end(&self) {
        self.admissions.turns.end(&self.credential);
    }
}

/// Refuses a request that finds no place, and counts it.
fn turned_away() -> Refusal {
    metrics::turned_away();
    Unavailable::Busy.into()
}

impl From<NotDone> for Refusal {
    fn from(not_done: NotDone) -> Self {
        match not_done {
            NotDone::Busy => Unavailable::Busy.into(),
            NotDone::Panicked => Unavailable::ConnectionLost.into(),
        }
    }
}
