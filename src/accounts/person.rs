//! Accounts by id and by name, and their locks.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Text};
use jiff::Timestamp;
use jiff_diesel::Timestamp as Stored;

use crate::domain::{Person, RoleSet, UserId};
use crate::store::Transaction;
use crate::store::schema::users;
use crate::store::statement::statement;

/// The columns of a [`Person`].
pub(super) type PersonSqlType = (BigInt, Text, Text, Array<Text>);
pub(super) type PersonRow = (i64, String, String, Vec<String>);

pub(super) fn person((id, username, display_name, roles): PersonRow) -> Person {
    let held: Vec<_> = roles.iter().filter_map(|role| role.parse().ok()).collect();
    Person { id: UserId(id), username, display_name, roles: RoleSet::of(&held) }
}

/// Returns the active person with a username.
///
/// # Errors
///
/// The database's.
pub fn find(conn: &mut PgConnection, username: &str) -> QueryResult<Option<Person>> {
    let row = users::table
        .filter(users::username.eq(username).and(users::is_active))
        .select((users::id, users::username, users::display_name, users::roles))
        .first::<PersonRow>(conn)
        .optional()?;
    Ok(row.map(person))
}

/// Returns the name that somebody signs in with.
///
/// # Errors
///
/// The database's; nobody having the id is one.
pub fn whose_account(conn: &mut PgConnection, id: UserId) -> QueryResult<String> {
    users::table.find(id.0).select(users::username).first(conn)
}

/// Returns whether there is any account yet.
///
/// # Errors
///
/// The database's.
pub fn exist(conn: &mut PgConnection) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(users::table.select(users::id))).get_result(conn)
}

/// One line of the list of accounts.
#[derive(Debug)]
pub struct AccountLine {
    /// Whose account it is.
    pub person: Person,
    /// Whether they may come in.
    pub is_active: bool,
    /// When the account was created.
    pub created_at: Timestamp,
}

/// Returns every account by username.
///
/// # Errors
///
/// The database's.
pub fn list(conn: &mut PgConnection) -> QueryResult<Vec<AccountLine>> {
    let rows = users::table
        .select((
            (users::id, users::username, users::display_name, users::roles),
            users::is_active,
            users::created_at,
        ))
        .order(users::username)
        .load::<(PersonRow, bool, Stored)>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(row, is_active, created_at)| AccountLine {
            person: person(row),
            is_active,
            created_at: created_at.to_jiff(),
        })
        .collect())
}

/// A person whose account is locked.
#[derive(Debug)]
pub(crate) struct LockedPerson {
    pub(crate) person: Person,
    pub(crate) is_active: bool,
}

/// Makes those who would create the first account take turns.
pub(crate) fn lock_first(tx: &mut Transaction<'_>) -> QueryResult<()> {
    statement::<Bool>("SELECT pg_advisory_xact_lock(1, 0) IS NOT NULL")
        .get_result::<bool>(tx.conn())
        .map(|_| ())
}

/// Locks people in ascending id, whatever order they are named in, so that two
/// who change each other's accounts meet in the same order.
pub(crate) fn lock(tx: &mut Transaction<'_>, people: &[UserId]) -> QueryResult<Vec<LockedPerson>> {
    type Row = (BigInt, Text, Text, Array<Text>, Bool);
    let mut ids: Vec<i64> = people.iter().map(|id| id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    for id in &ids {
        statement::<Bool>("SELECT pg_advisory_xact_lock(1, hashint8($1)) IS NOT NULL")
            .bind::<BigInt, _>(*id)
            .get_result::<bool>(tx.conn())?;
    }
    let rows = statement::<Row>(
        "SELECT id, username, display_name, roles, is_active
         FROM users WHERE id = ANY ($1) ORDER BY id FOR UPDATE",
    )
    .bind::<Array<BigInt>, _>(ids)
    .load::<(i64, String, String, Vec<String>, bool)>(tx.conn())?;
    Ok(rows
        .into_iter()
        .map(|(id, username, display_name, roles, is_active)| LockedPerson {
            person: person((id, username, display_name, roles)),
            is_active,
        })
        .collect())
}

/// Returns whoever has a username, and whether they may come in.
///
/// # Errors
///
/// The database's.
pub fn known_as(conn: &mut PgConnection, username: &str) -> QueryResult<Option<(Person, bool)>> {
    let row = users::table
        .filter(users::username.eq(username))
        .select(((users::id, users::username, users::display_name, users::roles), users::is_active))
        .first::<(PersonRow, bool)>(conn)
        .optional()?;
    Ok(row.map(|(row, is_active)| (person(row), is_active)))
}
