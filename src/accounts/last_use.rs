//! Notes when a session or a token was last used. Its owner and staff see this time,
//! and an idle session ends.

use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{Binary, Double};

use super::identity::Credential;
use super::sessions::live_sessions;
use super::tokens::working_tokens;
use crate::store::statement::statement;

/// The use of a credential is noted at most once in this time.
pub const NOTED_EVERY: Duration = Duration::from_secs(60);

macro_rules! note {
    ($table:literal, $hash:literal, $row:literal of $working:expr) => {
        concat!(
            "UPDATE ",
            $table,
            " SET last_used_at = clock_timestamp() WHERE ",
            $hash,
            " = (SELECT ",
            $hash,
            " FROM ",
            $working,
            " WHERE ",
            $hash,
            " = $1 AND coalesce(",
            $row,
            ".last_used_at < clock_timestamp() - make_interval(secs => $2), true)
             FOR NO KEY UPDATE OF ",
            $row,
            " SKIP LOCKED)"
        )
    };
}

/// Notes that a credential is used, if it works, and its use was not noted just now.
///
/// It is called once for a request, outside every transaction: a transaction locks the
/// account before its sessions and tokens. It skips rows that a transaction locks, so
/// it never waits.
pub fn note_use(conn: &mut PgConnection, credential: &Credential) -> QueryResult<()> {
    let (update, hash) = match credential {
        Credential::Session(session) => {
            (note!("sessions", "id_hash", "s" of live_sessions!()), session.hash())
        }
        Credential::Token(token) => {
            (note!("tokens", "secret_hash", "t" of working_tokens!()), token.as_bytes())
        }
        Credential::Account(_) => return Ok(()),
    };
    statement::<()>(update)
        .bind::<Binary, _>(hash)
        .bind::<Double, _>(NOTED_EVERY.as_secs_f64())
        .execute(conn)?;
    Ok(())
}
