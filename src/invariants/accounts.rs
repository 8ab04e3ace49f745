//! Keeps the invariants of accounts. Once there is an account, an active staff account
//! always exists. No account changes without its record.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Integer, Nullable, Text};

use crate::domain::{
    AccountEvent, LINK_HOURS, NewAccount, Person, Role, RoleSet, SecretHash, TokenId, UserId,
    search,
};
use crate::invariants::account_record::{Circumstances, RecordEntry, record};
use crate::invariants::{Broken, InvariantViolation};
use crate::policies::Validity;
use crate::policies::accounts::{AccountChange, ChangeAccount};
use crate::store::Transaction;
use crate::store::schema::users;
use crate::store::statement::statement;

/// A password link works for this long, unless it is used or replaced: 48
/// hours, in seconds.
pub const LINK_LIFETIME_SECONDS: i32 = LINK_HOURS * 60 * 60;

/// Writes a change that was found valid, and its record. Where the last active
/// staff account would go, the database answers with
/// `there_is_always_an_active_staff_account`.
pub fn enforce<'tx>(
    validity: Validity<'tx, '_, ChangeAccount<'_>>,
    circumstances: &Circumstances<'_>,
    tx: &mut Transaction<'tx>,
) -> Result<(), Broken> {
    let subject = &validity.subject().person;
    let target = users::table.find(subject.id.0);
    let (changed, entry) = match validity.attempt().change {
        AccountChange::Rename { to: name, .. } => {
            (update_name(tx.conn(), subject, name)?, RecordEntry::renamed(name))
        }
        AccountChange::Grant(role) => (
            update_roles(tx.conn(), subject, &subject.roles.with(*role))?,
            RecordEntry::granted(*role),
        ),
        AccountChange::Revoke(role) => (
            update_roles(tx.conn(), subject, &subject.roles.without(*role))?,
            RecordEntry::revoked(*role),
        ),
        AccountChange::Deactivate => {
            let changed = diesel::update(target.filter(users::is_active))
                .set(users::is_active.eq(false))
                .execute(tx.conn())?;
            // Tokens stay revoked after a reactivation. Sessions and the link end
            // by themselves, because the account has changed.
            revoke_tokens(tx.conn(), subject.id)?;
            (changed, RecordEntry::of(AccountEvent::Deactivated))
        }
        AccountChange::Reactivate => (
            diesel::update(target.filter(diesel::dsl::not(users::is_active)))
                .set(users::is_active.eq(true))
                .execute(tx.conn())?,
            RecordEntry::of(AccountEvent::Reactivated),
        ),
        AccountChange::SetPassword(hash) => {
            let changed =
                diesel::update(target).set(users::password_hash.eq(hash)).execute(tx.conn())?;
            revoke_tokens(tx.conn(), subject.id)?;
            (changed, RecordEntry::of(AccountEvent::PasswordSet))
        }
        AccountChange::ResetPassword(reset) => {
            let changed = diesel::update(target)
                .set(users::password_hash.eq(&reset.unusable_hash))
                .execute(tx.conn())?;
            revoke_tokens(tx.conn(), subject.id)?;
            insert_link(tx.conn(), validity.actor().id(), subject.id, &reset.link)?;
            (changed, RecordEntry::of(AccountEvent::PasswordLinkMade))
        }
        AccountChange::EndSessions => {
            // Some may just have ended, so their number proves nothing.
            end_sessions_except(tx.conn(), subject.id, None)?;
            (1, RecordEntry::of(AccountEvent::SessionsEnded))
        }
        AccountChange::RevokeToken(token) => (
            revoke_token(tx.conn(), subject.id, *token)?,
            RecordEntry::of(AccountEvent::TokenRevoked),
        ),
    };
    exactly_one(changed)?;
    record(tx, validity.actor().id(), subject.id, entry, circumstances)
}

/// Refuses a change that did not meet exactly one row.
pub(super) fn exactly_one(changed: usize) -> Result<(), InvariantViolation> {
    match changed {
        1 => Ok(()),
        _ => Err(InvariantViolation::new("one_change_concerns_one_account")),
    }
}

/// Writes an account that staff create, and its record.
pub fn enforce_creation<'tx>(
    validity: Validity<'tx, '_, NewAccount>,
    circumstances: &Circumstances<'_>,
    tx: &mut Transaction<'tx>,
) -> Result<UserId, Broken> {
    let (actor, account) = (validity.actor(), validity.attempt());
    let id = insert(tx, account)?;
    record(tx, actor.id(), id, RecordEntry::of(AccountEvent::Created), circumstances)?;
    for role in account.roles.iter() {
        record(tx, actor.id(), id, RecordEntry::granted(role), circumstances)?;
    }
    if let Some(link) = &account.link {
        insert_link(tx.conn(), actor.id(), id, link)?;
        record(tx, actor.id(), id, RecordEntry::of(AccountEvent::PasswordLinkMade), circumstances)?;
    }
    Ok(id)
}

/// Writes the first account of an empty system, which is its own creator. It
/// holds the role staff, because no other account could grant roles.
pub fn enforce_first_account(
    account: &NewAccount,
    circumstances: &Circumstances<'_>,
    tx: &mut Transaction<'_>,
) -> Result<UserId, Broken> {
    let id = insert(tx, account)?;
    let is_alone =
        users::table.filter(users::id.ne(id.0)).count().get_result::<i64>(tx.conn())? == 0;
    if !is_alone || !account.roles.contains(Role::Staff) {
        return Err(InvariantViolation::new("first_account_is_staff_and_alone").into());
    }
    record(tx, id, id, RecordEntry::of(AccountEvent::Created), circumstances)?;
    for role in account.roles.iter() {
        record(tx, id, id, RecordEntry::granted(role), circumstances)?;
    }
    Ok(id)
}

fn insert(tx: &mut Transaction<'_>, account: &NewAccount) -> Result<UserId, Broken> {
    let name_words = search::document(&[account.username.as_str(), &account.display_name]);
    let id = statement::<BigInt>(
        "INSERT INTO users (username, display_name, password_hash, roles, name_words)
         VALUES ($1, $2, $3, $4, $5::tsvector)
         RETURNING id",
    )
    .bind::<Text, _>(account.username.as_str())
    .bind::<Text, _>(&account.display_name)
    .bind::<Text, _>(&account.password_hash)
    .bind::<Array<Text>, _>(account.roles.names())
    .bind::<Text, _>(name_words)
    .get_result::<i64>(tx.conn())?;
    Ok(UserId(id))
}

/// Replaces a name, and the words that the account is found by.
fn update_name(conn: &mut PgConnection, subject: &Person, name: &str) -> QueryResult<usize> {
    let name_words = search::document(&[subject.username.as_str(), name]);
    statement::<BigInt>(
        "UPDATE users SET display_name = $2, name_words = $3::tsvector
         WHERE id = $1 AND display_name = $4",
    )
    .bind::<BigInt, _>(subject.id.0)
    .bind::<Text, _>(name)
    .bind::<Text, _>(name_words)
    .bind::<Text, _>(&subject.display_name)
    .execute(conn)
}

fn update_roles(conn: &mut PgConnection, subject: &Person, roles: &RoleSet) -> QueryResult<usize> {
    diesel::update(users::table.find(subject.id.0).filter(users::roles.eq(subject.roles.names())))
        .set(users::roles.eq(roles.names()))
        .execute(conn)
}

/// Makes the one link of an account, in place of any that it had.
fn insert_link(
    conn: &mut PgConnection,
    maker: UserId,
    subject: UserId,
    secret: &SecretHash,
) -> QueryResult<()> {
    statement::<BigInt>(
        "UPDATE password_links SET replaced_at = clock_timestamp()
         WHERE user_id = $1 AND used_at IS NULL AND replaced_at IS NULL",
    )
    .bind::<BigInt, _>(subject.0)
    .execute(conn)?;
    statement::<BigInt>(
        "INSERT INTO password_links (user_id, made_by, secret_hash, expires_at)
         VALUES ($1, $2, $3, statement_timestamp() + make_interval(secs => $4))",
    )
    .bind::<BigInt, _>(subject.0)
    .bind::<BigInt, _>(maker.0)
    .bind::<Binary, _>(secret.as_bytes())
    .bind::<Integer, _>(LINK_LIFETIME_SECONDS)
    .execute(conn)?;
    Ok(())
}

/// Maximum sessions that one statement ends, within the time that one has.
const SESSIONS_AT_ONCE: usize = 5_000;

/// Ends the sessions of an account except one. None begins meanwhile: the account is locked.
pub(super) fn end_sessions_except(
    conn: &mut PgConnection,
    subject: UserId,
    kept: Option<&[u8]>,
) -> QueryResult<usize> {
    let numbers = statement::<BigInt>(
        "SELECT number FROM sessions
         WHERE user_id = $1 AND id_hash IS DISTINCT FROM $2 AND ended_at IS NULL",
    )
    .bind::<BigInt, _>(subject.0)
    .bind::<Nullable<Binary>, _>(kept)
    .load::<i64>(conn)?;
    let mut ended = 0;
    for some in numbers.chunks(SESSIONS_AT_ONCE) {
        ended += statement::<BigInt>(
            "UPDATE sessions SET ended_at = clock_timestamp()
             WHERE number = ANY ($1) AND ended_at IS NULL",
        )
        .bind::<Array<BigInt>, _>(some)
        .execute(conn)?;
    }
    Ok(ended)
}

/// Ends every token of an account.
pub(super) fn revoke_tokens(conn: &mut PgConnection, owner: UserId) -> QueryResult<usize> {
    statement::<BigInt>(
        "UPDATE tokens SET revoked_at = clock_timestamp()
         WHERE user_id = $1 AND revoked_at IS NULL",
    )
    .bind::<BigInt, _>(owner.0)
    .execute(conn)
}

/// Ends a token that works; returns how many it was.
pub(super) fn revoke_token(
    conn: &mut PgConnection,
    owner: UserId,
    token: TokenId,
) -> QueryResult<usize> {
    statement::<BigInt>(
        "UPDATE tokens SET revoked_at = clock_timestamp()
         WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL",
    )
    .bind::<BigInt, _>(token.0)
    .bind::<BigInt, _>(owner.0)
    .execute(conn)
}
