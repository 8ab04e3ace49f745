//! Authority that is taken away is gone: once a revocation is acknowledged,
//! nothing commits under the old grant.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use imprimatur::accounts::{self, Credential, SessionId, sessions};
use imprimatur::domain::{Layer, Note, OperationKey, RevisionNumber, Role, Step, UserId};
use imprimatur::policies::accounts::AccountChange;
use imprimatur::refusal::Refusal;
use imprimatur::store::pool::Limits;
use imprimatur::store::statement::statement;
use imprimatur::store::{self, Store};
use imprimatur::workflow::bulk_archives::{self, SelectedPosts};
use imprimatur::workflow::{self, Call};

use super::{at_once, in_slow_motion};
use crate::support::attempts::codes;
use crate::support::raw::{DB_RECORD, wait_until};
use crate::support::world::{
    account, account_call, db_number, publish, request_changes, withdraw_request,
};
use crate::support::{Server, World};

/// A way of taking somebody's authority away, and what refuses them then.
#[derive(Debug, Clone)]
enum Revocation {
    /// Through the front door.
    ByStaff(AccountChange, Layer),
    /// At a terminal.
    ByHand(&'static str, Layer),
}

fn by_hand() -> [Revocation; 3] {
    [
        Revocation::ByHand("roles = '{}'", Layer::Permission),
        Revocation::ByHand("is_active = false", Layer::Authentication),
        Revocation::ByHand("password_hash = password_hash || 'x'", Layer::Authentication),
    ]
}

fn every_revocation() -> Vec<Revocation> {
    let new_hash = account("nobody", &[]).password_hash;
    let mut all = vec![
        Revocation::ByStaff(AccountChange::Revoke(Role::Reviewer), Layer::Permission),
        Revocation::ByStaff(AccountChange::Deactivate, Layer::Authentication),
        Revocation::ByStaff(AccountChange::SetPassword(new_hash + "x"), Layer::Authentication),
    ];
    all.extend(by_hand());
    all
}

impl Revocation {
    fn take_place(&self, world: &World, name: &str) {
        match self {
            Self::ByStaff(change, _) => world.change_account(name, change.clone()).unwrap(),
            Self::ByHand(..) => world.database.as_runtime().batch_execute(&self.sql(name)).unwrap(),
        }
    }

    fn sql(&self, name: &str) -> String {
        match self {
            Self::ByStaff(..) => unreachable!("staff do not type SQL"),
            Self::ByHand(change, _) => {
                let changed =
                    format!("UPDATE users SET {change} WHERE username = '{name}'{DB_RECORD}");
                let recorded = format!(
                    "INSERT INTO account_events (actor_id, subject_id, event, request_id, interface)
                     SELECT id, id, 'password-set', gen_random_uuid(), 'command-line'
                     FROM users WHERE username = '{name}'"
                );
                match change.contains("password_hash") {
                    true => changed + &recorded,
                    false => changed,
                }
            }
        }
    }

    fn layer(&self) -> Layer {
        match self {
            Self::ByStaff(_, layer) | Self::ByHand(_, layer) => *layer,
        }
    }
}

/// One more reviewer, signed in.
pub(super) fn reviewer(world: &World, name: &str) -> Call {
    let who = world.person(name, &[Role::Reviewer]);
    let key = sessions::random_key();
    let session = SessionId::of(&key);
    let mut conn = world.database.as_runtime();
    let hash = statement::<Text>("SELECT password_hash FROM users WHERE id = $1")
        .bind::<BigInt, _>(who.0)
        .get_result::<String>(&mut conn)
        .unwrap();
    assert!(sessions::begin(&mut conn, &session, who, &hash, "Firefox on Linux").unwrap());
    let mut call = world.call(who);
    call.caller.credential = Credential::Session(session);
    call
}

#[test]
fn a_revocation_waits_for_the_publish_in_progress_and_the_next_one_is_refused() {
    let world = World::new();
    let mut number = 0;
    for revocation in every_revocation() {
        for moment in Step::ALL {
            number += 1;
            let name = format!("reviewer{number}");
            let call = reviewer(&world, &name);
            let (post, next) = (world.in_review(), world.in_review());
            let case = format!("{revocation:?} at {moment:?}");
            let is_acknowledged = AtomicBool::new(false);
            let take_place = || {
                revocation.take_place(&world, &name);
                is_acknowledged.store(true, Ordering::SeqCst);
                world.db_history(post).len()
            };
            let (answer, seen_when_acknowledged) = thread::scope(|scope| {
                let mut revoking = None;
                let answer = in_slow_motion(&world, &call, &publish(post, 1), |now| {
                    if now != moment {
                        return;
                    }
                    let thread = scope.spawn(take_place);
                    if now == Step::Begin {
                        // Nothing is pinned yet, and nothing makes it wait.
                        revoking = Some(thread);
                        wait_until("it is acknowledged", || is_acknowledged.load(Ordering::SeqCst));
                    } else {
                        revoking = Some(thread);
                        world.database.db_wait_for_waiters(1);
                        assert!(!is_acknowledged.load(Ordering::SeqCst), "{case}");
                    }
                });
                (answer, revoking.unwrap().join().unwrap())
            });
            if moment == Step::Begin {
                assert_eq!(answer.unwrap_err().layer(), revocation.layer(), "{case}");
                assert_eq!(world.db_history(post), ["draft", "in_review"], "{case}");
            } else {
                // It came first, and it was there when the revocation was told done.
                answer.unwrap_or_else(|refusal| panic!("{case}: {refusal}"));
                assert_eq!(seen_when_acknowledged, 3, "{case}");
            }
            let before = world.db_everything();
            let refusal = workflow::perform(&world.store, &call, &publish(next, 1)).unwrap_err();
            assert_eq!(refusal.layer(), revocation.layer(), "{case}");
            assert_eq!(world.db_everything(), before, "{case}");
        }
    }
    assert_eq!(world.db_incidents(), [""; 0]);
}

#[test]
fn a_bulk_archive_waits_for_the_revocation_in_progress_and_believes_its_outcome() {
    let world = World::new();
    for (name, end) in [("first", "COMMIT"), ("second", "ROLLBACK")] {
        let caller = reviewer(&world, name).caller;
        world.change_account(name, AccountChange::Grant(Role::Staff)).unwrap();
        let posts = SelectedPosts::from([(world.published(), RevisionNumber(1))]);
        let (key, reason) = (OperationKey::random(), Note::parse("Out of date.").unwrap());
        let revocation = Revocation::ByHand("roles = '{}'", Layer::Permission);
        let mut hand = world.database.as_runtime();
        hand.batch_execute("BEGIN").unwrap();
        hand.batch_execute(&revocation.sql(name)).unwrap();
        let answer = thread::scope(|scope| {
            let begin = || bulk_archives::begin(&world.store, &caller, &key, &posts, &reason);
            let beginning = scope.spawn(begin);
            world.database.db_wait_for_waiters(1);
            hand.batch_execute(end).unwrap();
            beginning.join().unwrap()
        });
        let expected = (end == "COMMIT").then(|| revocation.layer());
        assert_eq!(answer.err().map(|refusal| refusal.layer()), expected, "{end}");
        let last = world.db_refusals().last().map(|(layer, _)| layer.clone());
        assert_eq!(last.as_deref(), Some("permission"), "the refusal is recorded once");
        assert_eq!(world.db_refusals().len(), 1);
    }
}

#[test]
fn a_publish_waits_for_the_revocation_in_progress_and_believes_its_outcome() {
    let world = World::new();
    let mut number = 0;
    for revocation in by_hand() {
        for end in ["COMMIT", "ROLLBACK"] {
            number += 1;
            let name = format!("reviewer{number}");
            let call = reviewer(&world, &name);
            let post = world.in_review();
            let mut hand = world.database.as_runtime();
            hand.batch_execute("BEGIN").unwrap();
            hand.batch_execute(&revocation.sql(&name)).unwrap();
            let answer = thread::scope(|scope| {
                let publishing =
                    scope.spawn(|| workflow::perform(&world.store, &call, &publish(post, 1)));
                world.database.db_wait_for_waiters(1);
                hand.batch_execute(end).unwrap();
                publishing.join().unwrap()
            });
            let layer = answer.as_ref().err().map(Refusal::layer);
            let expected = (end == "COMMIT").then(|| revocation.layer());
            assert_eq!(layer, expected, "{revocation:?}, {end}");
            let states = if end == "COMMIT" { 2 } else { 3 };
            assert_eq!(world.db_history(post).len(), states);
        }
    }
    assert_eq!(world.db_incidents(), [""; 0]);
}

#[test]
fn nothing_is_published_after_the_revocation_was_acknowledged() {
    let world = World::new();
    let published_by = |who: UserId| {
        world.db_count(&format!("history WHERE entered = 'published' AND actor_id = {who}"))
    };
    for (round, revocation) in every_revocation().into_iter().cycle().take(18).enumerate() {
        let name = format!("reviewer{round}");
        let call = reviewer(&world, &name);
        let who = world.find_person(&name).id;
        let posts: Vec<_> = (0..4).map(|_| world.in_review()).collect();
        type Task<'a> = Box<dyn FnOnce() -> Option<i64> + Send + 'a>;
        let mut tasks: Vec<Task<'_>> = Vec::new();
        for post in posts {
            let (call, world) = (&call, &world);
            let layer = revocation.layer();
            tasks.push(Box::new(move || {
                let call = Call { key: imprimatur::domain::OperationKey::random(), ..call.clone() };
                if let Err(refusal) = workflow::perform(&world.store, &call, &publish(post, 1)) {
                    assert_eq!(refusal.layer(), layer, "{refusal:?}");
                }
                None
            }));
        }
        tasks.push(Box::new(|| {
            revocation.take_place(&world, &name);
            Some(published_by(who))
        }));
        let when_acknowledged = at_once(tasks).into_iter().flatten().next().unwrap();
        assert_eq!(published_by(who), when_acknowledged, "{revocation:?}");
    }
    assert_eq!(world.db_incidents(), [""; 0]);
}

#[test]
fn the_open_page_of_a_revoked_reviewer_publishes_nothing() {
    let world = World::new();
    let post = world.in_review();
    let server = Server::start(world.database.store());
    let mut edith = server.signed_in("edith");
    let address = format!("/desk/posts/{post}/publish");
    let page = edith.get(&address).expect(200);
    let [token, key, seen] = ["token", "key", "seen"].map(|field| page.hidden(field));
    world.change_account("edith", AccountChange::Revoke(Role::Reviewer)).unwrap();
    let before = world.db_everything();
    let fields = [("token", &*token), ("key", &*key), ("seen", &*seen)];
    edith.post(&address, &fields).expect(403);
    assert_eq!(world.db_everything(), before);
    assert_eq!(world.db_refusals(), [("permission".to_owned(), "permission-missing".to_owned())]);
}

#[test]
fn two_staff_who_remove_each_other_at_once_leave_one_of_them() {
    let world = World::new();
    let sam = world.person("sam", &[Role::Staff]);
    let staff = [("stan", world.stan), ("sam", sam)];
    let removals = [
        (AccountChange::Deactivate, AccountChange::Reactivate),
        (AccountChange::Revoke(Role::Staff), AccountChange::Grant(Role::Staff)),
    ];
    for (removal, reparation) in removals.iter().cycle().take(16) {
        let answers = at_once([(0, 1), (1, 0)].map(|(actor, subject): (usize, usize)| {
            let (world, staff) = (&world, &staff);
            move || world.change_account_as(staff[actor].1, staff[subject].0, removal.clone())
        }));
        let winner = answers.iter().position(Result::is_ok).unwrap();
        let loser = 1 - winner;
        // The loser hears that they are out, and not that the database choked.
        assert!(
            matches!(answers[loser], Err(Refusal::NotSignedIn | Refusal::Permission(_))),
            "{answers:?}"
        );
        let left = "users WHERE is_active AND 'staff' = ANY (roles)";
        assert_eq!(world.db_count(left), 1);
        world.change_account_as(staff[winner].1, staff[loser].0, reparation.clone()).unwrap();
    }
    assert_eq!(world.db_incidents(), [""; 0]);
}

#[test]
fn constant_activity_cannot_delay_a_revocation() {
    let world = World::new();
    let busy = AtomicBool::new(true);
    let impatient = Store::connect(&world.database.runtime_url(), Limits::default());
    thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| {
                let mut conn = world.database.as_runtime();
                let credential = Credential::Account(world.edith);
                while busy.load(Ordering::Relaxed) {
                    store::transaction(&mut conn, |tx| {
                        accounts::load(tx, &credential)?;
                        // A slow disk: the next one begins before this one is through.
                        thread::sleep(Duration::from_millis(20));
                        Ok::<_, diesel::result::Error>(())
                    })
                    .unwrap();
                }
            });
        }
        let mut superuser = world.database.as_superuser();
        wait_until("Edith is busy", || {
            let sql = "SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory'
                       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
            db_number(&mut superuser, sql) >= 5
        });
        let staff = Credential::Account(world.stan);
        let revoke = AccountChange::Revoke(Role::Reviewer);
        let revoked =
            workflow::accounts::change(&impatient, &account_call(&staff), "edith", &revoke);
        busy.store(false, Ordering::Relaxed);
        revoked.unwrap();
    });
}

#[test]
fn nothing_takes_effect_after_an_acknowledged_sign_out() {
    let world = World::new();
    let post = world.in_review();
    let server = Server::start(world.database.store());
    let mut edith = server.signed_in("edith");
    let page = edith.get(&format!("/desk/posts/{post}/publish")).expect(200);
    let [token, key, seen] = ["token", "key", "seen"].map(|name| page.hidden(name));
    let mut owner = world.database.as_owner();
    let mut other_tab = edith.clone();
    thread::scope(|scope| {
        owner.batch_execute("BEGIN; SELECT id FROM posts FOR UPDATE").unwrap();
        let published = scope.spawn(|| {
            let fields = [("token", token.as_str()), ("key", &key), ("seen", &seen)];
            edith.post(&format!("/desk/posts/{post}/publish"), &fields).status
        });
        world.database.db_wait_for_waiters(1);
        let signed_out =
            scope.spawn(|| other_tab.post("/sign-out", &[("token", token.as_str())]).status);
        // Signing out waits for what is under way, or nobody could say it is over.
        world.database.db_wait_for_waiters(2);
        owner.batch_execute("COMMIT").unwrap();
        assert_eq!(published.join().unwrap(), 303);
        assert_eq!(signed_out.join().unwrap(), 303);
    });
    let fields = [("token", token.as_str()), ("key", &key), ("seen", &seen)];
    edith.post(&format!("/desk/posts/{post}/publish"), &fields).expect(401);
    assert_eq!(world.db_history(post), ["draft", "in_review", "published"]);
}

/// The password is compared under the lock that a change of it takes. Compared
/// before, a session could begin with the old password after the change was
/// acknowledged.
#[test]
fn no_session_begins_with_a_password_whose_change_was_acknowledged() {
    let world = World::new();
    let old = account("nobody", &[]).password_hash;
    let staff_lock = "SELECT pg_advisory_xact_lock(1, hashint8(id)) FROM users WHERE username = \
                      'alice'; SELECT FROM users WHERE username = 'alice' FOR UPDATE;";
    // An account is deactivated together with its record; here the lock matters.
    let without_record = "SET LOCAL session_replication_role = replica;";
    for (lock, change) in [
        (staff_lock, "password_hash = password_hash || 'x'"),
        // By hand, and without any lock but the row's own.
        ("", "password_hash = password_hash || 'x'"),
        (staff_lock, "is_active = false"),
        ("", "is_active = false"),
    ] {
        let set = format!("UPDATE users SET {change} WHERE username = 'alice'");
        let mut changing = world.database.as_superuser();
        changing.batch_execute(&format!("BEGIN; {without_record} {lock} {set}")).unwrap();
        let begun = thread::scope(|scope| {
            let (old, world) = (&old, &world);
            let signing_in = scope.spawn(move || {
                let conn = &mut *world.store.checkout().unwrap();
                let key = sessions::random_key_of(world.alice);
                sessions::begin(conn, &SessionId::of(&key), world.alice, old, "a test").unwrap()
            });
            world.database.db_wait_for_waiters(1);
            changing.batch_execute("COMMIT").unwrap();
            signing_in.join().unwrap()
        });
        assert!(!begun, "{change} with {lock:?}");
        assert_eq!(world.db_count("sessions"), 0, "{change} with {lock:?}");
        changing
            .batch_execute(&format!(
                "BEGIN; {without_record}
                 UPDATE users SET password_hash = '{old}', is_active = true
                 WHERE username = 'alice'; COMMIT"
            ))
            .unwrap();
    }
}

/// Any reviewer may withdraw the request of a reviewer who has left. Where that
/// reviewer comes back at the same instant, the request stays theirs.
#[test]
fn a_withdrawal_waits_for_the_return_in_progress_and_believes_its_outcome() {
    let ways = [
        (AccountChange::Deactivate, "is_active = true"),
        (AccountChange::Revoke(Role::Reviewer), "roles = roles || '{reviewer}'"),
    ];
    for ((leaving, coming_back), end) in
        ways.iter().flat_map(|way| [(way, "COMMIT"), (way, "ROLLBACK")])
    {
        let world = World::new();
        let post = world.in_review();
        world.perform(world.edith, &request_changes(post, 1)).unwrap();
        world.change_account("edith", leaving.clone()).unwrap();
        let call = reviewer(&world, "ruth");
        let mut hand = world.database.as_runtime();
        let update = format!("BEGIN; UPDATE users SET {coming_back} WHERE username = 'edith'");
        hand.batch_execute(&(update + DB_RECORD)).unwrap();
        let answer = thread::scope(|scope| {
            let withdrawing =
                scope.spawn(|| workflow::perform(&world.store, &call, &withdraw_request(post, 1)));
            world.database.db_wait_for_waiters(1);
            hand.batch_execute(end).unwrap();
            withdrawing.join().unwrap()
        });
        let refused = answer.as_ref().err().map(codes);
        let expected = (end == "COMMIT").then(|| "policy not-your-request".to_owned());
        assert_eq!(refused, expected, "{end}");
        assert_eq!(world.db_incidents(), [""; 0]);
    }
}
