//! Keeps the invariants of a person's changes to their own account: each concerns that
//! person alone, and leaves its record.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Integer, Nullable, Text};

use crate::domain::{
    AccountEvent, NewPassword, NewToken, OwnChange, Permission, SecretHash, UserId,
};
use crate::invariants::account_record::{Circumstances, RecordEntry, record};
use crate::invariants::accounts::{end_sessions_except, exactly_one, revoke_token, revoke_tokens};
use crate::invariants::{Broken, InvariantViolation};
use crate::policies::Validity;
use crate::store::Transaction;
use crate::store::schema::users;
use crate::store::statement::statement;

/// What proves that the person may change the account.
#[derive(Debug, Clone, Copy)]
pub enum ProvenBy<'a> {
    /// A session, by the hash of its id.
    Session(&'a [u8]),
    /// A one-time link, by the hash of its secret.
    Link(&'a SecretHash),
}

/// Writes a change that was found valid, and its record.
pub fn enforce<'tx>(
    validity: Validity<'tx, '_, OwnChange>,
    proof: ProvenBy<'_>,
    circumstances: &Circumstances<'_>,
    tx: &mut Transaction<'tx>,
) -> Result<(), Broken> {
    let owner = validity.actor().id();
    let (changed, event) = match validity.attempt() {
        OwnChange::Password(new) => {
            if let ProvenBy::Link(link) = proof {
                exactly_one(use_link(tx.conn(), owner, link)?)?;
            }
            (set_password(tx.conn(), owner, new)?, AccountEvent::PasswordSet)
        }
        OwnChange::EndSession(number) => {
            // It may have ended by itself meanwhile, which comes to the same.
            let ended = end_session(tx.conn(), owner, *number)?;
            (ended.max(1), AccountEvent::SessionsEnded)
        }
        OwnChange::EndOtherSessions => {
            let ProvenBy::Session(this) = proof else {
                return Err(InvariantViolation::new("a_link_sets_a_password_and_no_more").into());
            };
            end_sessions_except(tx.conn(), owner, Some(this))?;
            (1, AccountEvent::SessionsEnded)
        }
        OwnChange::MakeToken(token) => {
            (insert_token(tx.conn(), owner, token)?, AccountEvent::TokenMade)
        }
        OwnChange::RevokeToken(token) => {
            (revoke_token(tx.conn(), owner, *token)?, AccountEvent::TokenRevoked)
        }
    };
    exactly_one(changed)?;
    record(tx, owner, owner, RecordEntry::of(event), circumstances)
}

fn use_link(conn: &mut PgConnection, owner: UserId, link: &SecretHash) -> QueryResult<usize> {
    statement::<BigInt>(
        "UPDATE password_links SET used_at = clock_timestamp()
         WHERE secret_hash = $1 AND user_id = $2 AND used_at IS NULL AND replaced_at IS NULL",
    )
    .bind::<Binary, _>(link.as_bytes())
    .bind::<BigInt, _>(owner.0)
    .execute(conn)
}

/// Replaces the password, which ends every session, and starts a new one.
fn set_password(conn: &mut PgConnection, owner: UserId, new: &NewPassword) -> QueryResult<usize> {
    let changed = diesel::update(users::table.find(owner.0))
        .set(users::password_hash.eq(&new.hash))
        .execute(conn)?;
    if !new.keeps_tokens {
        revoke_tokens(conn, owner)?;
    }
    if let Some(session) = &new.session {
        statement::<BigInt>(
            "INSERT INTO sessions (id_hash, user_id, expires_at, device)
             VALUES ($1, $2, statement_timestamp() + make_interval(secs => $3), $4)",
        )
        .bind::<Binary, _>(session.id_hash.as_bytes())
        .bind::<BigInt, _>(owner.0)
        .bind::<Integer, _>(session.lifetime_seconds)
        .bind::<Text, _>(&session.device)
        .execute(conn)?;
    }
    Ok(changed)
}

fn end_session(conn: &mut PgConnection, owner: UserId, number: i64) -> QueryResult<usize> {
    statement::<BigInt>(
        "UPDATE sessions SET ended_at = clock_timestamp()
         WHERE number = $1 AND user_id = $2 AND ended_at IS NULL",
    )
    .bind::<BigInt, _>(number)
    .bind::<BigInt, _>(owner.0)
    .execute(conn)
}

fn insert_token(conn: &mut PgConnection, owner: UserId, token: &NewToken) -> QueryResult<usize> {
    let narrowed = token.permissions.as_ref();
    let narrowed: Option<Vec<&str>> =
        narrowed.map(|held| held.iter().copied().map(Permission::as_str).collect());
    statement::<BigInt>(
        "INSERT INTO tokens (user_id, name, beginning, secret_hash, permissions, expires_at)
         VALUES ($1, $2, $3, $4, $5, statement_timestamp() + make_interval(days => $6))",
    )
    .bind::<BigInt, _>(owner.0)
    .bind::<Text, _>(token.name.as_str())
    .bind::<Text, _>(&token.beginning)
    .bind::<Binary, _>(token.secret.as_bytes())
    .bind::<Nullable<Array<Text>>, _>(narrowed)
    .bind::<Integer, _>(token.lifetime.days())
    .execute(conn)
}
