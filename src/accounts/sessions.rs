//! Signed-in browsers. A session's id is 244 random bits in a cookie; the
//! database stores its SHA-256 and the account.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Integer, Text};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::accounts::secrets::hash_of;
use crate::domain::{Person, SecretHash, UserId, decimal, hex};
use crate::store::row::{row, select};
use crate::store::statement::statement;

/// A session ends after this long, used or not: 7 days, in seconds.
pub const LIFETIME_SECONDS: i32 = 7 * 24 * 60 * 60;

/// A person who signs in once more signs out where they were longest ago.
const MAX_OF_PERSON: i32 = 100;

/// The live sessions `s` with their accounts `u`.
macro_rules! live_sessions {
    () => {
        "sessions s JOIN users u ON u.id = s.user_id AND session_is_live(s, u)"
    };
}
pub(super) use live_sessions;

/// The stored form of a session's id: its SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SessionId(SecretHash);

impl SessionId {
    /// Returns the stored form of the id in a cookie.
    pub fn of(key: &str) -> Self {
        Self(hash_of(key))
    }

    /// Returns the hash to store for a new session.
    pub fn stored(&self) -> SecretHash {
        self.0.clone()
    }

    /// Returns the 32 bytes.
    pub fn hash(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Returns the token that forms of a session carry against cross-site requests.
/// It is derived from the secret id, so it is not stored, and does not reveal it.
pub fn form_token(key: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"imprimatur form token\0");
    hash.update(key.as_bytes());
    hex(&hash.finalize())
}

/// Begins a session on a device for a person who has shown the password with
/// this hash. Returns false when the password or the account has changed since.
///
/// The hash is compared under the account's lock, which a change of the password also
/// takes. Once that change is acknowledged, no session begins with the old password.
/// `FOR SHARE` also waits for a hand-typed `UPDATE`, and then reads the new row.
pub fn begin(
    conn: &mut PgConnection,
    session: &SessionId,
    user: UserId,
    password_hash: &str,
    device: &str,
) -> QueryResult<bool> {
    let begun = statement::<Bool>(
        "WITH account AS MATERIALIZED (
             SELECT u.id, u.password_hash, u.is_active FROM users u
             WHERE u.id = $3 AND pg_advisory_xact_lock_shared(1, hashint8(u.id)) IS NOT NULL
             FOR SHARE
         ), begun AS (
             INSERT INTO sessions (id_hash, user_id, expires_at, device)
             SELECT $1, id, statement_timestamp() + make_interval(secs => $2), $5 FROM account
             WHERE password_hash = $4 AND is_active
             RETURNING user_id
         ), beyond AS (
             UPDATE sessions SET ended_at = clock_timestamp() WHERE id_hash IN (
                 SELECT (recent.s).id_hash
                 FROM begun JOIN users u ON u.id = begun.user_id, LATERAL (
                     SELECT s FROM sessions s WHERE s.user_id = begun.user_id
                     ORDER BY s.last_used_at DESC LIMIT 1000
                 ) recent
                 WHERE session_is_live(recent.s, u)
                 ORDER BY (recent.s).last_used_at DESC OFFSET $6 LIMIT 10
             )
         )
         SELECT true FROM begun",
    )
    .bind::<Binary, _>(session.hash())
    .bind::<Integer, _>(LIFETIME_SECONDS)
    .bind::<BigInt, _>(user.0)
    .bind::<Text, _>(password_hash)
    .bind::<Text, _>(device)
    .bind::<Integer, _>(MAX_OF_PERSON - 1)
    .load::<bool>(conn)?;
    Ok(!begun.is_empty())
}

/// Returns the owner of a session, or `None` when it has ended. It takes no lock: it
/// is for reading and for early refusals.
pub fn find(conn: &mut PgConnection, session: &SessionId) -> QueryResult<Option<Person>> {
    select::<Person>(concat!("SELECT {columns} FROM ", live_sessions!(), " WHERE s.id_hash = $1"))
        .bind::<Binary, _>(session.hash())
        .get_result(conn)
        .optional()
}

/// Ends a session. A session that has ended stays as it is.
pub fn end(conn: &mut PgConnection, session: &SessionId) -> QueryResult<()> {
    statement::<()>("UPDATE sessions SET ended_at = now() WHERE id_hash = $1 AND ended_at IS NULL")
        .bind::<Binary, _>(session.hash())
        .execute(conn)?;
    Ok(())
}

row! {
    /// A live session, as its owner and staff see it.
    #[derive(Debug)]
    pub struct SessionLine {
        /// The public number of the session: its id is a secret.
        pub number: i64 = "s.number",
        /// The browser that it began in.
        pub device: String = "s.device",
        pub created_at: Timestamp = "s.created_at",
        /// When it was last used, to the minute.
        pub last_used_at: Timestamp = "s.last_used_at",
        /// Whether it is the session of this request.
        pub is_this: bool = "s.id_hash = $2",
    }
}

/// Returns the live sessions of a person, the last used first.
/// `asking` is the session of this request.
pub fn of_person(
    conn: &mut PgConnection,
    user: UserId,
    asking: Option<&SessionId>,
) -> QueryResult<Vec<SessionLine>> {
    select::<SessionLine>(concat!(
        "SELECT {columns} FROM ",
        live_sessions!(),
        " WHERE s.user_id = $1 ORDER BY s.last_used_at DESC"
    ))
    .bind::<BigInt, _>(user.0)
    .bind::<Binary, _>(asking.map_or(&[][..], SessionId::hash))
    .at_most(MAX_OF_PERSON.into())
    .load(conn)
}

/// Returns the 64 bytes with which every server process signs cookies.
pub fn signing_key(conn: &mut PgConnection) -> QueryResult<Vec<u8>> {
    statement::<Binary>("SELECT key FROM cookie_key").get_result(conn)
}

/// Deletes sessions and attempt counts that ended long ago. Returns how many.
pub fn purge_expired(conn: &mut PgConnection) -> QueryResult<i64> {
    statement::<BigInt>("SELECT purge_expired()").get_result(conn)
}

/// Returns a new secret id without an owner: 244 random bits as letters and
/// digits.
pub fn random_key() -> String {
    format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple())
}

/// Returns a new secret id for a person's session. It contains the person's id,
/// so that a form that outlives its session still shows whose it was. That part
/// proves nothing.
pub fn random_key_of(user: UserId) -> String {
    format!("{user}.{}", random_key())
}

/// Returns the person that an id names. The name is not checked.
pub fn owner_of(key: &str) -> Option<UserId> {
    key.split_once('.').and_then(|(owner, _)| decimal(owner)).map(UserId)
}

#[cfg(test)]
mod tests {
    use super::{SessionId, form_token};

    #[test]
    fn an_id_is_printed_nowhere() {
        assert_eq!(format!("{:?}", SessionId::of("key")), "SessionId(SecretHash(..))");
    }

    #[test]
    fn the_token_of_a_form_is_of_one_session_and_tells_nothing_of_it() {
        let tokens = ["one", "other"].map(form_token);
        assert_ne!(tokens[0], tokens[1]);
        for token in tokens {
            assert!(token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit()));
        }
    }
}
