//! Each truth can be broken where the guards are off, and `verify` then names
//! it. Each guard can be tampered with by its owner, and `verify` names it,
//! too. A database that the program itself has filled breaks none.

mod sabotage;
mod tampering;

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use imprimatur::postgres::RUNTIME_ROLE;
use imprimatur::store::statement::statement;
use imprimatur::store::verify::{Finding, Report, Scope, of_post, verify, verify_on_two, walk};

use crate::lessons::lesson_3_invariants_protect_the_truth::constraints::CONSTRAINTS;
use crate::support::Database;
use crate::support::saboteur::{after, removal, saboteur, with_demo};
use sabotage::SABOTAGE;

fn report(database: &Database) -> Report {
    verify(&mut database.as_owner(), RUNTIME_ROLE).unwrap()
}

fn names(findings: &[Finding]) -> BTreeSet<&str> {
    findings.iter().map(|finding| finding.truth.name.as_str()).collect()
}

fn details(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.detail.as_str()).collect()
}

#[test]
fn the_programs_own_writes_pass_verification() {
    let database = with_demo();
    let report = report(&database);
    assert_eq!(report.findings, []);
    assert_eq!(report.posts, 10);
    assert!(report.rows > 50 && report.truths.len() > 100, "{report:?}");
    assert_eq!(self::report(&Database::new()).findings, []);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_broken_truth_is_found_by_its_name() {
    let database = with_demo();
    let conn = &mut saboteur(&database);
    let report = report(&database);
    let asked = |truth: &str| report.truths.iter().any(|known| known.name == truth);
    let by_constraints = CONSTRAINTS.iter().filter(|write| asked(write.truth));
    for sabotage in SABOTAGE.iter().chain(by_constraints) {
        let sql = removal(conn, sabotage.truth) + sabotage.sql;
        after(conn, &sql, |conn| {
            let findings = walk(conn, RUNTIME_ROLE)?.findings;
            let found = names(&findings);
            assert!(found.contains(sabotage.truth), "{sql}: {findings:#?}");
            // A dropped constraint is a guard that is missing.
            let drops_a_guard = sql.contains("DROP CONSTRAINT");
            assert_eq!(found.contains("guards_are_in_place"), drops_a_guard, "{findings:#?}");
            for finding in &findings {
                assert!(!finding.detail.contains("could not be checked"), "{finding:?}");
            }
            look_at_single_posts(conn, &findings)
        });
    }
    // Truths that several rows keep together have a sabotage each.
    let tried: BTreeSet<&str> = SABOTAGE.iter().map(|sabotage| sabotage.truth).collect();
    let constraints = constraints(&database);
    let by_hand = report.truths.iter().map(|truth| truth.name.as_str());
    let by_hand = by_hand.filter(|name| {
        *name != "guards_are_in_place" && !constraints.iter().any(|known| known == name)
    });
    let untried: Vec<&str> = by_hand.filter(|name| !tried.contains(name)).collect();
    assert_eq!(untried, [""; 0]);
}

/// Looked at alone, a post tells of itself what the whole walk tells of it, as
/// far as the constraints are still there.
fn look_at_single_posts(conn: &mut PgConnection, findings: &[Finding]) -> QueryResult<()> {
    for finding in findings.iter().filter(|finding| finding.truth.scope == Scope::Post) {
        let post = finding.post.expect("a truth of each post names it");
        let alone = of_post(conn, post)?;
        let verdict = alone.iter().find(|verdict| verdict.truth.name == finding.truth.name);
        let told = verdict.is_none_or(|verdict| verdict.broken.contains(&finding.detail));
        assert!(told, "{finding:?}: {alone:#?}");
    }
    Ok(())
}

#[test]
fn two_connections_find_what_one_finds() {
    let database = with_demo();
    saboteur(&database)
        .batch_execute(
            "SET session_replication_role = replica;
             UPDATE history SET fingerprint = sha256('another') WHERE action = 'publish';
             UPDATE post_documents SET document = '' WHERE post_id = 1;
             UPDATE posts SET current_revision = 7 WHERE id = 2;
             ALTER TABLE posts DROP CONSTRAINT slug_is_unique",
        )
        .unwrap();
    let one = report(&database);
    let [conn, second] = &mut [(); 2].map(|()| database.as_owner());
    let two = verify_on_two(conn, second, RUNTIME_ROLE).unwrap();
    assert!(names(&one.findings).len() >= 4, "{:#?}", one.findings);
    assert_eq!(one.findings, two.findings);
    assert_eq!(one.truths, two.truths);
    assert_eq!((one.posts, one.rows), (two.posts, two.rows));
}

#[test]
fn verify_changes_nothing() {
    let database = with_demo();
    let state = |database: &Database| {
        statement::<Text>(
            "SELECT concat(
                 (SELECT string_agg(nspname || coalesce(nspacl::text, ''), ' ' ORDER BY oid) FROM pg_namespace),
                 (SELECT string_agg(relname || coalesce(relacl::text, '') || relrowsecurity, ' ' ORDER BY oid)
                  FROM pg_class WHERE relnamespace = 'public'::regnamespace),
                 (SELECT string_agg(proname || coalesce(proacl::text, ''), ' ' ORDER BY oid)
                  FROM pg_proc WHERE pronamespace = 'public'::regnamespace),
                 (SELECT datacl FROM pg_database WHERE datname = current_database()))",
        )
        .get_result::<String>(&mut database.as_owner())
        .unwrap()
    };
    database.db_sabotage(&format!("REVOKE SELECT ON posts FROM {RUNTIME_ROLE}"));
    let before = state(&database);
    assert_eq!(
        details(&report(&database).findings),
        [format!("grant posts to {RUNTIME_ROLE} on posts is missing")]
    );
    assert_eq!(state(&database), before);
}

#[test]
fn a_role_without_the_owners_rights_hears_that_the_guards_were_not_compared() {
    let database = with_demo();
    let report = verify(&mut database.as_runtime(), RUNTIME_ROLE).unwrap();
    assert_eq!(
        details(&report.findings),
        ["the guards were not compared: set DATABASE_OWNER_URL to the URL of the owner"]
    );
}

#[test]
fn a_hand_written_question_says_what_its_trigger_says() {
    let database = Database::new();
    let triggers = statement::<(Text, Text)>(
        "SELECT tgname::text, coalesce(obj_description(oid, 'pg_trigger'), '')
         FROM pg_trigger WHERE NOT tgisinternal",
    )
    .load::<(String, String)>(&mut database.as_owner())
    .unwrap();
    let constraints = constraints(&database);
    let mut compared = 0;
    for truth in report(&database).truths {
        let trigger = triggers.iter().find(|(name, _)| *name == truth.name);
        if let Some((_, sentence)) = trigger {
            assert_eq!(*sentence, truth.sentence);
            compared += 1;
        } else if !constraints.contains(&truth.name) {
            let others = [
                "account_is_found_by_its_name",
                "fingerprint_is_of_what_was_sent",
                "guards_are_in_place",
                "next_number_is_free",
                "post_is_found_by_its_newest_text",
            ];
            assert!(others.contains(&truth.name.as_str()), "{}", truth.name);
        }
    }
    assert_eq!(compared, 17);
}

/// The names of the constraints of our tables and domains.
fn constraints(database: &Database) -> Vec<String> {
    statement::<Text>(
        "SELECT conname::text FROM pg_constraint
         WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'p', 'u', 'x')",
    )
    .load(&mut database.as_owner())
    .unwrap()
}

#[test]
fn every_constraint_is_a_question() {
    let database = Database::new();
    let asked: BTreeSet<String> =
        report(&database).truths.iter().map(|truth| truth.name.clone()).collect();
    for name in constraints(&database) {
        let is_asked = ![
            "__diesel_schema_migrations_pkey",
            "privileges_are_given_once",
            // A shorter key of the same table asks: these are there for foreign keys.
            "authority_is_part_of_the_key",
            "history_says_what_was_done",
            "review_can_be_withdrawn",
        ]
        .contains(&name.as_str());
        assert_eq!(asked.contains(&name), is_asked, "{name}");
    }
}
