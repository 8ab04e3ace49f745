//! Raw SQL: what a hand at a terminal could type, and what it hears back.
//! Everything here goes past the front door, on purpose.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use imprimatur::domain::{Action, OperationKey, PostId, State, UserId};
use imprimatur::store::failure::{Failure, classify};
use imprimatur::store::statement::statement;

use super::Database;
use super::world::db_number;

/// Returns what refused a transaction: the proposition's name, the server's
/// words where there is none, or "nothing", and then it is committed.
pub fn db_refused_by(conn: &mut PgConnection, sql: &str) -> String {
    match conn.transaction(|conn| conn.batch_execute(sql)) {
        Ok(()) => "nothing".to_owned(),
        Err(error) => match classify(&error) {
            Failure::Constraint(proposition) => proposition,
            Failure::Defect(_) | Failure::Conflict | Failure::Unavailable(_) => error.to_string(),
        },
    }
}

/// Returns the assignments that give a post every fact of a state and no other.
pub fn db_facts_of(state: State, who: UserId) -> String {
    let group = |from: State, facts: &[(&str, &str)]| {
        facts
            .iter()
            .map(|(column, value)| match state >= from {
                true => format!("{column} = coalesce({column}, {value})"),
                false => format!("{column} = NULL"),
            })
            .collect::<Vec<_>>()
            .join(", ")
    };
    let by = who.to_string();
    [
        format!("state = '{}'", state.as_str()),
        group(
            State::InReview,
            &[
                ("submitted_at", "now()"),
                ("submitted_by", &by),
                ("submitted_revision", "current_revision"),
            ],
        ),
        group(
            State::Published,
            &[
                ("published_at", "now()"),
                ("published_by", &by),
                ("published_revision", "current_revision"),
                ("slug", "'slug-' || id"),
            ],
        ),
        group(
            State::Archived,
            &[
                ("archived_at", "now()"),
                ("archived_by", &by),
                ("archive_reason", "'Typed by hand.'"),
            ],
        ),
    ]
    .join(", ")
}

/// Returns the SQL that changes a post's state as properly as can be: with
/// every fact and with a history row.
pub fn db_change(post: PostId, from: State, to: State, who: UserId) -> String {
    let facts = db_facts_of(to, who);
    let history = db_history_row(post, Some(from), to, who);
    format!("UPDATE public.posts SET {facts} WHERE id = {post}; {history}")
}

/// What a history row says about itself, each part as SQL. Its revision or its
/// review has to say the same.
#[derive(Clone, Copy)]
pub struct Effect<'a> {
    pub who: &'a str,
    pub key: &'a str,
    pub post: &'a str,
    pub revision: &'a str,
    pub at: &'a str,
}

impl<'a> Effect<'a> {
    /// An effect that happens now, under a key of its own.
    pub fn new(who: &'a str, post: &'a str, revision: &'a str) -> Self {
        Self { who, key: "'typed-by-hand'", post, revision, at: "now()" }
    }

    /// Returns the SQL for the history row.
    pub fn history(&self, action: &str, from: &str, to: &str) -> String {
        let Self { who, key, post, revision, at } = self;
        format!(
            "INSERT INTO public.history
                 (post_id, action, revision, from_state, to_state, actor_id, key, fingerprint, at)
             VALUES ({post}, '{action}', {revision}, {from}, {to}, {who}, {key}, sha256(''), {at});"
        )
    }

    /// Returns the SQL that writes another row together with the history row of
    /// an action that leaves the post in its state.
    pub fn with_history(&self, action: &str, state: &str, other: &str) -> String {
        format!(
            "WITH recorded AS ({}) {other}",
            self.history(action, state, state).replace(';', "")
        )
    }

    /// Returns the SQL for a revision without its history row.
    pub fn revision(&self, title: &str) -> String {
        let Self { who, key, post, revision, at } = self;
        format!(
            "INSERT INTO public.revisions
                 (post_id, number, title, summary, body, author_id, at, key)
             VALUES ({post}, {revision}, {title}, 'A summary.', 'A body.', {who}, {at}, {key});"
        )
    }

    /// Returns the SQL for a review without its history row.
    pub fn review(&self, note: &str, withdraws: &str) -> String {
        let Self { who, key, post, revision, at } = self;
        format!(
            "INSERT INTO public.reviews
                 (post_id, revision, reviewer_id, note, withdraws, at, key)
             VALUES ({post}, {revision}, {who}, {note}, {withdraws}, {at}, {key});"
        )
    }
}

/// Returns the SQL for the history row of a state that is entered.
pub fn db_history_row(post: PostId, from: Option<State>, to: State, who: UserId) -> String {
    let key = OperationKey::random();
    let from = from.map_or("NULL".to_owned(), |from| format!("'{}'", from.as_str()));
    let effect = Effect {
        who: &who.to_string(),
        key: &format!("'{}'", key.as_str()),
        post: &post.to_string(),
        revision: &format!("(SELECT current_revision FROM public.posts WHERE id = {post})"),
        at: "now()",
    };
    effect.history(action_to(to.as_str()), &from, &format!("'{}'", to.as_str()))
}

/// Returns the action that leads to a state.
pub fn action_to(state: &str) -> &'static str {
    let leads = |action: &Action| action.target().is_some_and(|target| target.as_str() == state);
    Action::ALL.into_iter().find(leads).map_or("none", Action::as_str)
}

/// Returns the SQL for the record of an account change by staff; it belongs in
/// the transaction of the change.
pub fn db_account_event(who: UserId, subject: UserId, event: &str, role: &str) -> String {
    format!(
        "INSERT INTO account_events (actor_id, subject_id, event, role, request_id, interface)
         VALUES ({who}, {subject}, '{event}', {role}, gen_random_uuid(), 'command-line');"
    )
}

/// Makes the fingerprint of a history row in SQL, for rows that a test copies.
pub const DB_FINGERPRINT: &str =
    "CREATE FUNCTION pg_temp.part(value text) RETURNS bytea LANGUAGE sql
     RETURN int8send(octet_length(value)) || convert_to(value, 'UTF8');
     CREATE FUNCTION pg_temp.fingerprint(actor bigint, action text, post text, seen text, words text,
         title text, summary text, body text) RETURNS bytea LANGUAGE sql
     RETURN sha256(int8send(actor) || sha256(pg_temp.part(action) || pg_temp.part(post)
         || pg_temp.part(seen) || pg_temp.part(words) || pg_temp.part(title)
         || pg_temp.part(summary) || pg_temp.part(body)));";

/// Records whatever a transaction has changed by hand in roles and activity.
pub const DB_RECORD: &str =
    "; INSERT INTO account_events (actor_id, subject_id, event, role, request_id, interface)
     SELECT id, id, event, role, gen_random_uuid(), 'command-line'
     FROM (
         SELECT id, 'created' AS event, NULL AS role FROM users
         UNION ALL
         SELECT id, CASE WHEN role = ANY (roles) THEN 'role-granted' ELSE 'role-revoked' END, role
         FROM users, unnest(ARRAY['author', 'reviewer', 'staff']) AS role
         UNION ALL
         SELECT id, CASE WHEN is_active THEN 'reactivated' ELSE 'deactivated' END, NULL FROM users
     ) AS present
     WHERE event IS DISTINCT FROM coalesce(
         (SELECT e.event FROM account_events e
          WHERE e.subject_id = present.id AND e.role IS NOT DISTINCT FROM present.role
            AND (e.role IS NOT NULL OR (e.event = 'created') = (present.event = 'created'))
            AND e.event IN ('created', 'role-granted', 'role-revoked', 'deactivated', 'reactivated')
          ORDER BY e.id DESC LIMIT 1),
         CASE WHEN present.event = 'created' THEN NULL
              WHEN present.role IS NULL THEN 'reactivated' ELSE 'role-revoked' END);";

impl Database {
    /// Returns the definition of a constraint, if it is there.
    pub fn db_constraint(&self, name: &str) -> Option<String> {
        statement::<Text>("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1")
            .bind::<Text, _>(name)
            .get_result(&mut self.as_owner())
            .optional()
            .unwrap()
    }

    /// Does as superuser what nobody else may.
    pub fn db_sabotage(&self, sql: &str) {
        self.as_superuser().batch_execute(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    /// Returns once so many connections wait for a lock that another holds.
    #[track_caller]
    pub fn db_wait_for_waiters(&self, expected: i64) {
        let mut conn = self.as_superuser();
        wait_until("somebody waits for a lock", || db_waiters(&mut conn) >= expected);
    }
}

/// Returns how many connections wait for a lock that another holds.
pub fn db_waiters(conn: &mut PgConnection) -> i64 {
    db_number(
        conn,
        "SELECT count(*) AS n FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'",
    )
}

/// Asks again and again, for at most half a minute.
#[track_caller]
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}
