//! Accounts as staff look them up: a list that stays fast however many there
//! are, and one account with everything that is known of it.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::Timestamp as Stored;

use crate::accounts::facts;
use crate::accounts::person::{PersonRow, PersonSqlType, person};
use crate::domain::{Byline, FieldError, Person, Role, UserId};
use crate::policies::accounts::Account;
use crate::store::paging::{Cursor, HasCursor, Order, Page, PageRequest};
use crate::store::statement::{Statement, statement};

/// One line of the list.
#[derive(Debug)]
pub struct Entry {
    /// Whose account it is.
    pub person: Person,
    /// When it was created.
    pub created_at: Timestamp,
    /// When its person was last here, give or take a minute; `None` is never.
    pub last_seen_at: Option<Timestamp>,
}

impl HasCursor for Entry {
    fn place(&self) -> Cursor {
        Cursor { at: self.created_at, id: self.person.id.0 }
    }
}

/// Which accounts are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Those that may come in, or those that may not.
    pub is_active: bool,
    /// Those that hold this role.
    pub role: Option<Role>,
    /// Those with these words in one of their names.
    pub search: Option<Search>,
}

/// The beginnings of words, each of at least two letters or digits. Of those
/// that they find, a thousand are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    typed: String,
    pattern: String,
}

impl Search {
    /// Returns what is looked for, or what to write instead; nothing for blanks.
    pub fn parse(text: &str) -> Result<Option<Self>, FieldError> {
        let typed = text.trim();
        let words: Vec<&str> = typed
            .split(|character: char| !character.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        if typed.is_empty() {
            return Ok(None);
        }
        let is_long_enough = |word: &&str| word.chars().count() >= 2;
        if words.is_empty() || !words.iter().all(is_long_enough) || typed.chars().count() > 100 {
            return Err(FieldError::new(
                "search",
                "Write the beginning of a name: of each word at least two letters or digits.",
            ));
        }
        let pattern: Vec<String> = words.iter().map(|word| format!("{word}:*")).collect();
        Ok(Some(Self { typed: typed.to_owned(), pattern: pattern.join(" & ") }))
    }

    /// Returns the words as they were typed.
    pub fn as_str(&self) -> &str {
        &self.typed
    }
}

type EntrySqlType = (PersonSqlType, Timestamptz, Nullable<Timestamptz>);

/// The statement for accounts that meet a condition, from a place on.
macro_rules! entries {
    ($found:expr, $condition:expr, $newer:literal, $order:literal) => {
        statement::<EntrySqlType>(concat!(
            $found,
            "SELECT u.id, u.username, u.display_name, u.roles, u.created_at,
                 (SELECT max(s.last_used_at) FROM sessions s WHERE s.user_id = u.id)
             FROM users u
             WHERE u.is_active = $1 AND (u.created_at, u.id) ",
            $newer,
            " ($2, $3)",
            $condition,
            " ORDER BY u.created_at ",
            $order,
            ", u.id ",
            $order
        ))
    };
}

/// What a search finds goes first and is bounded: left to itself, PostgreSQL
/// might walk through all accounts in their order and look for the words in
/// each.
macro_rules! found {
    ($condition:literal) => {
        concat!(
            "WITH found AS MATERIALIZED (
                 SELECT u.id FROM users u
                 WHERE name_words(u.username, u.display_name) @@ to_tsquery('simple', $4)
                   AND u.is_active = $1",
            $condition,
            " LIMIT 1000) "
        )
    };
}

/// The same with the order to read in, and with or without a search.
macro_rules! in_order {
    ($slice:expr, $filter:expr, $condition:literal) => {
        match ($slice.reads(), &$filter.search) {
            (Order::NewestFirst, None) => entries!("", $condition, "<", "DESC"),
            (Order::OldestFirst, None) => entries!("", $condition, ">", "ASC"),
            (Order::NewestFirst, Some(_)) => {
                entries!(found!($condition), " AND u.id IN (SELECT id FROM found)", "<", "DESC")
            }
            (Order::OldestFirst, Some(_)) => {
                entries!(found!($condition), " AND u.id IN (SELECT id FROM found)", ">", "ASC")
            }
        }
    };
}

/// Returns a page of the accounts that the filter names, newest first.
///
/// # Errors
///
/// The database's.
pub fn page(
    conn: &mut PgConnection,
    filter: &Filter,
    slice: &PageRequest,
) -> QueryResult<Page<Entry>> {
    // A role stands in the text, so that the index of that role answers.
    let asked: Statement<'_, EntrySqlType> = match filter.role {
        None => in_order!(slice, filter, ""),
        Some(Role::Author) => in_order!(slice, filter, " AND 'author' = ANY (u.roles)"),
        Some(Role::Reviewer) => in_order!(slice, filter, " AND 'reviewer' = ANY (u.roles)"),
        Some(Role::Staff) => in_order!(slice, filter, " AND 'staff' = ANY (u.roles)"),
    };
    let start = slice.start();
    let mut asked = asked
        .bind::<Bool, _>(filter.is_active)
        .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(start.at))
        .bind::<BigInt, _>(start.id);
    if let Some(search) = &filter.search {
        asked = asked.bind::<Text, _>(search.pattern.as_str());
    }
    let rows = asked.at_most(slice.limit()).load::<(PersonRow, Stored, Option<Stored>)>(conn)?;
    let entries = rows.into_iter().map(|(row, created_at, last_seen_at)| Entry {
        person: person(row),
        created_at: created_at.to_jiff(),
        last_seen_at: last_seen_at.map(Stored::to_jiff),
    });
    Ok(slice.page(entries.collect()))
}

/// One account, as it is now.
#[derive(Debug)]
pub struct Found {
    /// The account, as far as policies ask about it.
    pub account: Account,
    /// When it was created.
    pub created_at: Timestamp,
    /// When its person was last here, give or take a minute; `None` is never.
    pub last_seen_at: Option<Timestamp>,
}

/// Returns the account with a username.
///
/// # Errors
///
/// The database's.
pub fn find(conn: &mut PgConnection, username: &str) -> QueryResult<Option<Found>> {
    type Row = (PersonSqlType, Bool, Timestamptz, Nullable<Timestamptz>);
    let row = statement::<Row>(
        "SELECT u.id, u.username, u.display_name, u.roles, u.is_active, u.created_at,
             (SELECT max(s.last_used_at) FROM sessions s WHERE s.user_id = u.id)
         FROM users u WHERE u.username = $1",
    )
    .bind::<Text, _>(username)
    .get_result::<(PersonRow, bool, Stored, Option<Stored>)>(conn)
    .optional()?;
    let Some((row, is_active, created_at, last_seen_at)) = row else { return Ok(None) };
    Ok(Some(Found {
        account: facts::account(conn, person(row), is_active, None)?,
        created_at: created_at.to_jiff(),
        last_seen_at: last_seen_at.map(Stored::to_jiff),
    }))
}

/// A line of an account's record.
#[derive(Debug)]
pub struct Event {
    /// Its number: later lines have higher ones.
    pub id: i64,
    /// When it was.
    pub at: Timestamp,
    /// Who did it.
    pub by: Byline,
    /// What happened, as the record names it.
    pub event: String,
    /// The role it is about, if it is about one.
    pub role: Option<String>,
    /// Why, in their words.
    pub reason: String,
}

type EventSqlType = (BigInt, Timestamptz, (BigInt, Text), Text, Nullable<Text>, Text);
type EventRow = (i64, Stored, (i64, String), String, Option<String>, String);

fn event((id, at, (by, name), event, role, reason): EventRow) -> Event {
    let by = Byline { id: UserId(by), name };
    Event { id, at: at.to_jiff(), by, event, role, reason }
}

/// Returns what has happened to an account, the latest first, at most `limit`,
/// from before a line on.
///
/// # Errors
///
/// The database's.
pub fn events(
    conn: &mut PgConnection,
    subject: UserId,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<Event>> {
    let rows = statement::<EventSqlType>(
        "SELECT e.id, e.at, actor.id, actor.display_name, e.event, e.role, e.reason
         FROM account_events e JOIN users actor ON actor.id = e.actor_id
         WHERE e.subject_id = $1 AND e.id < $2
         ORDER BY e.id DESC",
    )
    .bind::<BigInt, _>(subject.0)
    .bind::<BigInt, _>(before.unwrap_or(i64::MAX))
    .at_most(limit)
    .load::<EventRow>(conn)?;
    Ok(rows.into_iter().map(event).collect())
}

/// Returns how somebody came by each role that they hold.
///
/// # Errors
///
/// The database's.
pub fn grants(conn: &mut PgConnection, subject: &Person) -> QueryResult<Vec<Event>> {
    let rows = statement::<EventSqlType>(
        "SELECT e.id, e.at, actor.id, actor.display_name, e.event, e.role, e.reason
         FROM unnest($2::text[]) AS held (role)
         CROSS JOIN LATERAL (
             SELECT * FROM account_events
             WHERE subject_id = $1 AND event = 'role-granted' AND role = held.role
             ORDER BY id DESC LIMIT 1
         ) AS e
         JOIN users actor ON actor.id = e.actor_id",
    )
    .bind::<BigInt, _>(subject.id.0)
    .bind::<Array<Text>, _>(subject.roles.names())
    .load::<EventRow>(conn)?;
    Ok(rows.into_iter().map(event).collect())
}

#[cfg(test)]
mod tests {
    use super::Search;

    #[test]
    fn a_search_is_the_beginnings_of_words_and_never_an_operator() {
        let pattern = |text| Search::parse(text).map(|found| found.map(|search| search.pattern));
        assert_eq!(pattern("  "), Ok(None));
        assert_eq!(pattern("ali"), Ok(Some("ali:*".into())));
        assert_eq!(pattern("Hart alice@ex"), Ok(Some("Hart:* & alice:* & ex:*".into())));
        assert_eq!(pattern("!al | ed':*"), Ok(Some("al:* & ed:*".into())));
        for short in ["a", "al e", "&", "\0"] {
            assert!(pattern(short).is_err(), "{short}");
        }
    }
}
