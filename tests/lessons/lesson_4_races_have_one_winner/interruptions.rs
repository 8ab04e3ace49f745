//! What ends in the middle has not happened, and the next one starts clean.

use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use imprimatur::domain::{PostId, Step};
use imprimatur::refusal::Refusal;
use imprimatur::store::pool::Limits;
use imprimatur::store::statement::statement;
use imprimatur::store::{self, Store, Unavailable};
use imprimatur::workflow;

use super::in_slow_motion;
use crate::support::database::patient;
use crate::support::raw::wait_until;
use crate::support::world::{db_number, publish};
use crate::support::{Server, World};

/// What waits longer than this waits too long.
const SOON: Duration = Duration::from_millis(100);

fn store_with(world: &World, limits: Limits) -> Store {
    Store::connect(&world.database.runtime_url(), limits)
}

#[test]
fn a_panic_in_a_transaction_leaves_a_clean_connection() {
    let world = World::new();
    let post = world.in_review();
    let store = world.database.store_of(1);
    let before = world.db_everything();
    let panicked = thread::scope(|scope| {
        scope
            .spawn(|| {
                let mut conn = store.checkout().unwrap();
                store::transaction(&mut conn, |tx| -> QueryResult<()> {
                    tx.conn().batch_execute(&format!(
                        "INSERT INTO sign_in_throttle VALUES ('account', 'x', now(), 1);
                         SELECT FROM posts WHERE id = {post} FOR UPDATE"
                    ))?;
                    panic!("as if a template had a bug");
                })
            })
            .join()
    });
    assert!(panicked.is_err());
    // The only connection is there again, and holds no lock and no half of anything.
    let outcome = workflow::perform(&store, &world.call(world.edith), &publish(post, 1));
    assert_eq!(outcome.unwrap().revision.0, 1);
    assert_eq!(world.db_count("sign_in_throttle"), 0);
    assert_ne!(world.db_everything(), before);
}

#[test]
fn a_connection_keeps_nothing_of_the_person_who_used_it() {
    let world = World::new();
    let store = world.database.store_of(1);
    let server = Server::start(store.clone());
    let (mut alice, mut edith) = (server.signed_in("alice"), server.signed_in("edith"));
    let settings = |store: &Store| {
        statement::<Text>(
            "SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings
             WHERE source = 'session'",
        )
        .get_result::<String>(&mut store.checkout().unwrap())
        .unwrap()
    };
    let at_first = settings(&store);
    for _ in 0..3 {
        let post = world.in_review();
        let review = format!("/desk/posts/{post}/publish");
        let alices_desk = alice.get("/desk").expect(200).body;
        assert!(alices_desk.contains("<a href=\"/account\"><bdi>Alice"), "{alices_desk}");
        // Alice may not, Edith may; the one connection serves both in turn.
        alice.get(&review).expect(403);
        let ediths_desk = edith.get("/desk").expect(200).body;
        assert!(ediths_desk.contains("<a href=\"/account\"><bdi>Edith"), "{ediths_desk}");
        assert!(!ediths_desk.contains("<a href=\"/account\"><bdi>Alice"), "{ediths_desk}");
        edith.act(&review, &[]).expect(303);
        let by = format!(
            "history WHERE post_id = {post} AND entered = 'published' AND actor_id = {}",
            world.edith
        );
        assert_eq!(world.db_count(&by), 1);
        assert_eq!(settings(&store), at_first);
    }
}

/// Has the first so many writes of an action end in an error.
fn interrupt(world: &World, times: i64, code: &str, message: &str) {
    world.database.db_sabotage(&format!(
        "CREATE SEQUENCE IF NOT EXISTS interruptions;
         ALTER SEQUENCE interruptions RESTART;
         GRANT USAGE ON SEQUENCE interruptions TO PUBLIC;
         CREATE OR REPLACE FUNCTION interrupt() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN
             IF nextval('interruptions') <= {times} THEN
                 RAISE EXCEPTION USING ERRCODE = '{code}', MESSAGE = '{message}';
             END IF;
             RETURN NEW;
         END $$;
         DROP TRIGGER IF EXISTS interrupt ON history;
         CREATE TRIGGER interrupt BEFORE INSERT ON history
             FOR EACH ROW EXECUTE FUNCTION interrupt()"
    ));
}

#[test]
fn a_conflict_is_tried_three_times_and_then_answered_with_503() {
    let world = World::new();
    let conflicts = [
        ("serialization_failure", "could not serialize access"),
        ("deadlock_detected", "deadlock detected"),
    ];
    for (code, message) in conflicts {
        for times in [1, 2] {
            let post = world.in_review();
            interrupt(&world, times, code, message);
            world.perform(world.edith, &publish(post, 1)).unwrap();
            assert_eq!(world.db_history(post), ["draft", "in_review", "published"]);
        }
        let post = world.in_review();
        interrupt(&world, 3, code, message);
        let before = world.db_everything();
        assert_eq!(
            world.perform(world.edith, &publish(post, 1)).unwrap_err(),
            Refusal::Unavailable(Unavailable::Contended)
        );
        assert_eq!(world.db_everything(), before);
        let tries = "SELECT last_value AS n FROM interruptions";
        assert_eq!(db_number(&mut world.database.as_superuser(), tries), 3);
    }
    // Nobody was refused, and nothing is wrong.
    assert_eq!(world.db_refusals(), []);
    assert_eq!(world.db_incidents(), [""; 0]);
}

/// Publishes while another transaction holds the post, in a time that is too short.
fn publish_while_locked(limits: Limits) -> (World, PostId, Refusal) {
    let world = World::new();
    let post = world.in_review();
    let impatient = store_with(&world, limits);
    let mut holder = world.database.as_owner();
    holder
        .batch_execute(&format!("BEGIN; SELECT FROM posts WHERE id = {post} FOR UPDATE"))
        .unwrap();
    let before = world.db_everything();
    let answer = workflow::perform(&impatient, &world.call(world.edith), &publish(post, 1));
    assert_eq!(world.db_everything(), before);
    assert_eq!(world.db_refusals(), []);
    assert_eq!(world.db_incidents(), [""; 0]);
    // The connection is as good as before.
    holder.batch_execute("ROLLBACK").unwrap();
    workflow::perform(&impatient, &world.call(world.edith), &publish(post, 1)).unwrap();
    (world, post, answer.unwrap_err())
}

#[test]
fn a_row_that_stays_locked_is_no_refusal() {
    let limits = Limits { connections: 1, lock: SOON, ..patient() };
    let (_world, _post, answer) = publish_while_locked(limits);
    assert_eq!(answer, Refusal::Unavailable(Unavailable::LockTimeout));
}

#[test]
fn a_statement_that_takes_too_long_is_no_refusal() {
    let limits = Limits { connections: 1, statement: SOON, ..patient() };
    let (_world, _post, answer) = publish_while_locked(limits);
    assert_eq!(answer, Refusal::Unavailable(Unavailable::StatementTimeout));
}

#[test]
fn a_pool_that_stays_empty_is_no_refusal() {
    let world = World::new();
    let post = world.in_review();
    let store = store_with(&world, Limits { connections: 1, checkout: SOON, ..patient() });
    let before = world.db_everything();
    let taken = store.checkout().unwrap();
    let answer = workflow::perform(&store, &world.call(world.edith), &publish(post, 1));
    assert_eq!(answer.unwrap_err(), Refusal::Unavailable(Unavailable::NoConnection));
    assert_eq!(world.db_everything(), before);
    drop(taken);
    workflow::perform(&store, &world.call(world.edith), &publish(post, 1)).unwrap();
}

#[test]
fn an_overloaded_server_answers_503_and_keeps_the_form() {
    let world = World::new();
    let post = world.in_review();
    let store =
        store_with(&world, Limits { connections: 1, checkout: SOON, lock: SOON, ..patient() });
    let server = Server::start(store.clone());
    let mut edith = server.signed_in("edith");
    let address = format!("/desk/posts/{post}/request-changes");
    let page = edith.get(&address).expect(200);
    let [token, key, seen] = ["token", "key", "seen"].map(|field| page.hidden(field));
    let mut send = || {
        let fields = [
            ("token", &*token),
            ("key", &*key),
            ("seen", &*seen),
            ("note", "Please name your source."),
        ];
        edith.post(&address, &fields)
    };
    let before = world.db_everything();
    let is_kept = |page: crate::support::browser::Page| {
        let page = page.expect(503);
        assert_eq!(page.headers["retry-after"], "2");
        assert!(page.body.contains("Please name your source."));
        assert_eq!(page.hidden("key"), key);
        assert_eq!(world.db_everything(), before);
    };

    let taken = store.checkout().unwrap();
    is_kept(send());
    drop(taken);

    let mut holder = world.database.as_owner();
    holder
        .batch_execute(&format!("BEGIN; SELECT FROM posts WHERE id = {post} FOR UPDATE"))
        .unwrap();
    is_kept(send());
    holder.batch_execute("ROLLBACK").unwrap();

    // The same form, sent again, under the same key.
    send().expect(303);
    assert_eq!(world.db_count("reviews"), 1);
    assert_eq!(world.db_refusals(), []);
    assert_eq!(world.db_incidents(), [""; 0]);
}

/// Ends every connection of the program, and waits until they are gone.
fn break_every_connection(world: &World) {
    let mut superuser = world.database.as_superuser();
    let programs = "FROM pg_stat_activity
         WHERE datname = current_database() AND usename = 'imprimatur_runtime'";
    superuser.batch_execute(&format!("SELECT pg_terminate_backend(pid) {programs}")).unwrap();
    wait_until("the connections are gone", || {
        db_number(&mut superuser, &format!("SELECT count(*) AS n {programs}")) == 0
    });
}

#[test]
fn a_connection_that_broke_while_idle_is_replaced_before_it_is_used() {
    let world = World::new();
    let post = world.in_review();
    let server = Server::start(world.database.store_of(1));
    let mut edith = server.signed_in("edith");
    // Once before reading, once before acting.
    let address = format!("/desk/posts/{post}/publish");
    let page = edith.get(&address).expect(200);
    let [token, key, seen] = ["token", "key", "seen"].map(|field| page.hidden(field));
    break_every_connection(&world);
    edith.get("/desk").expect(200);

    break_every_connection(&world);
    let fields = [("token", &*token), ("key", &*key), ("seen", &*seen)];
    edith.post(&address, &fields).expect(303);
    assert_eq!(world.db_history(post), ["draft", "in_review", "published"]);
    assert_eq!(world.db_incidents(), [""; 0]);
}

#[test]
fn a_connection_that_breaks_before_the_commit_leaves_nothing_and_the_key_is_free() {
    let world = World::new();
    let post = world.in_review();
    let before = world.db_everything();
    for moment in Step::ALL {
        let answer = in_slow_motion(&world, &world.call(world.edith), &publish(post, 1), |now| {
            if now == moment {
                break_every_connection(&world);
            }
        });
        assert_eq!(
            answer.unwrap_err(),
            Refusal::Unavailable(Unavailable::ConnectionLost),
            "{moment:?}"
        );
        assert_eq!(world.db_everything(), before, "{moment:?}");
    }
    world.perform(world.edith, &publish(post, 1)).unwrap();
}
