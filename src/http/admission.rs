//! Who may begin work, and when: each in turn.

use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;

use super::Context;
use super::turns::{Taker, Turn, Work};
use crate::accounts::{SessionId, tokens};
use crate::domain::{Network, RequestId, SecretHash, UserId};
use crate::metrics;
use crate::refusal::{Refusal, read_error};
use crate::store::{Store, Unavailable};

/// Who sends a request, as far as it tells, and where it comes from.
pub(crate) struct Sender {
    pub(crate) shows: Shown,
    pub(crate) network: Network,
}

/// The credential that a client shows.
pub(crate) enum Shown {
    /// A session, and whose it is by its cookie, which is signed by us.
    Session(SessionId, UserId),
    /// The hash of a token.
    Token(SecretHash),
    /// None.
    Nothing,
}

/// A request in progress, until its work is done, whether or not its client waits.
#[derive(Clone)]
pub(crate) struct Admission {
    pub(super) request: RequestId,
    secret: Option<SecretHash>,
    _turn: Arc<(Turn, OwnedSemaphorePermit)>,
}

impl Context {
    /// Admits a request when it is its sender's turn.
    pub(crate) async fn admit(
        &self,
        sender: &Sender,
        request: RequestId,
        work: Work,
    ) -> Result<Admission, Refusal> {
        let taker = self.taker(sender, request).await?;
        Ok(Admission { secret: sender.secret(), ..self.admit_taker(taker, request, work).await? })
    }

    /// Admits a request when it is the taker's turn.
    pub(crate) async fn admit_taker(
        &self,
        taker: Taker,
        request: RequestId,
        work: Work,
    ) -> Result<Admission, Refusal> {
        let turn = self.turns.take(taker, work).await.ok_or(Unavailable::Busy)?;
        let place = self.place().ok_or(Unavailable::Busy)?;
        Ok(Admission { request, secret: None, _turn: Arc::new((turn, place)) })
    }

    /// Returns who takes a turn. A token is looked up when it is first seen.
    async fn taker(&self, sender: &Sender, request: RequestId) -> Result<Taker, Refusal> {
        let stranger = Taker::Network(sender.network);
        match (self.known_taker(sender), &sender.shows) {
            (Some(taker), _) => Ok(taker),
            (None, Shown::Token(token)) => {
                let owner = self.look_up(token.clone(), request).await?;
                Ok(owner.map_or(stranger, Taker::Account))
            }
            (None, Shown::Session(..) | Shown::Nothing) => Ok(stranger),
        }
    }

    /// Looks up whose token it is, and remembers it.
    pub(crate) async fn look_up(
        &self,
        token: SecretHash,
        request: RequestId,
    ) -> Result<Option<UserId>, Refusal> {
        let admission = self.admit_taker(Taker::LookUp, request, Work::Short).await?;
        let shown = token.clone();
        let find =
            move |store: &Store| tokens::find(&mut *store.checkout()?, &shown).map_err(read_error);
        let owner = self.step(&admission, find).await?.map(|bearer| bearer.person.id);
        self.turns.remember(token, owner);
        Ok(owner)
    }

    /// Returns who takes a turn, if that can be told without the database.
    pub(crate) fn known_taker(&self, sender: &Sender) -> Option<Taker> {
        let stranger = Taker::Network(sender.network);
        match (&sender.shows, sender.secret().and_then(|secret| self.turns.owner(&secret))) {
            (Shown::Nothing, _) | (_, Some(None)) => Some(stranger),
            (Shown::Session(_, owner), None) => Some(Taker::Account(*owner)),
            (_, Some(Some(owner))) => Some(Taker::Account(owner)),
            (Shown::Token(_), None) => None,
        }
    }

    /// Returns a place among the requests in progress, or `None` if there are too many.
    pub(crate) fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.permits).try_acquire_owned().inspect_err(|_| metrics::turned_away()).ok()
    }

    /// Notes that a credential has ended, if that is why a request was refused.
    pub(crate) fn note_refusal(&self, admission: &Admission, refusal: &Refusal) {
        if let (Refusal::NotSignedIn, Some(secret)) = (refusal, &admission.secret) {
            self.turns.remember(secret.clone(), None);
        }
    }
}

impl Sender {
    fn secret(&self) -> Option<SecretHash> {
        match &self.shows {
            Shown::Session(session, _) => Some(session.stored()),
            Shown::Token(secret) => Some(secret.clone()),
            Shown::Nothing => None,
        }
    }
}
