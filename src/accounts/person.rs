//! Accounts by id and by username, their passwords and their locks.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Text};
use jiff::Timestamp;

use crate::domain::{Byline, Person, UserId, Username};
use crate::store::Transaction;
use crate::store::row::{row, select};
use crate::store::schema::users;
use crate::store::statement::statement;

/// Returns the active person with a username.
pub fn find(conn: &mut PgConnection, username: &Username) -> QueryResult<Option<Person>> {
    Ok(find_any(conn, username)?.filter(|found| found.is_active).map(|found| found.person))
}

/// Returns the names of an account.
pub fn byline_of(conn: &mut PgConnection, id: UserId) -> QueryResult<Byline> {
    select::<Person>("SELECT {columns} FROM users u WHERE u.id = $1")
        .bind::<BigInt, _>(id.0)
        .get_result::<Person>(conn)
        .map(|person| person.byline())
}

/// Returns whether any account exists.
pub fn any_exists(conn: &mut PgConnection) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(users::table.select(users::id))).get_result(conn)
}

row! {
    /// One line of the list of accounts.
    #[derive(Debug)]
    pub struct AccountLine {
        pub person: Person,
        pub is_active: bool = "u.is_active",
        pub created_at: Timestamp = "u.created_at",
    }
}

/// Returns every account, sorted by username.
pub fn list(conn: &mut PgConnection) -> QueryResult<Vec<AccountLine>> {
    select::<AccountLine>("SELECT {columns} FROM users u ORDER BY u.username").load(conn)
}

row! {
    /// A person whose account is locked.
    #[derive(Debug)]
    pub(crate) struct LockedPerson {
        pub(crate) person: Person,
        pub(crate) is_active: bool = "u.is_active",
    }
}

/// Serializes the transactions that create a first account.
pub(crate) fn lock_first(tx: &mut Transaction<'_>) -> QueryResult<()> {
    statement::<Bool>("SELECT pg_advisory_xact_lock(1, 0) IS NOT NULL")
        .get_result::<bool>(tx.conn())
        .map(|_| ())
}

/// Locks accounts in ascending id, whatever order they are given in. So two people who
/// change each other's accounts at the same time do not deadlock.
pub(crate) fn lock(tx: &mut Transaction<'_>, people: &[UserId]) -> QueryResult<Vec<LockedPerson>> {
    let mut ids: Vec<i64> = people.iter().map(|id| id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    for id in &ids {
        statement::<Bool>("SELECT pg_advisory_xact_lock(1, hashint8($1)) IS NOT NULL")
            .bind::<BigInt, _>(*id)
            .get_result::<bool>(tx.conn())?;
    }
    select::<LockedPerson>(
        "SELECT {columns} FROM users u WHERE u.id = ANY ($1) ORDER BY u.id FOR UPDATE",
    )
    .bind::<Array<BigInt>, _>(ids)
    .load(tx.conn())
}

/// Returns the account with a username.
pub fn find_any(conn: &mut PgConnection, username: &Username) -> QueryResult<Option<AccountLine>> {
    select::<AccountLine>("SELECT {columns} FROM users u WHERE u.username = $1")
        .bind::<Text, _>(username.as_str())
        .get_result(conn)
        .optional()
}

row! {
    /// The password hash of an active account.
    #[derive(Debug, Clone)]
    pub struct StoredPassword {
        pub user: UserId = "id",
        /// The Argon2id hash.
        pub hash: String = "password_hash",
    }
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
    select::<StoredPassword>("SELECT {columns} FROM users WHERE username = $1 AND is_active")
        .bind::<Text, _>(username.as_str())
        .get_result(conn)
        .optional()
}
