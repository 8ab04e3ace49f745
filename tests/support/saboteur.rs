//! A superuser at a terminal, who can put guards to sleep or take them away. What is
//! done is taken back: a copy of the database for each write would take most of the time.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::Text;
use imprimatur::demo;
use imprimatur::store::statement::statement;

use super::Database;

/// A write that makes something untrue, on a database with the demo in it.
pub struct Write {
    /// The guard that refuses it, or the truth that it breaks.
    pub truth: &'static str,
    pub sql: &'static str,
}

pub const fn write(truth: &'static str, sql: &'static str) -> Write {
    Write { truth, sql }
}

pub fn with_demo() -> Database {
    let database = Database::new();
    assert!(demo::load(&database.store_of(1)).unwrap());
    database
}

/// Returns a superuser's connection, with functions that name the rows of the demo and
/// write what several sabotages begin with.
pub fn saboteur(database: &Database) -> PgConnection {
    let mut conn = database.as_superuser();
    conn.batch_execute(
        "CREATE FUNCTION pg_temp.post(story text) RETURNS bigint LANGUAGE sql STABLE
         RETURN (SELECT post_id FROM history WHERE key = 'demo/' || story || '/0');
         CREATE FUNCTION pg_temp.person(name text) RETURNS bigint LANGUAGE sql STABLE
         RETURN (SELECT id FROM users WHERE username = name);
         -- Writes a bulk archive of no posts.
         CREATE FUNCTION pg_temp.bulk(actor bigint) RETURNS void LANGUAGE sql
         BEGIN ATOMIC
             INSERT INTO bulk_archives (actor_id, key, fingerprint, reason)
             VALUES (actor, 'bulk', sha256('bulk'), 'For the record.');
         END;
         -- Publishes a post that is in review.
         CREATE FUNCTION pg_temp.publish(post bigint, address text) RETURNS void LANGUAGE sql
         BEGIN ATOMIC
             UPDATE posts SET state = 'published', published_at = now(),
                 published_by = pg_temp.person('edith'), published_revision = current_revision,
                 slug = address
             WHERE id = post;
         END;
         -- Writes a sealed record of what Stan has done to the account of Alice.
         CREATE FUNCTION pg_temp.record(event text, name text) RETURNS void LANGUAGE sql
         BEGIN ATOMIC
             INSERT INTO account_events
                 (actor_id, subject_id, event, display_name, request_id, interface, at, seal)
             SELECT stan, alice, event, name, request, 'page', now(), seal_with_name(
                 account_event_seal(now(), stan, alice, event, NULL, '', request, 'page'), name)
             FROM (SELECT pg_temp.person('stan'), pg_temp.person('alice'), gen_random_uuid())
                 AS who (stan, alice, request);
         END;",
    )
    .unwrap();
    conn
}

/// Writes where triggers and foreign keys sleep, looks with all of them awake, and takes
/// everything back.
pub fn after(
    conn: &mut PgConnection,
    sql: &str,
    look: impl FnOnce(&mut PgConnection) -> QueryResult<()>,
) {
    let outcome = conn.transaction::<(), _, _>(|conn| {
        conn.batch_execute("SET LOCAL session_replication_role = replica")?;
        conn.batch_execute(sql)?;
        conn.batch_execute("SET LOCAL session_replication_role = origin")?;
        look(conn)?;
        Err(Error::RollbackTransaction)
    });
    assert_eq!(outcome, Err(Error::RollbackTransaction), "{sql}");
}

/// Returns the SQL that removes a check, a unique key or an exclusion; none for a guard
/// that is a trigger or a foreign key, which can sleep.
pub fn removal(conn: &mut PgConnection, guard: &str) -> String {
    statement::<Text>(
        "SELECT coalesce(string_agg(CASE conrelid
             WHEN 0 THEN format('ALTER DOMAIN %s DROP CONSTRAINT %I;', contypid::regtype, conname)
             ELSE format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE;', conrelid::regclass, conname)
             END, ''), '')
         FROM pg_constraint
         WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'p', 'u', 'x')
           AND conname = $1",
    )
    .bind::<Text, _>(guard)
    .get_result(conn)
    .unwrap()
}

/// Returns the SQL that wakes a trigger or a foreign key where all others sleep: one that
/// would refuse the program, and none that is disabled.
pub fn awakening(conn: &mut PgConnection, guard: &str) -> String {
    statement::<Text>(
        "SELECT coalesce(string_agg(
             format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I;', tgrelid::regclass, tgname), ''), '')
         FROM pg_trigger LEFT JOIN pg_constraint ON pg_constraint.oid = tgconstraint
         WHERE (tgname = $1 OR conname = $1) AND tgenabled = 'O'",
    )
    .bind::<Text, _>(guard)
    .get_result(conn)
    .unwrap()
}
