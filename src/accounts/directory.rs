//! The accounts for staff: a list whose cost does not grow with their number,
//! and one account with its record.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Text, Timestamptz};
use jiff::Timestamp;

use crate::accounts::account_search::AccountSearch;
use crate::accounts::facts;
use crate::domain::{AccountEvent, Byline, Person, Role, UserId, Username};
use crate::policies::accounts::Account;
use crate::store::paging::{Cursor, HasCursor, Page, PageRequest};
use crate::store::row::{row, select};
use crate::store::values::byline;

row! {
    /// One line of the list.
    #[derive(Debug)]
    pub struct AccountSummary {
        pub person: Person,
        pub created_at: Timestamp = "u.created_at",
        /// When the owner's sessions were last used, to the minute; `None` is never.
        pub last_seen_at: Option<Timestamp> =
            "(SELECT max(s.last_used_at) FROM sessions s WHERE s.user_id = u.id)",
    }
}

impl HasCursor for AccountSummary {
    fn cursor(&self) -> Cursor {
        Cursor { at: self.created_at, id: self.person.id.0 }
    }
}

/// Which accounts to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountFilter {
    /// Active accounts, or deactivated ones.
    pub is_active: bool,
    /// Accounts with this role.
    pub role: Option<Role>,
    /// Accounts with these words in the username or the display name.
    pub search: Option<AccountSearch>,
}

/// The most accounts that a search finds.
pub const MOST_FOUND: usize = 1_000;

/// Returns a page of the accounts that match the filter, newest first.
pub fn page(
    conn: &mut PgConnection,
    filter: &AccountFilter,
    request: &PageRequest,
) -> QueryResult<Page<AccountSummary>> {
    // The role is part of the SQL, so that the partial index of that role is used.
    let role = filter.role.map(|role| format!(" AND '{}' = ANY (u.roles)", role.as_str()));
    let role = role.unwrap_or_default();
    let (found, condition) = match filter.search {
        None => (String::new(), role),
        // Materialized and bounded. Otherwise the planner may walk all accounts in the
        // order of the list and test each for the words.
        Some(_) => (
            format!(
                "WITH found AS MATERIALIZED (
                     SELECT u.id FROM users u
                     WHERE u.name_words @@ $4::tsquery
                       AND u.is_active = $3{role} LIMIT {MOST_FOUND}) "
            ),
            " AND u.id IN (SELECT id FROM found)".to_owned(),
        ),
    };
    let from_start = request.from_start("u.created_at", "u.id");
    let start = request.start();
    let mut query = select::<AccountSummary>(format!(
        "{found}SELECT {{columns}} FROM users u WHERE u.is_active = $3{condition} AND {from_start}"
    ))
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(start.at))
    .bind::<BigInt, _>(start.id)
    .bind::<Bool, _>(filter.is_active);
    if let Some(search) = &filter.search {
        query = query.bind::<Text, _>(search.pattern.as_str());
    }
    Ok(request.page(query.at_most(request.limit()).load(conn)?))
}

/// One account, as it is now.
#[derive(Debug)]
pub struct AccountDetails {
    /// The facts that policies look at.
    pub account: Account,
    /// When the account was created.
    pub created_at: Timestamp,
    /// When the owner's sessions were last used, to the minute; `None` is never.
    pub last_seen_at: Option<Timestamp>,
}

row! {
    struct AccountRow {
        summary: AccountSummary,
        is_active: bool = "u.is_active",
    }
}

/// Returns the account with a username.
pub fn find(conn: &mut PgConnection, username: &Username) -> QueryResult<Option<AccountDetails>> {
    let row = select::<AccountRow>("SELECT {columns} FROM users u WHERE u.username = $1")
        .bind::<Text, _>(username.as_str())
        .get_result::<AccountRow>(conn)
        .optional()?;
    let Some(AccountRow { summary, is_active }) = row else { return Ok(None) };
    let AccountSummary { person, created_at, last_seen_at } = summary;
    let account = facts::account(conn, person, is_active, None)?;
    Ok(Some(AccountDetails { account, created_at, last_seen_at }))
}

row! {
    /// A line of an account's record.
    #[derive(Debug)]
    pub struct AccountEventLine {
        /// Its number: later lines have higher ones.
        pub id: i64 = "e.id",
        pub at: Timestamp = "e.at",
        pub by: Byline = byline!("actor"),
        pub event: AccountEvent = "e.event",
        /// The role that was granted or revoked.
        pub role: Option<Role> = "e.role",
        /// The display name that it was given.
        pub display_name: Option<String> = "e.display_name",
        pub reason: String = "e.reason",
    }
}

/// Returns at most `limit` lines of an account's record, the latest first,
/// starting before the line `before`.
pub fn events(
    conn: &mut PgConnection,
    subject: UserId,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<AccountEventLine>> {
    select::<AccountEventLine>(
        "SELECT {columns} FROM account_events e JOIN users actor ON actor.id = e.actor_id
         WHERE e.subject_id = $1 AND e.id < $2
         ORDER BY e.id DESC",
    )
    .bind::<BigInt, _>(subject.0)
    .bind::<BigInt, _>(before.unwrap_or(i64::MAX))
    .at_most(limit)
    .load(conn)
}

/// Returns the latest grant of each role that a person holds.
pub fn grants(conn: &mut PgConnection, subject: &Person) -> QueryResult<Vec<AccountEventLine>> {
    select::<AccountEventLine>(
        "SELECT {columns} FROM unnest($2::text[]) AS held (role)
         CROSS JOIN LATERAL (
             SELECT * FROM account_events
             WHERE subject_id = $1 AND event = 'role-granted' AND role = held.role
             ORDER BY id DESC LIMIT 1
         ) AS e
         JOIN users actor ON actor.id = e.actor_id",
    )
    .bind::<BigInt, _>(subject.id.0)
    .bind::<Array<Text>, _>(subject.roles.names())
    .load(conn)
}
