//! Every error that PostgreSQL may answer with, provoked, and what it means, in
//! whatever language it is said.

use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use imprimatur::refusal::Refusal;
use imprimatur::store::failure::{Failure, classify};
use imprimatur::store::pool::Limits;
use imprimatur::store::{Store, Unavailable};

use crate::support::database::patient;
use crate::support::raw::wait_until;
use crate::support::tools::skip;
use crate::support::world::{db_number, publish};
use crate::support::{Database, Server, World};

/// Returns what an error means that a connection meets.
#[track_caller]
fn met(conn: &mut PgConnection, sql: &str) -> Failure {
    classify(&conn.batch_execute(sql).unwrap_err())
}

fn constraint(name: &str) -> Failure {
    Failure::Constraint(name.to_owned())
}

#[test]
fn a_constraint_is_known_by_its_name_and_nothing_of_the_row_is_kept() {
    let database = Database::new();
    let mut conn = database.as_owner();
    conn.batch_execute(
        "CREATE TABLE parents (id int CONSTRAINT parent_is_unique PRIMARY KEY);
         CREATE TABLE children (
             id int NOT NULL CONSTRAINT child_is_positive CHECK (id > 0),
             parent int CONSTRAINT child_has_a_parent REFERENCES parents
                 DEFERRABLE INITIALLY IMMEDIATE,
             CONSTRAINT children_differ EXCLUDE (parent WITH =));
         INSERT INTO parents VALUES (1); INSERT INTO children VALUES (1, 1);",
    )
    .unwrap();
    let raise = |code: &str| {
        format!(
            "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{code}',
                 CONSTRAINT = 'a_proposition', DETAIL = 'a secret'; END $$"
        )
    };
    let cases = [
        ("INSERT INTO children VALUES (0, 1)".to_owned(), "child_is_positive"),
        ("INSERT INTO parents VALUES (1)".to_owned(), "parent_is_unique"),
        ("INSERT INTO children VALUES (1, 9)".to_owned(), "child_has_a_parent"),
        ("DELETE FROM parents".to_owned(), "child_has_a_parent"),
        ("INSERT INTO children VALUES (2, 1)".to_owned(), "children_differ"),
        ("INSERT INTO children VALUES (NULL, 1)".to_owned(), "children_id_is_given"),
        (raise("check_violation"), "a_proposition"),
        (raise("restrict_violation"), "a_proposition"),
    ];
    for (sql, name) in cases {
        assert_eq!(met(&mut conn, &sql), constraint(name), "{sql}");
    }
    // A deferred one speaks at the commit, and the connection goes on.
    let at_commit = conn.transaction(|conn| {
        conn.batch_execute("SET CONSTRAINTS ALL DEFERRED; INSERT INTO children VALUES (1, 9)")
    });
    assert_eq!(classify(&at_commit.unwrap_err()), constraint("child_has_a_parent"));
    conn.batch_execute("SELECT 1").unwrap();
}

#[test]
fn an_unknown_error_code_is_a_defect() {
    let database = Database::new();
    let mut conn = database.as_runtime();
    let raise = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'WF001',
         CONSTRAINT = 'a_proposition', MESSAGE = 'what is this'; END $$";
    let Failure::Defect(detail) = met(&mut conn, raise) else {
        panic!("not a defect");
    };
    assert!(detail.contains("what is this"));
}

/// What the code says counts, and not what the message says.
#[test]
fn an_error_is_known_by_its_code_in_every_language() {
    let database = Database::new();
    let mut conn = database.as_runtime();
    let lost = Failure::Unavailable(Unavailable::ConnectionLost);
    let late = Failure::Unavailable(Unavailable::StatementTimeout);
    for (code, expected) in [
        ("40001", Failure::Conflict),
        ("40P01", Failure::Conflict),
        ("55P03", Failure::Unavailable(Unavailable::LockTimeout)),
        ("57014", late.clone()),
        ("25P04", late),
        ("25P03", lost.clone()),
        ("25006", lost.clone()),
        ("57P01", lost.clone()),
        ("57P02", lost.clone()),
        ("57P03", lost.clone()),
        ("57P05", lost.clone()),
        ("08006", lost.clone()),
        ("08P01", lost),
    ] {
        assert_eq!(met(&mut conn, &raised(code)), expected, "{code}");
    }
    for code in ["53000", "53100", "53200", "53300", "53400", "58000", "58030", "58P01"] {
        let Failure::Unavailable(why @ Unavailable::ServerTrouble(_)) =
            met(&mut conn, &raised(code))
        else {
            panic!("{code}");
        };
        assert!(why.to_string().contains(code), "{why}");
    }
    for code in ["22012", "42501", "XX000", "XX001", "0A000"] {
        assert!(matches!(met(&mut conn, &raised(code)), Failure::Defect(_)), "{code}");
    }
    // English words of another error do not mislead.
    let misleading = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '42501',
         MESSAGE = 'deadlock detected, due to lock timeout'; END $$";
    assert!(matches!(met(&mut conn, misleading), Failure::Defect(_)));
}

fn raised(code: &str) -> String {
    format!(
        "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{code}',
             MESSAGE = 'Etwas ist schiefgegangen'; END $$"
    )
}

/// The same with a server that really speaks another language.
#[test]
fn a_server_that_speaks_german_is_understood() {
    let database = Database::new();
    let mut holder = database.as_superuser();
    if holder.batch_execute("SET lc_messages = 'de_DE.UTF-8'").is_err() {
        return skip("the locale de_DE.UTF-8 is not installed");
    }
    let german = || {
        let mut conn = database.as_superuser();
        conn.batch_execute("SET lc_messages = 'de_DE.UTF-8'").unwrap();
        conn
    };
    let mut one = german();
    let said = one.batch_execute("SELECT 1/0").unwrap_err().to_string();
    if said.contains("zero") {
        return skip("PostgreSQL's German messages are not installed");
    }
    holder.batch_execute("CREATE TABLE pair AS SELECT generate_series(1, 2) AS id").unwrap();
    holder.batch_execute("BEGIN; SELECT FROM pair WHERE id = 1 FOR UPDATE").unwrap();
    let lock = |id: i32| format!("SELECT FROM pair WHERE id = {id} FOR UPDATE");
    let lock_timeout = Failure::Unavailable(Unavailable::LockTimeout);
    one.batch_execute("SET lock_timeout = '20ms'").unwrap();
    assert_eq!(met(&mut one, &lock(1)), lock_timeout);
    assert_eq!(met(&mut one, &format!("{} NOWAIT", lock(1))), lock_timeout);
    one.batch_execute("RESET lock_timeout; SET statement_timeout = '20ms'").unwrap();
    let late = Failure::Unavailable(Unavailable::StatementTimeout);
    assert_eq!(met(&mut one, "SELECT pg_sleep(60)"), late);
    one.batch_execute("RESET statement_timeout; SET deadlock_timeout = '10ms'; BEGIN").unwrap();
    one.batch_execute(&lock(2)).unwrap();
    thread::scope(|scope| {
        let other = scope.spawn(|| holder.batch_execute(&lock(2)));
        database.db_wait_for_waiters(1);
        assert_eq!(met(&mut one, &lock(1)), Failure::Conflict);
        one.batch_execute("ROLLBACK").unwrap();
        other.join().unwrap().unwrap();
    });
    let lost = Failure::Unavailable(Unavailable::ConnectionLost);
    one.batch_execute("SET default_transaction_read_only = on").unwrap();
    assert_eq!(met(&mut one, "CREATE TABLE refused ()"), lost);
    let kill = "SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(60)";
    assert_eq!(met(&mut one, kill), lost);
}

/// An operator's problem is not our defect: 503, and no incident.
#[test]
fn a_full_disk_is_unavailable_and_no_incident() {
    let world = World::new();
    let post = world.in_review();
    let server = Server::start(world.database.store());
    let mut edith = server.signed_in("edith");
    for code in ["53100", "53200", "58030", "57P01"] {
        world.database.db_sabotage(&format!(
            "CREATE OR REPLACE FUNCTION run_out() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{code}', MESSAGE = 'voll'; END $$;
             CREATE OR REPLACE TRIGGER run_out BEFORE UPDATE ON posts
                 FOR EACH ROW EXECUTE FUNCTION run_out()"
        ));
        edith.act(&format!("/desk/posts/{post}/publish"), &[]).expect(503);
    }
    let mut owner = world.database.as_owner();
    assert_eq!(db_number(&mut owner, "SELECT count(*) AS n FROM incidents"), 0);
    world.database.db_sabotage("DROP TRIGGER run_out ON posts");
    edith.act(&format!("/desk/posts/{post}/publish"), &[]).expect(303);
}

#[test]
fn a_serialization_failure_is_a_conflict() {
    let database = Database::new();
    let (mut one, mut other) = (database.as_owner(), database.as_owner());
    one.batch_execute("CREATE TABLE counters AS SELECT 1 AS n").unwrap();
    one.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT n FROM counters").unwrap();
    other.batch_execute("UPDATE counters SET n = n + 1").unwrap();
    assert_eq!(met(&mut one, "UPDATE counters SET n = n + 1"), Failure::Conflict);
}

#[test]
fn a_deadlock_is_a_conflict() {
    let database = Database::new();
    let mut one = database.as_superuser();
    one.batch_execute("CREATE TABLE pair AS SELECT generate_series(1, 2) AS id").unwrap();
    let lock = |id: i32| format!("SELECT FROM pair WHERE id = {id} FOR UPDATE");
    one.batch_execute("SET deadlock_timeout = '10ms'; BEGIN").unwrap();
    one.batch_execute(&lock(1)).unwrap();
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            let mut other = database.as_superuser();
            other
                .batch_execute(&format!("SET deadlock_timeout = '1h'; BEGIN; {}", lock(2)))
                .unwrap();
            other.batch_execute(&lock(1))
        });
        database.db_wait_for_waiters(1);
        assert_eq!(met(&mut one, &lock(2)), Failure::Conflict);
        one.batch_execute("ROLLBACK").unwrap();
        other.join().unwrap().unwrap();
    });
}

#[test]
fn a_lock_that_is_not_given_is_unavailable() {
    let database = Database::new();
    let (mut holder, mut waiting) = (database.as_owner(), database.as_owner());
    holder.batch_execute("CREATE TABLE things AS SELECT 1 AS id").unwrap();
    holder.batch_execute("BEGIN; SELECT FROM things FOR UPDATE").unwrap();
    let expected = Failure::Unavailable(Unavailable::LockTimeout);
    let nowait = "SELECT FROM things FOR UPDATE NOWAIT";
    assert_eq!(met(&mut waiting, nowait), expected);
    waiting.batch_execute("SET lock_timeout = '20ms'").unwrap();
    assert_eq!(met(&mut waiting, "SELECT FROM things FOR UPDATE"), expected);
    assert_eq!(met(&mut waiting, "BEGIN; LOCK things NOWAIT"), expected);
}

#[test]
fn a_statement_that_takes_too_long_is_unavailable() {
    let database = Database::new();
    let mut conn = database.as_runtime();
    conn.batch_execute("SET statement_timeout = '20ms'").unwrap();
    assert_eq!(
        met(&mut conn, "SELECT pg_sleep(60)"),
        Failure::Unavailable(Unavailable::StatementTimeout)
    );
}

#[test]
fn a_connection_that_the_server_ended_is_lost_now_and_at_the_next_use() {
    let database = Database::new();
    let lost = Failure::Unavailable(Unavailable::ConnectionLost);
    let mut superuser = database.as_superuser();
    let mut gone = |conn: &mut PgConnection, end: &str| {
        let pid = db_number(conn, "SELECT pg_backend_pid()::bigint AS n");
        let there = format!("SELECT count(*) AS n FROM pg_stat_activity WHERE pid = {pid}");
        conn.batch_execute(end).unwrap();
        superuser
            .batch_execute(&format!(
                "SELECT pg_terminate_backend({pid}) WHERE '{end}' NOT LIKE '%timeout%'"
            ))
            .unwrap();
        wait_until("the connection is gone", || db_number(&mut superuser, &there) == 0);
    };
    let idle = "SET idle_in_transaction_session_timeout = 20; BEGIN";
    for end in ["SELECT 1", "BEGIN", idle] {
        let mut conn = database.as_runtime();
        gone(&mut conn, end);
        assert_eq!(met(&mut conn, "SELECT 1"), lost, "{end}");
        assert_eq!(met(&mut conn, "SELECT 1"), lost, "{end}: the next use");
        let begun = conn.transaction(|_| QueryResult::Ok(()));
        assert!(begun.is_err());
    }
    // And in the middle of a statement.
    let mut conn = database.as_superuser();
    let kill = "SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(60)";
    assert_eq!(met(&mut conn, kill), lost);
}

/// A server that restarts ends every connection, and no request pays for it.
#[test]
fn connections_that_the_server_has_ended_are_replaced_before_they_are_used() {
    let database = Database::new();
    let store = database.store_of(8);
    let ask = |conn: &mut PgConnection| conn.batch_execute("SELECT 1");
    let all: Vec<_> = (0..8).map(|_| store.checkout().unwrap()).collect();
    drop(all);
    let mut superuser = database.as_superuser();
    for _ in 0..3 {
        superuser
            .batch_execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
                 WHERE datname = current_database() AND usename = 'imprimatur_runtime'",
            )
            .unwrap();
        let answers = (0..16).map(|_| ask(&mut store.checkout().unwrap()).is_ok());
        assert_eq!(answers.filter(|is_answered| !is_answered).count(), 0);
        // Those that are lost while many are lent are lost together, too.
        let all: Vec<_> = (0..8).map(|_| store.checkout().unwrap()).collect();
        drop(all);
    }
}

#[test]
fn a_server_that_takes_no_writes_just_now_is_unavailable() {
    let database = Database::new();
    let mut conn = database.as_runtime();
    conn.batch_execute("SET default_transaction_read_only = on").unwrap();
    assert_eq!(
        met(&mut conn, "INSERT INTO sign_in_throttle VALUES ('account', 'x', now(), 1)"),
        Failure::Unavailable(Unavailable::ConnectionLost)
    );
}

#[test]
fn a_transaction_that_goes_on_after_an_error_is_a_defect() {
    let database = Database::new();
    let mut conn = database.as_runtime();
    conn.batch_execute("BEGIN").unwrap();
    conn.batch_execute("SELECT 1/0").unwrap_err();
    let Failure::Defect(detail) = met(&mut conn, "SELECT 1") else {
        panic!("not a defect");
    };
    assert!(detail.contains("current transaction is aborted"));
}

#[test]
fn a_text_that_is_none_is_a_defect_here_because_input_refuses_it_earlier() {
    let database = Database::new();
    let mut conn = database.as_runtime();
    let error = diesel::select(
        diesel::dsl::sql::<diesel::sql_types::Bool>("true = ")
            .bind::<diesel::sql_types::Text, _>("a\0b")
            .sql(" IS NOT NULL"),
    )
    .execute(&mut conn)
    .unwrap_err();
    assert!(matches!(classify(&error), Failure::Defect(_)), "{error}");
    assert!(imprimatur::domain::Note::parse("a\0b").is_err());
}

#[test]
fn a_pool_without_a_connection_is_unavailable_and_says_nothing_of_where_it_looked() {
    let limits = Limits { connections: 1, checkout: Duration::from_millis(50), ..patient() };
    let nowhere = Store::connect("postgres:///?host=/a/secret/place", limits);
    let refusal = nowhere.checkout().err().unwrap();
    assert_eq!(refusal, Unavailable::NoConnection);
    assert!(!refusal.to_string().contains("secret"));
    let database = Database::new();
    let limits = Limits { checkout: Duration::from_secs(2), ..limits };
    let busy = Store::connect(&database.runtime_url(), limits);
    let _taken = busy.checkout().unwrap();
    assert_eq!(busy.checkout().err(), Some(Unavailable::NoConnection));
}

/// The server ends the connection that has just refused somebody, before the
/// refusal is written.
#[test]
fn a_refusal_is_recorded_although_its_connection_is_lost() {
    let world = World::new();
    world
        .database
        .as_superuser()
        .batch_execute(
            "CREATE SEQUENCE records;
             CREATE FUNCTION end_the_first() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
             BEGIN
                 IF nextval('records') = 1 THEN
                     PERFORM pg_terminate_backend(pg_backend_pid());
                 END IF;
                 RETURN NEW;
             END $$;
             CREATE TRIGGER end_the_first BEFORE INSERT ON refusals
                 FOR EACH ROW EXECUTE FUNCTION end_the_first();",
        )
        .unwrap();
    let post = world.in_review();
    let refused = world.perform(world.alice, &publish(post, 1)).unwrap_err();
    assert!(matches!(refused, Refusal::Permission(_)), "{refused:?}");
    let recorded = [("permission".to_owned(), "permission-missing".to_owned())];
    assert_eq!(world.db_refusals(), recorded);
}
