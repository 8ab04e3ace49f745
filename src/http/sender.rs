use crate::accounts::SessionId;
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
