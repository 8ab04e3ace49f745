//! Is each guard of the database missed where it is not there?
//!
//! Every constraint, unique index, trigger, NOT NULL, function and missing right is
//! taken away, one at a time. Then `verify` walks the database, and must find it. By
//! hand, it is taken from the template that the tests copy, too: then lesson 3 runs, and
//! must fail.
//!
//! `cargo test --test proof every_guard_is_missed -- --ignored --nocapture` prints which
//! tests of the lesson miss each guard. It takes more than an hour.
//! `IMPRIMATUR_ABLATION=posts` tries only the guards with that text in their name.
//! `IMPRIMATUR_ABLATION_LESSON="alone access authority rights"` runs only these parts of
//! the lesson, which takes twenty minutes.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::Command;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::Text;
use imprimatur::postgres::RUNTIME_ROLE;
use imprimatur::store::statement::statement;
use imprimatur::store::verify::walk;

use crate::support::Database;
use crate::support::database::MUTATION_VARIABLE;

/// The guards of a migrated database, each with the SQL that removes it.
const GUARDS: &str = "
    SELECT concat_ws(' ', 'constraint', conname, 'on', conrelid::regclass),
        format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', conrelid::regclass, conname)
    FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND contype IN ('c', 'f', 'p', 'u', 'x')
      AND conrelid <> '__diesel_schema_migrations'::regclass
    UNION ALL
    SELECT concat_ws(' ', 'constraint', conname, 'of domain', contypid::regtype),
        format('ALTER DOMAIN %s DROP CONSTRAINT %I', contypid::regtype, conname)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contypid <> 0
    UNION ALL
    SELECT concat_ws(' ', 'unique index', indexrelid::regclass),
        format('DROP INDEX %s', indexrelid::regclass)
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE relnamespace = 'public'::regnamespace AND indisunique
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    UNION ALL
    SELECT concat_ws(' ', 'trigger', tgname, 'on', tgrelid::regclass),
        format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass)
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal
    UNION ALL
    SELECT concat_ws(' ', 'not null', attname, 'on', attrelid::regclass),
        format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', attrelid::regclass, attname)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND attnotnull
      AND attidentity = '' AND attgenerated = '' AND relname <> '__diesel_schema_migrations'
      AND NOT EXISTS (SELECT FROM pg_index
                      WHERE indrelid = attrelid AND indisprimary AND attnum = ANY (indkey))
    UNION ALL
    SELECT concat_ws(' ', 'body of', pg_proc.oid::regprocedure),
        format('CREATE OR REPLACE FUNCTION %s RETURNS trigger LANGUAGE plpgsql %s
                SET search_path = public, pg_temp AS %L',
            pg_proc.oid::regprocedure, CASE WHEN prosecdef THEN 'SECURITY DEFINER' END,
            'BEGIN RETURN NEW; END')
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prorettype = 'trigger'::regtype
    UNION ALL
    SELECT concat_ws(' ', 'body of', oid::regprocedure), format(
        'CREATE OR REPLACE FUNCTION %I(%s) RETURNS boolean LANGUAGE sql IMMUTABLE %s',
        proname, pg_get_function_arguments(oid),
        CASE WHEN prosqlbody IS NULL THEN 'AS ''SELECT true''' ELSE 'RETURN true' END)
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prorettype = 'boolean'::regtype
    UNION ALL
    SELECT concat_ws(' ', 'no', privilege, 'on', relname), format(
        'GRANT %s ON %I TO imprimatur_runtime', privilege, relname)
    FROM pg_class, unnest('{INSERT,UPDATE,DELETE,TRUNCATE,TRIGGER,REFERENCES}'::text[]) privilege
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
      AND relname <> '__diesel_schema_migrations'
      AND NOT has_table_privilege('imprimatur_runtime', pg_class.oid, privilege)
    UNION ALL
    SELECT concat_ws(' ', 'no execute for everybody on', oid::regprocedure),
        format('GRANT EXECUTE ON FUNCTION %s TO PUBLIC', oid::regprocedure)
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef
    UNION ALL
    SELECT concat_ws(' ', 'search_path of', oid::regprocedure),
        format('ALTER FUNCTION %s RESET search_path', oid::regprocedure)
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proconfig IS NOT NULL
    ORDER BY 1";

/// The same guards, still there by name, each with the SQL that makes it hold nothing.
const WEAKENED: &str = "
    SELECT concat_ws(' ', 'only true:', conname, 'on', conrelid::regclass), format(
        'ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %I CHECK (true)',
        conrelid::regclass, conname, conname)
    FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND contype = 'c'
    UNION ALL
    SELECT concat_ws(' ', 'not valid:', conname, 'on', conrelid::regclass), format(
        'ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %I %s NOT VALID',
        conrelid::regclass, conname, conname, pg_get_constraintdef(oid))
    FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND contype IN ('c', 'f')
    UNION ALL
    SELECT concat_ws(' ', 'never fires:', tgname, 'on', tgrelid::regclass), format(
        'DROP TRIGGER %I ON %s; %s', tgname, tgrelid::regclass, regexp_replace(
            pg_get_triggerdef(pg_trigger.oid), '( WHEN \\(.*\\))? EXECUTE ', ' WHEN (false) EXECUTE '))
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal
    UNION ALL
    SELECT concat_ws(' ', 'disabled:', tgname, 'on', tgrelid::regclass),
        format('ALTER TABLE %s DISABLE TRIGGER %I', tgrelid::regclass, tgname)
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal
    UNION ALL
    SELECT concat_ws(' ', 'for replicas alone:', tgname, 'on', tgrelid::regclass),
        format('ALTER TABLE %s ENABLE REPLICA TRIGGER %I', tgrelid::regclass, tgname)
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal
    UNION ALL
    SELECT concat_ws(' ', 'too late:', conname, 'on', conrelid::regclass), format(
        'ALTER TABLE %s ALTER CONSTRAINT %I DEFERRABLE INITIALLY DEFERRED',
        conrelid::regclass, conname)
    FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype = 'f' AND NOT condeferred
    ORDER BY 1";

/// Returns the guards whose names the environment asks for, each with what is done to it.
fn guards(conn: &mut PgConnection, of: &'static str) -> Vec<(String, String)> {
    let only = std::env::var("IMPRIMATUR_ABLATION").unwrap_or_default();
    let mut guards = statement::<(Text, Text)>(of).load::<(String, String)>(conn).unwrap();
    guards.retain(|(guard, _)| guard.contains(&only));
    guards
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn every_guard_that_is_missing_is_found_by_verify() {
    each_is_found(GUARDS);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn every_guard_that_holds_nothing_is_found_by_verify() {
    each_is_found(WEAKENED);
}

/// Walks the database after each change, and says of each kind how many were found.
fn each_is_found(changes: &'static str) {
    let database = Database::new();
    let conn = &mut database.as_owner();
    assert_eq!(findings_after(conn, "SELECT 1"), 0);
    let guards = guards(conn, changes);
    let (mut kinds, mut missed) = (BTreeMap::new(), Vec::new());
    for (guard, change) in &guards {
        let is_found = findings_after(conn, change) > 0;
        let kind = guard.split_whitespace().next().unwrap();
        let (tried, found) = kinds.entry(kind).or_insert((0, 0));
        (*tried, *found) = (*tried + 1, *found + usize::from(is_found));
        if !is_found {
            missed.push(guard);
        }
    }
    for (kind, (tried, found)) in kinds {
        let _ = writeln!(std::io::stderr(), "| {kind} | {tried} tried | {found} found |");
    }
    assert_eq!(missed, [""; 0]);
    assert!(guards.len() > 200, "{}", guards.len());
}

#[test]
#[ignore = "by hand: an hour, lesson 3 without each guard"]
fn every_guard_is_missed_by_a_lesson() {
    let database = Database::new();
    let (mut kinds, mut unnoticed) = (BTreeMap::new(), Vec::new());
    for (guard, removal) in guards(&mut database.as_owner(), GUARDS) {
        let lessons = failures_without(&removal);
        let tests = match lessons.as_slice() {
            [] => "-".to_owned(),
            [only] => only.clone(),
            [first, rest @ ..] => format!("{first} and {} more", rest.len()),
        };
        let _ = writeln!(std::io::stderr(), "| {guard} | {tests} |");
        let kind = guard.split_whitespace().next().unwrap().to_owned();
        let (tried, missed) = kinds.entry(kind).or_insert((0, 0));
        (*tried, *missed) = (*tried + 1, *missed + usize::from(!lessons.is_empty()));
        if lessons.is_empty() {
            unnoticed.push(guard);
        }
    }
    for (kind, (tried, missed)) in kinds {
        let _ = writeln!(std::io::stderr(), "| {kind} | {tried} tried | {missed} missed |");
    }
    assert_eq!(unnoticed, [""; 0]);
}

/// Returns the tests of lesson 3 that fail where the guard is missing.
fn failures_without(removal: &str) -> Vec<String> {
    const LESSON: &str = "lessons::lesson_3_invariants_protect_the_truth::";
    let tests = std::env::var("IMPRIMATUR_ABLATION_LESSON").unwrap_or_default();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(tests.split(' ').map(|tests| format!("{LESSON}{tests}")))
        .args(["--test-threads", "8"])
        .env(MUTATION_VARIABLE, removal)
        .output()
        .unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    assert!(lines.contains("test result: "), "the lesson has run: {removal}: {lines}");
    let failed = lines.lines().filter_map(|line| {
        line.strip_prefix("test ")?.strip_prefix(LESSON)?.strip_suffix(" ... FAILED")
    });
    failed.map(str::to_owned).collect()
}

/// Returns how much `verify` finds while the guard is missing.
fn findings_after(conn: &mut PgConnection, removal: &str) -> usize {
    let mut found = 0;
    let rolled_back: QueryResult<()> = conn.transaction(|conn| {
        // A domain's constraint is gone for a transaction within this one after a statement.
        conn.batch_execute(&format!("{removal}; CREATE TEMPORARY TABLE settled ()"))?;
        found = walk(conn, RUNTIME_ROLE)?.findings.len();
        Err(Error::RollbackTransaction)
    });
    assert_eq!(rolled_back, Err(Error::RollbackTransaction), "{removal}");
    found
}
