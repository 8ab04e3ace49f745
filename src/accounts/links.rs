//! One-time links to set a password: for a new account, and after a reset.
//!
//! A link is not a [`Credential`](super::Credential): it allows this one change
//! and no other action.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool};

use crate::accounts::secrets::hash_of;
use crate::domain::{SecretHash, UserId};
use crate::store::statement::statement;

/// A one-time link as it is stored: the hash of its secret.
#[derive(Debug, Clone)]
pub struct Link(SecretHash);

impl Link {
    /// Returns the link with this secret, whether or not it exists.
    pub fn of(secret: &str) -> Self {
        Self(hash_of(secret))
    }

    pub(crate) fn hash(&self) -> &SecretHash {
        &self.0
    }
}

/// Returns the path and query of the page for a secret.
///
/// The secret is in the query because the log contains paths only. The form
/// sends it in the body.
pub fn address(secret: &str) -> String {
    format!("/set-password?link={secret}")
}

/// Returns the account whose password the link sets, or `None` when it does not work.
/// It is then unknown, used, replaced or expired, or the account's password or state
/// has changed since. This does not use the link up.
pub fn owner(conn: &mut PgConnection, link: &Link) -> QueryResult<Option<UserId>> {
    let found = statement::<BigInt>(
        "SELECT u.id FROM password_links l JOIN users u ON u.id = l.user_id
         WHERE l.secret_hash = $1 AND password_link_works(l, u)",
    )
    .bind::<Binary, _>(link.hash().as_bytes())
    .get_result::<i64>(conn)
    .optional()?;
    Ok(found.map(UserId))
}

/// Returns whether the account has a link that still works.
pub fn has_open(conn: &mut PgConnection, user: UserId) -> QueryResult<bool> {
    statement::<Bool>(
        "SELECT EXISTS (
             SELECT FROM password_links l JOIN users u ON u.id = l.user_id
             WHERE l.user_id = $1 AND password_link_works(l, u))",
    )
    .bind::<BigInt, _>(user.0)
    .get_result(conn)
}
