//! Each guard alone. Elsewhere in this lesson the program's own role writes what is
//! impossible, and one guard often has another behind it. Here a superuser puts triggers
//! and foreign keys to sleep, all but the one that is tried. It refuses its write by its
//! name. Without it, the same write succeeds.
//!
//! The lists of writes are complete: the catalogue is compared with them, so a guard
//! that is added without one fails here. Nothing asks whether a guard is there: each is
//! missed because its write goes through.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::{Bool, Text};
use imprimatur::store::failure::{Failure, classify};
use imprimatur::store::statement::statement;

use super::constraints::CONSTRAINTS;
use super::triggers::{EFFECTS, TRIGGERS};
use crate::support::Database;
use crate::support::saboteur::{awakening, removal, saboteur, with_demo};

/// Returns what refuses a write where triggers and foreign keys sleep. What comes before
/// it wakes one of them, or takes a check or a key away: those never sleep.
fn refused_by(conn: &mut PgConnection, before: &str, sql: &str) -> String {
    let outcome = conn.transaction::<(), _, _>(|conn| {
        conn.batch_execute("SET LOCAL session_replication_role = replica")?;
        conn.batch_execute(&format!("{before} {sql}"))?;
        conn.batch_execute("SET CONSTRAINTS ALL IMMEDIATE")?;
        Err(Error::RollbackTransaction)
    });
    match outcome.unwrap_err() {
        Error::RollbackTransaction => "nothing".to_owned(),
        error => match classify(&error) {
            Failure::Constraint(guard) => guard,
            _ => error.to_string(),
        },
    }
}

#[test]
fn each_guard_alone_refuses_what_it_is_there_for_and_without_it_nothing_does() {
    let database = with_demo();
    let conn = &mut saboteur(&database);
    let mut surprises = Vec::new();
    for write in CONSTRAINTS.iter().chain(TRIGGERS) {
        let (guard, awake) = (write.truth, awakening(conn, write.truth));
        let alone = refused_by(conn, &awake, write.sql);
        if alone != guard {
            surprises.push(format!("{guard} alone: refused by {alone}"));
        }
        let removal = removal(conn, guard);
        let without = refused_by(conn, &removal, write.sql);
        if without != "nothing" {
            surprises.push(format!("without {guard}: refused by {without}"));
        }
    }
    assert!(surprises.is_empty(), "{surprises:#?}");
}

#[test]
fn what_a_trigger_does_by_itself_it_does_alone_and_without_it_nothing_does() {
    let database = with_demo();
    let conn = &mut saboteur(&database);
    for (write, question) in EFFECTS {
        let mut answer = |before: &str| {
            let mut answer = false;
            let _ = conn.transaction::<(), Error, _>(|conn| {
                conn.batch_execute("SET LOCAL session_replication_role = replica")?;
                conn.batch_execute(&format!("{before} {}", write.sql))?;
                answer = statement::<Bool>(*question).get_result(conn)?;
                Err(Error::RollbackTransaction)
            });
            answer
        };
        assert!(!answer(""), "without {}", write.truth);
        let awake = awakening(&mut saboteur(&database), write.truth);
        assert!(answer(&awake), "{} alone", write.truth);
    }
}

#[test]
fn every_guard_of_the_database_has_a_write_in_this_lesson() {
    let guards = statement::<Text>(
        "SELECT conname::text FROM pg_constraint
         WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'p', 'u', 'x')
           AND conrelid <> '__diesel_schema_migrations'::regclass
         UNION
         SELECT indexrelid::regclass::text FROM pg_index
         JOIN pg_class ON pg_class.oid = indexrelid
         WHERE relnamespace = 'public'::regnamespace AND indisunique
           AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
         UNION
         SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal",
    )
    .load::<String>(&mut Database::new().as_owner())
    .unwrap();
    let effects = EFFECTS.iter().map(|(write, _)| write);
    let tried: BTreeSet<&str> =
        CONSTRAINTS.iter().chain(TRIGGERS).chain(effects).map(|write| write.truth).collect();
    let untried: Vec<&String> =
        guards.iter().filter(|guard| !tried.contains(guard.as_str())).collect();
    assert_eq!(untried, [""; 0]);
}

/// What a row may leave open: what has not happened yet, and what does not apply to it.
const OPEN: [(&str, &str); 11] = [
    ("account_events", "role display_name"),
    ("bulk_archive_items", "put_off_at settled_at refusal"),
    ("history", "from_state"),
    ("incidents", "actor_id post_id acknowledged_at acknowledged_by acknowledgement"),
    ("password_links", "used_at replaced_at"),
    (
        "posts",
        "submitted_at submitted_by submitted_revision published_at published_by \
         published_revision slug archived_at archived_by archive_reason",
    ),
    ("refusals", "post_id revision_seen"),
    ("reviews", "withdraws"),
    ("revisions", "slug"),
    ("sessions", "ended_at"),
    ("tokens", "permissions last_used_at revoked_at"),
];

/// Leaves every column of a row empty, and gives way column by column.
#[test]
fn a_row_says_everything_that_it_may_not_leave_open() {
    let database = Database::new();
    let conn = &mut saboteur(&database);
    // What is generated says nothing of its own.
    let tables = statement::<(Text, Text)>(
        "SELECT relname::text, string_agg(attname, ' ' ORDER BY attnum)
         FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
         WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0
           AND NOT attisdropped AND attidentity = '' AND attgenerated = ''
           AND relname <> '__diesel_schema_migrations'
         GROUP BY relname ORDER BY relname",
    )
    .load::<(String, String)>(conn)
    .unwrap();
    for (table, columns) in &tables {
        let open = OPEN.iter().find(|(known, _)| known == table).map_or("", |(_, open)| *open);
        let open: BTreeSet<&str> = open.split_whitespace().collect();
        let columns: Vec<&str> = columns.split(' ').collect();
        let mut expected = columns.clone();
        expected.retain(|column| !open.contains(column));
        assert_eq!(refusing_null(conn, table, &columns), expected, "{table}");
    }
}

/// Returns the columns that refuse to be empty, in their order.
fn refusing_null(conn: &mut PgConnection, table: &str, columns: &[&str]) -> Vec<String> {
    let mut refusing = Vec::new();
    let nothing = vec!["NULL"; columns.len()].join(", ");
    let insert = format!("INSERT INTO {table} ({}) VALUES ({nothing})", columns.join(", "));
    let _ = conn.transaction::<(), Error, _>(|conn| {
        conn.batch_execute("SET LOCAL session_replication_role = replica")?;
        // A column of a primary key does not give way.
        let keys = statement::<Text>(
            "SELECT coalesce(string_agg(format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE;',
                 conrelid::regclass, conname), ''), 'SELECT')
             FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'p'",
        );
        let keys: String = keys.bind::<Text, _>(table).get_result(conn)?;
        conn.batch_execute(&keys)?;
        loop {
            let attempt = conn.transaction(|conn| conn.batch_execute(&insert));
            let Err(Error::DatabaseError(DatabaseErrorKind::NotNullViolation, why)) = attempt
            else {
                return Err(Error::RollbackTransaction);
            };
            let column = why.column_name().unwrap();
            conn.batch_execute(&format!("ALTER TABLE {table} ALTER {column} DROP NOT NULL"))?;
            refusing.push(column.to_owned());
        }
    });
    refusing.retain(|column| columns.contains(&column.as_str()));
    refusing
}
