//! Signing in: counting attempts, and finding whose password it would be.

use std::net::IpAddr;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Integer, Text};
use sha2::{Digest, Sha256};

use crate::domain::{UserId, Username};
use crate::store::schema::users;
use crate::store::statement::statement;

/// How long attempts are counted together: 15 minutes, in seconds.
const WINDOW_SECONDS: i32 = 15 * 60;

/// How many failed attempts an account name gets in a window.
pub const PER_ACCOUNT: i32 = 10;

/// How many failed attempts a network address gets in a window.
pub const PER_ADDRESS: i32 = 50;

/// Too many attempts: how many seconds to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttled {
    /// Seconds until the window ends.
    pub retry_after: i32,
}

/// What is counted together.
enum Counted<'a> {
    Account(&'a str),
    Address(IpAddr),
}

impl Counted<'_> {
    fn kind(&self) -> &'static str {
        match self {
            Self::Account(_) => "account",
            Self::Address(_) => "address",
        }
    }

    fn limit(&self) -> i32 {
        match self {
            Self::Account(_) => PER_ACCOUNT,
            Self::Address(_) => PER_ADDRESS,
        }
    }

    /// Names are stored hashed: people type passwords into the wrong field.
    fn subject(&self) -> [u8; 32] {
        match self {
            Self::Account(name) => Sha256::digest(name.trim().to_lowercase().as_bytes()).into(),
            Self::Address(address) => Sha256::digest(network(*address)).into(),
        }
    }
}

/// Returns the address, or for IPv6 the /64 that one subscriber commands.
fn network(address: IpAddr) -> Vec<u8> {
    match address.to_canonical() {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets()[..8].to_vec(),
    }
}

/// Counts an attempt *before* the password is checked, so that a hundred at
/// once are a hundred; [`forgive`] takes a successful one back. Names that
/// nobody has are counted just the same.
pub fn count_attempt(
    conn: &mut PgConnection,
    username: &str,
    address: IpAddr,
) -> QueryResult<Result<(), Throttled>> {
    for counted in [Counted::Address(address), Counted::Account(username)] {
        if let Err(throttled) = count(conn, &counted)? {
            return Ok(Err(throttled));
        }
    }
    Ok(Ok(()))
}

/// Counts an attempt from an address by somebody who gives no name.
pub fn count_nameless_attempt(
    conn: &mut PgConnection,
    address: IpAddr,
) -> QueryResult<Result<(), Throttled>> {
    count(conn, &Counted::Address(address))
}

fn count(conn: &mut PgConnection, counted: &Counted<'_>) -> QueryResult<Result<(), Throttled>> {
    let (attempts, retry_after) = statement::<(Integer, Integer)>(
        "INSERT INTO sign_in_throttle AS t (kind, subject_hash, attempts)
         VALUES ($1, $2, 1)
         ON CONFLICT (kind, subject_hash) DO UPDATE SET
             attempts = CASE
                 WHEN t.window_began_at < clock_timestamp() - make_interval(secs => $3) THEN 1
                 ELSE least(t.attempts, 1000000) + 1 END,
             window_began_at = CASE
                 WHEN t.window_began_at < clock_timestamp() - make_interval(secs => $3)
                 THEN clock_timestamp() ELSE t.window_began_at END
         RETURNING t.attempts,
             greatest(1, ceil($3 - extract(epoch FROM clock_timestamp() - t.window_began_at)))::integer",
    )
    .bind::<Text, _>(counted.kind())
    .bind::<Binary, _>(counted.subject().to_vec())
    .bind::<Integer, _>(WINDOW_SECONDS)
    .get_result::<(i32, i32)>(conn)?;
    Ok(if attempts > counted.limit() { Err(Throttled { retry_after }) } else { Ok(()) })
}

/// Takes a successful attempt back: the account's count begins anew, the
/// address's goes down by one.
pub fn forgive(conn: &mut PgConnection, username: &str, address: IpAddr) -> QueryResult<()> {
    statement::<BigInt>(
        "WITH forgiven AS (
             UPDATE sign_in_throttle
             SET attempts = CASE kind WHEN 'account' THEN 0 ELSE greatest(attempts - 1, 0) END
             WHERE (kind = 'account' AND subject_hash = $1)
                OR (kind = 'address' AND subject_hash = $2)
             RETURNING 1
         ) SELECT count(*) FROM forgiven",
    )
    .bind::<Binary, _>(Counted::Account(username).subject().to_vec())
    .bind::<Binary, _>(Counted::Address(address).subject().to_vec())
    .get_result::<i64>(conn)?;
    Ok(())
}

/// Returns the account and the password hash behind a name, if it is active.
pub fn find_hash(conn: &mut PgConnection, username: &str) -> QueryResult<Option<(UserId, String)>> {
    // What is no name at all is nobody's, and some of it PostgreSQL cannot even be asked for.
    let Ok(username) = Username::parse(username) else {
        return Ok(None);
    };
    let row = users::table
        .filter(users::username.eq(username.as_str()).and(users::is_active))
        .select((users::id, users::password_hash))
        .first::<(i64, String)>(conn)
        .optional()?;
    Ok(row.map(|(id, hash)| (UserId(id), hash)))
}
