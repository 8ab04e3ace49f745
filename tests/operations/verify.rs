//! Each truth can be broken where the guards are off, and `verify` then names
//! that truth and no other. A database that the program itself has filled
//! breaks none.

mod sabotage;

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use imprimatur::demo;
use imprimatur::domain::PostId;
use imprimatur::store::statement::statement;
use imprimatur::store::verify::{Finding, Scope, truths, verify, walk};

use crate::support::Database;
use sabotage::{SABOTAGE, Sabotage, UNSEEN_IN_ROWS};

/// Truths that no single guard keeps.
const WITHOUT_A_GUARD: &[&str] =
    &["an_id_names_one_row", "bulk_outcome_is_borne_out", "guards_are_in_place"];

fn with_demo() -> Database {
    let database = Database::new();
    assert!(demo::load(&database.store_of(1)).unwrap());
    database
}

fn found(database: &Database) -> Vec<Finding> {
    verify(&mut database.as_runtime(), None).unwrap().findings
}

fn names(findings: &[Finding]) -> BTreeSet<&'static str> {
    findings.iter().map(|finding| finding.truth.name).collect()
}

#[test]
fn what_the_program_writes_breaks_no_truth() {
    let database = with_demo();
    let report = verify(&mut database.as_runtime(), None).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(report.posts, 10);
    assert_eq!(report.truths, truths().count());
    assert_eq!(found(&Database::new()), []);
}

#[test]
fn every_truth_is_found_broken_by_its_name_alone() {
    let database = with_demo();
    let conn = &mut saboteur(&database);
    for sabotage in SABOTAGE {
        after(conn, sabotage.sql, |conn| {
            let findings = walk(conn, None)?.findings;
            assert_eq!(names(&findings), expected(sabotage), "{findings:#?}");
            look_at_single_posts(conn, sabotage, &findings)
        });
    }
    let tried: Vec<&str> = SABOTAGE.iter().map(|sabotage| sabotage.truth).collect();
    let known: Vec<&str> = truths().map(|truth| truth.name).collect();
    assert_eq!(tried, known, "each truth has its sabotage, in order");
}

/// A dropped constraint is a broken guard as well.
fn expected(sabotage: &Sabotage) -> BTreeSet<&'static str> {
    let drops_a_guard = sabotage.sql.contains("ALTER TABLE");
    let guards = drops_a_guard.then_some("guards_are_in_place");
    let also = sabotage.also.iter().copied().chain(guards);
    std::iter::once(sabotage.truth).chain(also).collect()
}

fn saboteur(database: &Database) -> PgConnection {
    let mut conn = database.as_superuser();
    conn.batch_execute(
        "CREATE FUNCTION pg_temp.post(story text) RETURNS bigint LANGUAGE sql STABLE
         RETURN (SELECT post_id FROM operations WHERE key = 'demo/' || story || '/0');
         CREATE FUNCTION pg_temp.person(name text) RETURNS bigint LANGUAGE sql STABLE
         RETURN (SELECT id FROM users WHERE username = name);
         -- Writes an operation like another, but with its own key, which it
         -- returns, and with the revision given.
         CREATE FUNCTION pg_temp.like_it(other_key text, its_revision integer) RETURNS text LANGUAGE sql
         BEGIN ATOMIC
             INSERT INTO operations (actor_id, key, action, post_id, revision, state, fingerprint, at)
             SELECT actor_id, key || '/like-it', action, post_id, its_revision, state, fingerprint, at
             FROM operations WHERE key = other_key
             RETURNING key;
         END;
         -- Writes a bulk archive that means nothing.
         CREATE FUNCTION pg_temp.bulk(actor bigint) RETURNS void LANGUAGE sql
         BEGIN ATOMIC
             INSERT INTO bulk_archives (actor_id, key, fingerprint, reason)
             VALUES (actor, 'bulk', '', 'For the record.');
         END;",
    )
    .unwrap();
    conn
}

/// Looks at what a sabotage has done, and takes it back: a copy of the
/// database for each would take most of the time.
fn after(
    conn: &mut PgConnection,
    sql: &str,
    look: impl FnOnce(&mut PgConnection) -> QueryResult<()>,
) {
    let outcome = conn.transaction::<(), _, _>(|conn| {
        conn.batch_execute("SET LOCAL session_replication_role = replica")?;
        conn.batch_execute(sql)?;
        conn.batch_execute("SET LOCAL session_replication_role = origin")?;
        look(conn)?;
        Err(diesel::result::Error::RollbackTransaction)
    });
    assert_eq!(outcome, Err(diesel::result::Error::RollbackTransaction), "{sql}");
}

/// Looked at alone, a post tells of itself what the whole walk tells of it.
fn look_at_single_posts(
    conn: &mut PgConnection,
    sabotage: &Sabotage,
    findings: &[Finding],
) -> QueryResult<()> {
    let of_posts = |finding: &&Finding| finding.truth.scope == Scope::Post;
    let concerned: BTreeSet<PostId> = findings
        .iter()
        .filter(of_posts)
        .map(|finding| finding.post.expect("a truth of each post names it"))
        .collect();
    let untouched = (1..=10).map(PostId).find(|id| !concerned.contains(id));
    for id in concerned.iter().copied().chain(untouched) {
        let alone = walk(conn, Some(id))?.findings;
        assert_eq!(
            !alone.is_empty(),
            concerned.contains(&id),
            "post {id} after {}",
            sabotage.truth
        );
        assert!(alone.iter().all(|finding| findings.contains(finding)));
    }
    Ok(())
}

#[test]
fn a_guard_that_is_not_in_force_is_reported() {
    let weakened = [
        (
            "ALTER TABLE posts DROP CONSTRAINT slug_is_well_formed;
             ALTER TABLE posts ADD CONSTRAINT slug_is_well_formed CHECK (slug <> '') NOT VALID",
            "slug_is_well_formed on posts is not validated",
        ),
        (
            "ALTER TABLE posts DISABLE TRIGGER post_begins_as_a_draft",
            "post_begins_as_a_draft on posts is disabled",
        ),
        (
            "ALTER TABLE posts ENABLE REPLICA TRIGGER post_begins_as_a_draft",
            "post_begins_as_a_draft on posts is disabled",
        ),
        (
            "DROP TRIGGER people_are_never_deleted ON users",
            "people_are_never_deleted on users is missing",
        ),
        (
            "ALTER TABLE sessions DISABLE TRIGGER ALL; ALTER TABLE sessions ENABLE TRIGGER session_ends_once",
            "sessions_user_id_fkey is not checked on sessions",
        ),
        ("ALTER TABLE posts ALTER COLUMN state DROP NOT NULL", "posts.state may be null"),
    ];
    let database = Database::new();
    let conn = &mut saboteur(&database);
    for (sql, detail) in weakened {
        after(conn, sql, |conn| {
            assert_eq!(details(&walk(conn, None)?.findings), [detail]);
            Ok(())
        });
    }
}

#[test]
fn a_session_that_skips_triggers_is_reported() {
    let database = Database::new();
    let conn = &mut database.as_superuser();
    let sql =
        "ALTER ROLE imprimatur_runtime IN DATABASE :name SET session_replication_role = replica";
    conn.batch_execute(&sql.replace(":name", &database.name)).unwrap();
    assert_eq!(
        details(&found(&database)),
        ["triggers are off for imprimatur_runtime: session_replication_role is replica"]
    );
}

fn details(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.detail.as_str()).collect()
}

#[test]
fn every_guard_of_the_migrations_is_known_here() {
    let list = include_str!("../../src/store/verify/guards.sql");
    let known: BTreeSet<&str> = list.split([' ', '\n', '\'']).collect();
    let placed = guards(&Database::new());
    for (name, _) in &placed {
        assert!(known.contains(name.as_str()), "{name} is not in guards.sql");
    }
    // What PostgreSQL named itself keeps what other truths say.
    let named = placed
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| !["_pkey", "_fkey", "_check"].iter().any(|end| name.ends_with(end)));
    let spoken_of: BTreeSet<&str> = truths()
        .map(|truth| truth.name)
        .filter(|name| !WITHOUT_A_GUARD.contains(name))
        .chain(UNSEEN_IN_ROWS.iter().copied())
        .collect();
    assert_eq!(named.collect::<BTreeSet<_>>(), spoken_of);
}

#[test]
fn a_truth_says_what_its_guard_says() {
    let placed = guards(&Database::new());
    for truth in truths().filter(|truth| !WITHOUT_A_GUARD.contains(&truth.name)) {
        let comment = placed.iter().find(|(name, _)| name == truth.name);
        assert_eq!(comment.map(|(_, comment)| comment.as_str()), Some(truth.sentence));
    }
}

/// Every constraint and trigger of the database, with its comment.
fn guards(database: &Database) -> Vec<(String, String)> {
    statement::<(Text, Text)>(
        "SELECT conname::text, coalesce(obj_description(oid, 'pg_constraint'), '')
         FROM pg_constraint
         WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'p', 'u', 'x')
           AND conrelid <> to_regclass('__diesel_schema_migrations')
         UNION ALL
         SELECT tgname::text, coalesce(obj_description(oid, 'pg_trigger'), '')
         FROM pg_trigger WHERE NOT tgisinternal",
    )
    .load(&mut database.as_owner())
    .unwrap()
}
