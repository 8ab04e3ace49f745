//! People: who acts, how they sign in, and how accounts change.
//!
//! A session, or any other credential, carries an identity and never
//! authority. Authority is read here, from the row that a transaction pins, at
//! the moment of acting.

pub mod changes;
pub mod devices;
pub mod directory;
mod facts;
pub mod links;
mod lookup;
pub mod passwords;
pub mod secrets;
pub mod sessions;
pub mod sign_in;
pub mod tokens;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Bool, Integer, Text, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::Timestamp as Stored;

use crate::domain::{Actor, Person, RoleSet, SecretHash, UserId};
use crate::store::Transaction;
use crate::store::schema::users;
use crate::store::statement::statement;

pub use lookup::known_as;
pub use sessions::SessionId;

/// What somebody shows to say who they are.
#[derive(Debug, Clone)]
pub enum Credential {
    /// A browser's session.
    Session(SessionId),
    /// A program's token, as it is stored.
    Token(SecretHash),
    /// An account named by an operator who already has the machine.
    Account(UserId),
}

/// The columns of a [`Person`].
type PersonSqlType = (BigInt, Text, Text, Array<Text>);
type PersonRow = (i64, String, String, Vec<String>);

fn person((id, username, display_name, roles): PersonRow) -> Person {
    let held: Vec<_> = roles.iter().filter_map(|role| role.parse().ok()).collect();
    Person { id: UserId(id), username, display_name, roles: RoleSet::of(&held) }
}

/// Returns who acts, with the roles they hold now, or `None` when the
/// credential is unknown, over or a deactivated account's.
///
/// The row stays pinned (`FOR KEY SHARE`) until the transaction ends, and a
/// change of authority is a change of its key: it waits for this transaction,
/// or this one waits for it and then reads what it left. The session or the
/// token is pinned too, so that whoever has been told that it is over is right.
///
/// Row locks are not fair: sharers that overlap could keep a revocation
/// waiting for ever. The advisory lock in front of them is: who comes after a
/// waiting change of the account waits behind it.
///
/// # Errors
///
/// The database's.
pub fn load<'tx>(
    tx: &mut Transaction<'tx>,
    credential: &Credential,
) -> QueryResult<Option<Actor<'tx>>> {
    let row = match credential {
        Credential::Token(token) => {
            return Ok(tokens::pin(tx, token)?.map(|person| Actor::pinned(person, tx.within())));
        }
        Credential::Session(session) => statement::<PersonSqlType>(
            "SELECT u.id, u.username, u.display_name, u.roles
             FROM sessions s JOIN users u ON u.id = s.user_id
             WHERE s.id_hash = $1 AND s.ended_at IS NULL
               AND s.expires_at > clock_timestamp()
               AND s.last_used_at > clock_timestamp() - make_interval(secs => $2)
               AND s.created_at >= u.sessions_valid_from AND u.is_active
               AND pg_advisory_xact_lock_shared(1, hashint8(u.id)) IS NOT NULL
             FOR KEY SHARE OF u FOR SHARE OF s",
        )
        .bind::<Binary, _>(session.hash())
        .bind::<Integer, _>(sessions::IDLE_SECONDS)
        .get_result::<PersonRow>(tx.conn())
        .optional()?,
        Credential::Account(id) => statement::<PersonSqlType>(
            "SELECT u.id, u.username, u.display_name, u.roles
             FROM users u
             WHERE u.id = $1 AND u.is_active
               AND pg_advisory_xact_lock_shared(1, hashint8(u.id)) IS NOT NULL
             FOR KEY SHARE",
        )
        .bind::<BigInt, _>(id.0)
        .get_result::<PersonRow>(tx.conn())
        .optional()?,
    };
    Ok(row.map(|row| Actor::pinned(person(row), tx.within())))
}

/// Returns who a credential names, without pinning anything: for pages, and
/// for refusing early.
///
/// # Errors
///
/// The database's.
pub fn identify(conn: &mut PgConnection, credential: &Credential) -> QueryResult<Option<Person>> {
    match credential {
        Credential::Session(session) => sessions::viewer(conn, session),
        Credential::Token(token) => Ok(tokens::find(conn, token)?.map(|bearer| bearer.person)),
        Credential::Account(id) => {
            let row = users::table
                .filter(users::id.eq(id.0).and(users::is_active))
                .select((users::id, users::username, users::display_name, users::roles))
                .first::<PersonRow>(conn)
                .optional()?;
            Ok(row.map(person))
        }
    }
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

/// Locks people in ascending id, whatever order they are named in, so that two
/// who change each other's accounts meet in the same order.
fn lock(
    tx: &mut Transaction<'_>,
    people: &[UserId],
) -> QueryResult<Vec<(Person, bool, Timestamp)>> {
    type Row = (BigInt, Text, Text, Array<Text>, Bool, Timestamptz);
    let mut ids: Vec<i64> = people.iter().map(|id| id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    for id in &ids {
        statement::<Bool>("SELECT pg_advisory_xact_lock(1, hashint8($1)) IS NOT NULL")
            .bind::<BigInt, _>(*id)
            .get_result::<bool>(tx.conn())?;
    }
    let rows = statement::<Row>(
        "SELECT id, username, display_name, roles, is_active, created_at
         FROM users WHERE id = ANY ($1) ORDER BY id FOR UPDATE",
    )
    .bind::<Array<BigInt>, _>(ids)
    .load::<(i64, String, String, Vec<String>, bool, Stored)>(tx.conn())?;
    Ok(rows
        .into_iter()
        .map(|(id, username, display_name, roles, is_active, at)| {
            (person((id, username, display_name, roles)), is_active, at.to_jiff())
        })
        .collect())
}
