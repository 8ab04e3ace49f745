//! Carries the id of a session in a cookie. `accounts::sessions` has the rows.

use std::collections::HashMap;

use actix_session::SessionExt;
use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::cookie::time::Duration;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

use crate::accounts::sessions::random_key;

/// The only value in a session's state: its secret id.
pub(crate) const KEY: &str = "key";

/// Carries session ids between cookies and handlers.
///
/// The session rows are in PostgreSQL. A handler reads and writes them on the
/// connection, and for a transition in the transaction, of its other work. So
/// the middleware sends no query, and a visitor who never signs in leaves no row.
pub(crate) struct Ids;

type SessionState = HashMap<String, String>;

fn state_of(key: &str) -> SessionState {
    // actix-session keeps values as JSON; ids are letters and digits.
    HashMap::from([(KEY.to_owned(), format!("\"{key}\""))])
}

impl SessionStore for Ids {
    async fn load(&self, session_key: &SessionKey) -> Result<Option<SessionState>, LoadError> {
        Ok(Some(state_of(session_key.as_ref())))
    }

    async fn save(&self, state: SessionState, _: &Duration) -> Result<SessionKey, SaveError> {
        let key = state.get(KEY).map_or_else(random_key, |key| key.trim_matches('"').to_owned());
        key.try_into().map_err(|error| SaveError::Other(anyhow::Error::new(error)))
    }

    async fn update(
        &self,
        key: SessionKey,
        _: SessionState,
        _: &Duration,
    ) -> Result<SessionKey, UpdateError> {
        Ok(key)
    }

    async fn update_ttl(&self, _: &SessionKey, _: &Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, _: &SessionKey) -> Result<(), anyhow::Error> {
        Ok(())
    }
}

/// The secret id of a session that a reply begins.
#[derive(Debug)]
pub(crate) struct NewSessionKey(pub(crate) String);

/// Gives the browser the session that a handler began. A handler that runs where
/// it may block cannot reach the cookies itself.
pub(crate) async fn begin_where_asked<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let session = request.get_session();
    let mut response = next.call(request).await?;
    let begun = response.response_mut().extensions_mut().remove::<NewSessionKey>();
    if let Some(NewSessionKey(key)) = begun {
        // It replaces the session that the browser may have.
        session.renew();
        session.insert(KEY, key)?;
    }
    Ok(response)
}
