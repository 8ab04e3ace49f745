//! Accounts by id and by username, their passwords and their locks.

use diesel::deserialize;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Text};
use jiff::Timestamp;
use jiff_diesel::Timestamp as Stored;

use crate::domain::{Byline, Person, RoleSet, UserId, Username};
use crate::store::Transaction;
use crate::store::schema::users;
use crate::store::statement::statement;

/// The columns id, username, display_name and roles of `users`.
pub(crate) type PersonSqlType = (BigInt, Text, Text, Array<Text>);

impl Queryable<PersonSqlType, Pg> for Person {
    type Row = (UserId, String, String, Vec<String>);

    fn build((id, username, display_name, roles): Self::Row) -> deserialize::Result<Self> {
        let held: Vec<_> = roles.iter().filter_map(|role| role.parse().ok()).collect();
        Ok(Self { id, username, display_name, roles: RoleSet::of(&held) })
    }
}

/// Returns the active person with a username.
pub fn find(conn: &mut PgConnection, username: &Username) -> QueryResult<Option<Person>> {
    Ok(find_any(conn, username)?.filter(|(_, is_active)| *is_active).map(|(person, _)| person))
}

/// Returns the names of an account.
pub fn byline_of(conn: &mut PgConnection, id: UserId) -> QueryResult<Byline> {
    let names = users::table.find(id.0).select((users::username, users::display_name));
    let (username, name) = names.first(conn)?;
    Ok(Byline { id, name, username })
}

/// Returns whether any account exists.
pub fn any_exists(conn: &mut PgConnection) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(users::table.select(users::id))).get_result(conn)
}

/// One line of the list of accounts.
#[derive(Debug, Queryable)]
pub struct AccountLine {
    /// The owner.
    pub person: Person,
    /// Whether the owner can sign in.
    pub is_active: bool,
    /// When the account was created.
    #[diesel(deserialize_as = Stored)]
    pub created_at: Timestamp,
}

/// Returns every account, sorted by username.
pub fn list(conn: &mut PgConnection) -> QueryResult<Vec<AccountLine>> {
    users::table
        .select((
            (users::id, users::username, users::display_name, users::roles),
            users::is_active,
            users::created_at,
        ))
        .order(users::username)
        .load(conn)
}

/// A person whose account is locked.
#[derive(Debug, Queryable)]
pub(crate) struct LockedPerson {
    pub(crate) person: Person,
    pub(crate) is_active: bool,
}

/// Serializes the transactions that create a first account.
pub(crate) fn lock_first(tx: &mut Transaction<'_>) -> QueryResult<()> {
    statement::<Bool>("SELECT pg_advisory_xact_lock(1, 0) IS NOT NULL")
        .get_result::<bool>(tx.conn())
        .map(|_| ())
}

/// Locks accounts in ascending id, whatever order they are given in: two people
/// who change each other's accounts at the same time do not deadlock.
pub(crate) fn lock(tx: &mut Transaction<'_>, people: &[UserId]) -> QueryResult<Vec<LockedPerson>> {
    let mut ids: Vec<i64> = people.iter().map(|id| id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    for id in &ids {
        statement::<Bool>("SELECT pg_advisory_xact_lock(1, hashint8($1)) IS NOT NULL")
            .bind::<BigInt, _>(*id)
            .get_result::<bool>(tx.conn())?;
    }
    statement::<(PersonSqlType, Bool)>(
        "SELECT id, username, display_name, roles, is_active
         FROM users WHERE id = ANY ($1) ORDER BY id FOR UPDATE",
    )
    .bind::<Array<BigInt>, _>(ids)
    .load(tx.conn())
}

/// Returns the person with a username, and whether the account is active.
pub fn find_any(
    conn: &mut PgConnection,
    username: &Username,
) -> QueryResult<Option<(Person, bool)>> {
    users::table
        .filter(users::username.eq(username.as_str()))
        .select(((users::id, users::username, users::display_name, users::roles), users::is_active))
        .first(conn)
        .optional()
}

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
