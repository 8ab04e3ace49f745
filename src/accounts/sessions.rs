//! Signed-in browsers. The id is 244 random bits and lives in a cookie; the
//! database knows its SHA-256 and whose it is.

use std::fmt;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Integer, Text, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::Timestamp as Stored;
use sha2::{Digest, Sha256};

use crate::accounts::person::{PersonRow, PersonSqlType, person};
use crate::domain::{Person, SecretHash, UserId};
use crate::store::schema::{cookie_key, sessions};
use crate::store::statement::statement;

/// A session is over after this long, used or not: 7 days, in seconds.
pub const LIFETIME_SECONDS: i32 = 7 * 24 * 60 * 60;

/// What the database knows of a session's id: its SHA-256.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionId([u8; 32]);

impl SessionId {
    /// Returns what is stored of the id that a cookie carries.
    pub fn of(key: &str) -> Self {
        Self(Sha256::digest(key.as_bytes()).into())
    }

    /// Returns what is stored, to begin a session with.
    pub fn stored(&self) -> SecretHash {
        SecretHash::new(self.0)
    }

    /// Returns the 32 bytes.
    pub fn hash(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SessionId(..)")
    }
}

/// Returns the token that forms of a session carry against cross-site requests.
/// It follows from the secret id, so it needs no storage and tells nothing.
pub fn form_token(key: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"imprimatur form token\0");
    hash.update(key.as_bytes());
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Begins a session on a device for a person who has shown the password with
/// this hash; returns false when the password or the account has changed since.
///
/// The hash is compared under the account's lock, which a change of the password
/// takes, too: once that change is acknowledged, no session begins with the old
/// password. `FOR SHARE` waits for a hand-typed `UPDATE` as well, and reads the
/// row that it left.
///
/// # Errors
///
/// The database's.
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
         )
         INSERT INTO sessions (id_hash, user_id, created_at, expires_at, device)
         SELECT $1, id, at, at + make_interval(secs => $2), $5
         FROM account, LATERAL (SELECT clock_timestamp() AS at) AS now
         WHERE password_hash = $4 AND is_active
         RETURNING true",
    )
    .bind::<Binary, _>(session.hash())
    .bind::<Integer, _>(LIFETIME_SECONDS)
    .bind::<BigInt, _>(user.0)
    .bind::<Text, _>(password_hash)
    .bind::<Text, _>(device)
    .load::<bool>(conn)?;
    Ok(!begun.is_empty())
}

/// Returns whose session it is, for showing them pages, or `None` when it is
/// over. At most once a minute it notes that the session was used.
///
/// # Errors
///
/// The database's.
pub fn viewer(conn: &mut PgConnection, session: &SessionId) -> QueryResult<Option<Person>> {
    let row = statement::<(PersonSqlType, Bool)>(
        "SELECT u.id, u.username, u.display_name, u.roles,
                s.last_used_at < clock_timestamp() - interval '1 minute'
         FROM sessions s JOIN users u ON u.id = s.user_id
         WHERE s.id_hash = $1 AND session_is_live(s, u)",
    )
    .bind::<Binary, _>(session.hash())
    .get_result::<(PersonRow, bool)>(conn)
    .optional()?;
    match row {
        None => Ok(None),
        Some((row, is_stale)) => {
            if is_stale {
                diesel::update(sessions::table.find(session.hash()))
                    .set(sessions::last_used_at.eq(diesel::dsl::now))
                    .execute(conn)?;
            }
            Ok(Some(person(row)))
        }
    }
}

/// Ends a session, wherever it is.
///
/// # Errors
///
/// The database's.
pub fn end(conn: &mut PgConnection, session: &SessionId) -> QueryResult<()> {
    diesel::update(sessions::table.find(session.hash()).filter(sessions::ended_at.is_null()))
        .set(sessions::ended_at.eq(diesel::dsl::now))
        .execute(conn)?;
    Ok(())
}

/// A browser that somebody is signed in with.
#[derive(Debug)]
pub struct SessionLine {
    /// What the session is called: its id is a secret.
    pub number: i64,
    /// On what it began, in few words.
    pub device: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, give or take a minute.
    pub last_used_at: Timestamp,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

/// How many sessions of a person are looked at.
const MOST: i64 = 100;

/// Returns the sessions of a person that are not over, the last used first, at
/// most 100; `asking` is the one that asks.
///
/// # Errors
///
/// The database's.
pub fn of_person(
    conn: &mut PgConnection,
    user: UserId,
    asking: Option<&SessionId>,
) -> QueryResult<Vec<SessionLine>> {
    type Row = (BigInt, Text, Timestamptz, Timestamptz, Bool);
    let rows = statement::<Row>(
        "SELECT s.number, s.device, s.created_at, s.last_used_at, s.id_hash = $2
         FROM sessions s JOIN users u ON u.id = s.user_id
         WHERE s.user_id = $1 AND session_is_live(s, u)
         ORDER BY s.last_used_at DESC",
    )
    .bind::<BigInt, _>(user.0)
    .bind::<Binary, _>(asking.map_or(&[][..], SessionId::hash))
    .at_most(MOST)
    .load::<(i64, String, Stored, Stored, bool)>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(number, device, created_at, last_used_at, is_this)| SessionLine {
            number,
            device,
            created_at: created_at.to_jiff(),
            last_used_at: last_used_at.to_jiff(),
            is_this,
        })
        .collect())
}

/// Returns the 64 bytes that every server process signs cookies with.
///
/// # Errors
///
/// The database's.
pub fn signing_key(conn: &mut PgConnection) -> QueryResult<Vec<u8>> {
    cookie_key::table.select(cookie_key::key).first(conn)
}

/// Forgets sessions and sign-in windows that are long over; returns how many.
///
/// # Errors
///
/// The database's.
pub fn purge_expired(conn: &mut PgConnection) -> QueryResult<i64> {
    statement::<BigInt>("SELECT purge_expired()").get_result(conn)
}

/// Returns a new secret id for nobody yet: 244 random bits as letters and digits.
pub fn random_key() -> String {
    format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple())
}

/// Returns a new secret id for a person's session. It names them, so that a
/// form that outlives its session still tells whose it was; it proves nothing.
pub fn random_key_of(user: UserId) -> String {
    format!("{user}.{}", random_key())
}

/// Returns whose session an id says that it is of.
pub fn owner_of(key: &str) -> Option<UserId> {
    key.split_once('.').and_then(|(owner, _)| owner.parse().ok()).map(UserId)
}
