use crate::accounts::{Credential, SessionId};
use crate::domain::{Network, SecretHash, UserId};

/// Who sends a request, as far as it tells, and where it comes from.
pub(crate) struct Sender {
    pub(crate) shows: Shown,
    pub(crate) network: Network,
}

/// The credential that a client shows.
#[derive(Clone)]
pub(crate) enum Shown {
    /// A session, and whose it is by its cookie, which is signed by us.
    Session(SessionId, UserId),
    /// The hash of a token.
    Token(SecretHash),
    Nothing,
}

impl Shown {
    /// Returns it as the workflow takes it.
    pub(crate) fn credential(&self) -> Option<Credential> {
        match self {
            Self::Session(session, _) => Some(Credential::Session(session.clone())),
            Self::Token(token) => Some(Credential::Token(token.clone())),
            Self::Nothing => None,
        }
    }
}
