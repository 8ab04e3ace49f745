//! The actor: the account that a credential names, read when the actor acts.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary};

use super::sessions::{self, SessionId, live_sessions};
use super::tokens;
use crate::domain::{Actor, Person, SecretHash, Step, UserId};
use crate::store::Transaction;
use crate::store::row::select;

/// What a request shows to identify its account.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Credential {
    /// A browser's session.
    Session(SessionId),
    /// A program's token, as it is stored.
    Token(SecretHash),
    /// An account that the operator of the machine names on the command line.
    Account(UserId),
}

/// Returns the actor with the roles held now, or `None` when the credential is
/// unknown or has ended, or its account is deactivated.
///
/// The `users` row stays locked `FOR KEY SHARE` until the transaction ends. A change of
/// authority locks it exclusively. Either that change waits for this transaction, or
/// this one waits and then reads the new row. The session or token is locked too, after
/// its account: once its end is acknowledged, no transaction uses it.
///
/// Row locks are not fair: overlapping shared locks could keep a revocation
/// waiting for ever. The advisory lock in front of them is fair: a transaction
/// that comes after a waiting revocation queues behind it.
pub fn load<'tx>(
    tx: &mut Transaction<'tx>,
    credential: &Credential,
) -> QueryResult<Option<Actor<'tx>>> {
    let person = match credential {
        Credential::Token(token) => tokens::pin(tx, token)?,
        Credential::Session(session) => select::<Person>(concat!(
            "SELECT {columns} FROM ",
            live_sessions!(),
            " WHERE s.id_hash = $1
               AND pg_advisory_xact_lock_shared(1, hashint8(u.id)) IS NOT NULL
             FOR KEY SHARE OF u FOR SHARE OF s"
        ))
        .bind::<Binary, _>(session.hash())
        .get_result::<Person>(tx.conn())
        .optional()?,
        Credential::Account(id) => select::<Person>(
            "SELECT {columns} FROM users u
             WHERE u.id = $1 AND u.is_active
               AND pg_advisory_xact_lock_shared(1, hashint8(u.id)) IS NOT NULL
             FOR KEY SHARE",
        )
        .bind::<BigInt, _>(id.0)
        .get_result::<Person>(tx.conn())
        .optional()?,
    };
    Step::Actor.reached();
    Ok(person.map(|person| Actor::pinned(person, tx.within())))
}

/// Returns the person that a credential names, without a lock: for rendering,
/// and for early refusals.
pub fn identify(conn: &mut PgConnection, credential: &Credential) -> QueryResult<Option<Person>> {
    match credential {
        Credential::Session(session) => sessions::find(conn, session),
        Credential::Token(token) => Ok(tokens::find(conn, token)?.map(|bearer| bearer.person)),
        Credential::Account(id) => {
            select::<Person>("SELECT {columns} FROM users u WHERE u.id = $1 AND u.is_active")
                .bind::<BigInt, _>(id.0)
                .get_result(conn)
                .optional()
        }
    }
}
