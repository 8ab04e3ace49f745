//! The facts about an account that policies look at, read under its lock.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};

use super::sessions::live_sessions;
use super::tokens::working_tokens;
use crate::domain::{OwnChange, Person, TokenId, UserId};
use crate::policies::accounts::Account;
use crate::policies::own_account::OwnAccount;
use crate::store::row::{row, select};

/// Returns the facts about an account that staff want to change, and about one
/// of its tokens.
pub(crate) fn account(
    conn: &mut PgConnection,
    person: Person,
    is_active: bool,
    token: Option<TokenId>,
) -> QueryResult<Account> {
    let row = select::<AccountFactsRow>("SELECT {columns}")
        .bind::<BigInt, _>(person.id.0)
        .bind::<Nullable<BigInt>, _>(token.map(|token| token.0))
        .get_result::<AccountFactsRow>(conn)?;
    Ok(Account {
        person,
        is_active,
        is_signed_in: row.is_signed_in,
        active_staff: row.active_staff,
        has_token: row.has_token,
    })
}

row! {
    struct AccountFactsRow {
        is_signed_in: bool =
            concat!("EXISTS (SELECT FROM ", live_sessions!(), " WHERE s.user_id = $1)"),
        active_staff: i64 = "(SELECT coalesce(max(active_staff), 0)::bigint FROM staff_roster)",
        has_token: bool =
            concat!("EXISTS (SELECT FROM ", working_tokens!(), " WHERE t.id = $2 AND t.user_id = $1)"),
    }
}

/// Returns the facts about an account whose owner wants to change it. `this` is
/// the stored hash of the owner's session. `shown` is the password hash that
/// the shown password matched before the lock was taken.
pub(crate) fn own(
    conn: &mut PgConnection,
    owner: UserId,
    change: &OwnChange,
    this: &[u8],
    shown: Option<&str>,
) -> QueryResult<OwnAccount> {
    let (session, token, name) = match change {
        OwnChange::Password(_) | OwnChange::EndOtherSessions => (None, None, None),
        OwnChange::EndSession(number) => (Some(*number), None, None),
        OwnChange::RevokeToken(token) => (None, Some(token.0), None),
        OwnChange::MakeToken(token) => (None, None, Some(token.name.as_str())),
    };
    select::<OwnAccount>(concat!(
        "WITH live AS (SELECT s.number, s.id_hash FROM ",
        live_sessions!(),
        " WHERE s.user_id = $1),
         working AS (SELECT t.id, t.name FROM ",
        working_tokens!(),
        " WHERE t.user_id = $1)
         SELECT {columns}"
    ))
    .bind::<BigInt, _>(owner.0)
    .bind::<Nullable<Text>, _>(shown)
    .bind::<Binary, _>(this)
    .bind::<Nullable<BigInt>, _>(session)
    .bind::<Nullable<BigInt>, _>(token)
    .bind::<Nullable<Text>, _>(name)
    .get_result(conn)
}

row! {
    for OwnAccount {
        is_proven: bool =
            "coalesce((SELECT password_hash = $2 FROM users WHERE id = $1), false)",
        has_other_sessions: bool = "EXISTS (SELECT FROM live WHERE id_hash <> $3)",
        has_session: bool = "EXISTS (SELECT FROM live WHERE number = $4)",
        has_token: bool = "EXISTS (SELECT FROM working WHERE id = $5)",
        has_token_of_that_name: bool =
            "EXISTS (SELECT FROM working WHERE lower(name) = lower($6))",
        tokens: i64 = "(SELECT count(*) FROM working)",
    }
}
