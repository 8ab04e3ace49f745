//! Who acts: the account that a credential names, read at the moment of acting.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary};

use super::person::{PersonRow, PersonSqlType, person};
use super::sessions::{self, SessionId};
use super::tokens;
use crate::domain::{Actor, Person, SecretHash, UserId};
use crate::store::Transaction;
use crate::store::schema::users;
use crate::store::statement::statement;

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
             WHERE s.id_hash = $1 AND session_is_live(s, u)
               AND pg_advisory_xact_lock_shared(1, hashint8(u.id)) IS NOT NULL
             FOR KEY SHARE OF u FOR SHARE OF s",
        )
        .bind::<Binary, _>(session.hash())
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
