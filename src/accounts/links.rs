//! One-time links with which people set their passwords: for a new account,
//! and where a password was reset.
//!
//! A link is no [`Credential`](super::Credential). It proves who somebody is
//! for one thing, and there is no way to take it to any other door.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool};

use crate::accounts::secrets::hash_of;
use crate::domain::{SecretHash, UserId};
use crate::store::statement::statement;

/// What somebody shows who comes with a link.
#[derive(Debug, Clone)]
pub struct Link(SecretHash);

impl Link {
    /// Returns what is stored of a link whose secret somebody shows, be it one
    /// that never was.
    pub fn of(secret: &str) -> Self {
        Self(hash_of(secret))
    }

    pub(crate) fn hash(&self) -> &SecretHash {
        &self.0
    }
}

/// Returns the address of the page that a secret opens, below the site's own.
///
/// The secret stands behind the question mark, since the log names paths alone;
/// the form then carries it in its body.
pub fn address(secret: &str) -> String {
    format!("/set-password?link={secret}")
}

/// Returns whose password the link sets, or `None` when it does not work: it is
/// unknown, used, replaced or expired, or the account's password or state has
/// changed since. Looking does not use it up.
///
/// # Errors
///
/// The database's.
pub fn whose(conn: &mut PgConnection, link: &Link) -> QueryResult<Option<UserId>> {
    let found = statement::<BigInt>(
        "SELECT u.id FROM password_links l JOIN users u ON u.id = l.user_id
         WHERE l.secret_hash = $1 AND password_link_works(l, u)",
    )
    .bind::<Binary, _>(link.hash().as_bytes())
    .get_result::<i64>(conn)
    .optional()?;
    Ok(found.map(UserId))
}

/// Returns whether a link of this account's waits to be used.
///
/// # Errors
///
/// The database's.
pub fn is_waiting(conn: &mut PgConnection, user: UserId) -> QueryResult<bool> {
    statement::<Bool>(
        "SELECT EXISTS (
             SELECT FROM password_links l JOIN users u ON u.id = l.user_id
             WHERE l.user_id = $1 AND password_link_works(l, u))",
    )
    .bind::<BigInt, _>(user.0)
    .get_result(conn)
}
