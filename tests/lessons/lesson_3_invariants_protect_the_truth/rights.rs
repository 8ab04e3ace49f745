//! What the program may do with each column of each table, and no more: the database is
//! asked to plan every statement, as the role that the program runs as.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::{Bool, Text};
use imprimatur::postgres::RUNTIME_ROLE;
use imprimatur::store::statement::statement;

use crate::support::Database;

/// Each table with the columns that the program may fill in and those that it may change.
/// The program may read every column of these tables.
#[rustfmt::skip]
const RIGHTS: [(&str, &str, &str); 23] = [
    ("__diesel_schema_migrations", "", ""),
    ("account_events", "actor_id subject_id event role reason request_id interface display_name", ""),
    ("bulk_archive_items", "bulk_archive_id post_id revision_seen put_off_at settled_at refusal",
        "put_off_at settled_at refusal"),
    ("bulk_archives", "actor_id key fingerprint reason began_at", ""),
    ("cookie_key", "", ""),
    ("history", "post_id action revision from_state to_state entered actor_id key fingerprint at", ""),
    ("incidents", "at request_id interface actor_id action post_id invariant detail \
        acknowledged_at acknowledged_by acknowledgement",
        "acknowledged_at acknowledged_by acknowledgement"),
    ("password_links", "user_id made_by secret_hash expires_at", "used_at replaced_at"),
    ("post_documents", "post_id document", "document"),
    ("posts", "author_id state current_revision created_at submitted_at submitted_by \
        submitted_revision published_at published_by published_revision slug archived_at \
        archived_by archive_reason",
        "state current_revision submitted_at submitted_by submitted_revision published_at \
        published_by published_revision slug archived_at archived_by archive_reason"),
    ("readings", "post_id revision reader_id first_at last_at", "last_at"),
    ("refusal_counts", "actor_id hour action layer interface left_out", "left_out"),
    ("refusals", "at request_id interface actor_id action post_id revision_seen layer reasons", ""),
    ("reviews", "post_id revision reviewer_id note withdraws at key", ""),
    ("revisions", "post_id number previous action title summary body author_id at key slug", ""),
    ("sessions", "id_hash user_id expires_at device", "last_used_at ended_at"),
    ("sign_in_throttle", "kind subject_hash window_began_at attempts", "window_began_at attempts"),
    ("site_identity", "", ""),
    ("staff_roster", "", ""),
    ("tokens", "user_id name beginning secret_hash permissions expires_at",
        "last_used_at revoked_at"),
    ("unsaved_edits", "post_id revision", "last_at"),
    ("users", "username display_name password_hash roles is_active sessions_valid_from \
        created_at name_words",
        "display_name password_hash roles is_active name_words"),
    ("word_rules", "", ""),
];

#[test]
fn the_program_fills_in_and_changes_these_columns_and_no_others() {
    let database = Database::new();
    let tables = statement::<(Text, Text)>(
        "SELECT relname::text, string_agg(attname, ' ' ORDER BY attnum)
         FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
         WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0
           AND NOT attisdropped
         GROUP BY relname ORDER BY relname",
    )
    .load::<(String, String)>(&mut database.as_owner())
    .unwrap();
    let program = &mut database.as_runtime();
    for (table, columns) in &tables {
        let mut allowed = |sql: &dyn Fn(&str) -> String| {
            let all = columns.split(' ');
            let allowed: Vec<&str> = all.filter(|column| may(program, &sql(column))).collect();
            allowed.join(" ")
        };
        let read = allowed(&|column| format!("EXPLAIN SELECT {column} FROM {table}"));
        let filled_in =
            allowed(&|column| format!("EXPLAIN INSERT INTO {table} ({column}) VALUES (DEFAULT)"));
        let changed = allowed(&|column| format!("EXPLAIN UPDATE {table} SET {column} = DEFAULT"));
        match RIGHTS.iter().find(|(known, ..)| known == table) {
            Some((_, fill_in, change)) => {
                assert_eq!((&read, filled_in.as_str()), (columns, *fill_in), "{table}");
                assert_eq!(changed, *change, "{table}");
            }
            None => assert_eq!((read, filled_in, changed), Default::default(), "{table}"),
        }
        for sql in [format!("EXPLAIN DELETE FROM {table}"), format!("TRUNCATE {table}")] {
            assert!(!may(program, &sql), "{sql}");
        }
    }
}

/// Returns whether the program may do something, and takes it back.
fn may(program: &mut PgConnection, sql: &str) -> bool {
    let outcome = program.transaction::<(), _, _>(|conn| {
        conn.batch_execute(sql)?;
        Err(Error::RollbackTransaction)
    });
    let error = outcome.unwrap_err();
    let is_denied = error.to_string().starts_with("permission denied for table");
    assert!(is_denied || error == Error::RollbackTransaction, "{sql}: {error}");
    !is_denied
}

/// Each start asks these, and grants what is missing.
#[test]
fn a_missing_right_and_a_role_that_may_not_change_it_are_noticed() {
    let database = Database::new();
    let is = |question: &'static str, mut conn: PgConnection| {
        statement::<Bool>(question).get_result::<bool>(&mut conn).unwrap()
    };
    let granted = "SELECT runtime_is_granted('imprimatur_runtime')";
    assert!(is(granted, database.as_owner()));
    database.db_sabotage(&format!("REVOKE SELECT ON posts FROM {RUNTIME_ROLE}"));
    assert!(!is(granted, database.as_owner()));
    let may_revoke = "SELECT may_revoke_temporary()";
    assert!(is(may_revoke, database.as_owner()));
    let grant = format!("GRANT EXECUTE ON FUNCTION may_revoke_temporary() TO {RUNTIME_ROLE}");
    database.db_sabotage(&grant);
    assert!(!is(may_revoke, database.as_runtime()));
}
