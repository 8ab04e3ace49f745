use diesel::prelude::*;

use crate::domain::{UserId, Username};
use crate::store::schema::users;

/// The password hash of an active account.
#[derive(Debug, Clone, Queryable)]
pub struct StoredPassword {
    /// The account.
    pub user: UserId,
    /// The Argon2id hash.
    pub hash: String,
}

/// Returns the password hash of the active account with a username.
pub fn stored_password(
    conn: &mut PgConnection,
    username: &str,
) -> QueryResult<Option<StoredPassword>> {
    // Text that is no username has no account, and some of it PostgreSQL refuses.
    let Ok(username) = Username::parse(username) else {
        return Ok(None);
    };
    users::table
        .filter(users::username.eq(username.as_str()).and(users::is_active))
        .select((users::id, users::password_hash))
        .first(conn)
        .optional()
}
