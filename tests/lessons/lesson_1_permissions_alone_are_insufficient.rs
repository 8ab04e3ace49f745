//! Lesson 1: permissions alone are insufficient.
//!
//! A permission says what a person's account is trusted with, and nothing else.
//! It is handed no post, so its answer is the same for every post, in every
//! state, at every time; and because it is, somebody can read the whole matrix
//! and know what it grants, and staff can take a grant away at one place and
//! know that it is gone.
//!
//! The price of that simplicity is that a permission cannot say no to Rosa, who
//! may publish, when what she publishes is her own post. Systems that taught
//! their permissions to say it ended with grants that changed their meaning
//! whenever a post changed its state. Here something else says it: lesson 2.
//!
//! That a permission *cannot* be handed a post, a capability cannot be forged
//! and one for another action does not fit, are compile-fail examples beside
//! `permissions::Capability` and `permissions::verify`.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use imprimatur::accounts::{self, Credential};
use imprimatur::domain::{
    Action, Archive, Attempt, Create, OperationKey, Outcome, Permission, PostId, Publish,
    RequestChanges, Revise, RevisionNumber, Role, RoleSet, State, Submit, UserId, WithdrawRequest,
};
use imprimatur::permissions;
use imprimatur::policies::accounts::AccountChange;
use imprimatur::refusal::Refusal;
use imprimatur::store::pool::Limits;
use imprimatur::store::statement::statement;
use imprimatur::store::{self, Store};
use imprimatur::workflow;

use crate::support::attempts::{attempt, codes, on_posts, post_in};
use crate::support::database::patient;
use crate::support::raw::DB_RECORD;
use crate::support::world::{archive, publish, request_changes, revise, submit, withdraw_request};
use crate::support::{Browser, Server, World};

/// What each role is trusted with: all of it.
const MATRIX: &str = "
| Permission                 | author | reviewer | staff |
|----------------------------|--------|----------|-------|
| posts.create_post          | yes    |          |       |
| posts.revise_post          | yes    |          |       |
| posts.submit_post          | yes    |          |       |
| posts.review_post          |        | yes      |       |
| posts.publish_post         |        | yes      |       |
| posts.archive_post         |        |          | yes   |
| accounts.manage_account    |        |          | yes   |
| audit.view_audit           |        |          | yes   |
| audit.acknowledge_incident |        |          | yes   |
";

#[test]
fn permissions_are_one_small_table() {
    let mut lines = vec![
        "| Permission                 | author | reviewer | staff |".to_owned(),
        "|----------------------------|--------|----------|-------|".to_owned(),
    ];
    for permission in Permission::ALL {
        let [author, reviewer, staff] = Role::ALL.map(|role| {
            permissions::grant(role, permission).map_or("", |reason| {
                assert!(!reason.is_empty(), "every grant has its one-line reason");
                "yes"
            })
        });
        lines.push(format!(
            "| {:<26} | {author:<6} | {reviewer:<8} | {staff:<5} |",
            permission.as_str()
        ));
    }
    assert_eq!(MATRIX.trim(), lines.join("\n"));
}

/// Once, "is it live?" crept into a permission, and a rightful action was
/// refused. The attempts here name a revision that never was, so that whoever
/// gets past the permission is refused by a policy and every post stays put.
#[test]
fn its_answer_is_the_same_in_every_state_for_owner_and_stranger() {
    let world = World::new();
    let strange = State::ALL.map(|state| post_in(&world, world.alice, state));
    let role_sets: [&[Role]; 4] = [&[], &[Role::Author], &[Role::Reviewer], &[Role::Staff]];
    for (number, roles) in role_sets.into_iter().enumerate() {
        let name = format!("person-{number}");
        let person = world.person(&name, &[Role::Author]);
        let own = State::ALL.map(|state| post_in(&world, person, state));
        change_roles(&world, &name, &[Role::Author], roles);
        let before = world.db_everything();

        for action in on_posts() {
            let is_granted = permissions::holds(&RoleSet::of(roles), permissions::required(action));
            for (owner, posts) in [("own", &own), ("strange", &strange)] {
                for (state, post) in State::ALL.into_iter().zip(posts) {
                    let refusal = try_as(&world, person, action, *post, 99).unwrap_err();
                    let is_denied = matches!(refusal, Refusal::Permission(_));
                    assert_eq!(
                        is_denied, !is_granted,
                        "{roles:?} {action} on their {owner} post, {state}: {refusal:?}"
                    );
                }
            }
        }
        assert_eq!(world.db_everything(), before, "{roles:?}");
    }
}

/// Elsewhere every change of state rewrote what the roles were granted.
#[test]
fn no_transition_writes_a_grant() {
    let world = World::new();
    let before = db_people(&world);
    let post = world.in_review();
    world.perform(world.edith, &request_changes(post, 1)).unwrap();
    world.perform(world.alice, &revise(post, 1, "On more restraint")).unwrap();
    world.perform(world.edith, &request_changes(post, 2)).unwrap();
    world.perform(world.edith, &withdraw_request(post, 2)).unwrap();
    world.perform(world.rosa, &publish(post, 2)).unwrap();
    world.perform(world.stan, &archive(post, 2)).unwrap();
    let states = ["draft", "in_review", "published", "archived"];
    assert_eq!(world.db_history(post), states);
    assert_eq!(db_people(&world), before);
}

/// Each person is asked for each action in a transaction of its own, as the
/// door asks. What one answer is worth for another action is nothing: it does
/// not even have the same type.
#[test]
fn a_capability_for_one_action_says_nothing_of_another() {
    let world = World::new();
    let post = world.in_review();
    let before = world.db_everything();
    for (name, id, expected) in [
        ("Alice", world.alice, "create revise submit"),
        ("Edith", world.edith, "request-changes withdraw-request publish"),
        ("Rosa", world.rosa, "create revise submit request-changes withdraw-request publish"),
        ("Stan", world.stan, "archive"),
        ("Mallory", world.mallory, ""),
    ] {
        let held: Vec<&str> = [
            may::<Create>(&world, id),
            may::<Revise>(&world, id),
            may::<Submit>(&world, id),
            may::<RequestChanges>(&world, id),
            may::<WithdrawRequest>(&world, id),
            may::<Publish>(&world, id),
            may::<Archive>(&world, id),
        ]
        .into_iter()
        .flatten()
        .collect();
        assert_eq!(held.join(" "), expected, "{name}");
    }

    let refusal = world.perform(world.alice, &publish(post, 1)).unwrap_err();
    assert_eq!(codes(&refusal), "permission permission-missing");
    let refusal = world.perform(world.edith, &archive(post, 1)).unwrap_err();
    assert_eq!(codes(&refusal), "permission permission-missing");
    let refusal = world.perform(world.stan, &publish(post, 1)).unwrap_err();
    assert_eq!(codes(&refusal), "permission permission-missing");
    assert_eq!(world.db_everything(), before);
}

#[test]
fn a_refused_person_learns_nothing_not_even_which_posts_exist() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut mallory = server.signed_in("mallory");
    let real = State::ALL.map(|state| post_in(&world, world.alice, state));
    let imaginary = PostId(987_654_321);
    let before = world.db_everything();
    for action in on_posts() {
        let answer = try_as(&world, world.mallory, action, imaginary, 1).unwrap_err();
        assert_eq!(codes(&answer), "permission permission-missing");
        let page = page_of(&mut mallory, action, imaginary);
        assert!(page.starts_with("403"), "{page}");
        for post in real {
            let same = try_as(&world, world.mallory, action, post, 1).unwrap_err();
            assert_eq!(same, answer, "{action} on {post}");
            assert_eq!(page_of(&mut mallory, action, post), page, "{action}");
        }
    }
    assert_eq!(world.db_everything(), before);
}

/// The post's row is held by somebody else. Edith, who may publish, waits for
/// it; Mallory is answered at once, so she has not even queued for the lock.
#[test]
fn a_refused_person_locks_nothing() {
    let world = World::new();
    let post = world.in_review();
    let hasty = Store::connect(
        &world.database.runtime_url(),
        Limits { lock: Duration::from_millis(100), connections: 1, ..patient() },
    );
    let before = world.db_everything();
    let mut holder = world.database.as_owner();
    holder.batch_execute("BEGIN; SELECT FROM posts FOR UPDATE").unwrap();

    let waits = workflow::perform(&hasty, &world.call(world.edith), &publish(post, 1));
    assert!(matches!(waits, Err(Refusal::Unavailable(_))), "{waits:?}");
    for who in [world.mallory, world.alice, world.stan] {
        let refused = workflow::perform(&hasty, &world.call(who), &publish(post, 1));
        assert!(matches!(refused, Err(Refusal::Permission(_))), "{refused:?}");
    }

    holder.batch_execute("ROLLBACK").unwrap();
    assert_eq!(world.db_everything(), before);
    world.perform(world.edith, &publish(post, 1)).unwrap();
}

/// The session says who Edith is. What she may do is read when she does it.
#[test]
fn a_revoked_role_is_gone_at_the_next_click_of_the_same_session() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let post = world.in_review();
    let mut edith = server.signed_in("edith");
    let path = format!("/desk/posts/{post}/publish");
    let open = edith.get(&path).expect(200);
    let form = ["token", "key", "seen"].map(|name| (name, open.hidden(name)));
    let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));

    let reviewer = Role::Reviewer;
    world.change_account("edith", AccountChange::Revoke(reviewer)).unwrap();
    let before = world.db_everything();
    edith.post(&path, &form).expect(403);
    edith.get(&path).expect(403);
    assert_eq!(world.db_everything(), before);
    assert_eq!(world.post(post).state(), State::InReview);
    let recorded = ("permission".to_owned(), "permission-missing".to_owned());
    assert_eq!(world.db_refusals(), [recorded]);

    // What was only a matter of authority is mended by authority alone.
    world.change_account("edith", AccountChange::Grant(reviewer)).unwrap();
    edith.post(&path, &form).expect(303);
    assert_eq!(world.post(post).state(), State::Published);
}

/// By staff or by a hand-typed `UPDATE`: it makes no difference.
#[test]
fn a_deactivated_account_stops_at_once_with_every_credential_it_has() {
    let deactivations: [fn(&World); 2] = [
        |world| {
            world.change_account("edith", AccountChange::Deactivate).unwrap();
        },
        |world| {
            world
                .database
                .as_runtime()
                .batch_execute(
                    &("UPDATE users SET is_active = false WHERE username = 'edith'".to_owned()
                        + DB_RECORD),
                )
                .unwrap();
        },
    ];
    for deactivate in deactivations {
        let world = World::new();
        let server = Server::start(world.database.store());
        let post = world.in_review();
        let mut edith = server.signed_in("edith");
        let path = format!("/desk/posts/{post}/publish");
        let open = edith.get(&path).expect(200);
        let form = ["token", "key", "seen"].map(|name| (name, open.hidden(name)));
        let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));

        deactivate(&world);
        let before = world.db_everything();
        edith.post(&path, &form).expect(401);
        edith.get("/desk").expect(401);
        let by_command = world.perform(world.edith, &publish(post, 1));
        assert_eq!(by_command, Err(Refusal::NotSignedIn));
        assert_eq!(world.db_everything(), before);
        assert_eq!(world.db_refusals(), [], "nobody in particular was refused");

        // Coming back is signing in again: the old session stays over.
        world.change_account("edith", AccountChange::Reactivate).unwrap();
        edith.post(&path, &form).expect(401);
        assert_eq!(world.post(post).state(), State::InReview);
        world.perform(world.edith, &publish(post, 1)).unwrap();
    }
}

/// And this is where permissions end. Rosa may publish: the permission says so
/// every time, and every time it is right. Four times out of five publishing
/// would be wrong, and not one of the four reasons is about Rosa's account.
#[test]
fn policies_refuse_what_permissions_allow() {
    let world = World::new();
    let rosa = world.find_person("rosa");
    let her_draft = world.draft_of(world.rosa);
    let her_own = world.draft_of(world.rosa);
    world.perform(world.rosa, &submit(her_own, 1)).unwrap();
    let moved_on = world.in_review();
    world.perform(world.alice, &revise(moved_on, 1, "On moving on")).unwrap();
    let published = world.published();
    let ready = world.in_review();

    for (post, seen, expected) in [
        (her_draft, 1, "policy not-in-review own-post"),
        (her_own, 1, "policy own-post"),
        (moved_on, 1, "policy stale-revision"),
        (published, 1, "policy not-in-review"),
    ] {
        let before = world.db_everything();
        permissions::check(&rosa.roles, Permission::PublishPost).unwrap();
        assert_eq!(may::<Publish>(&world, world.rosa), Some("publish"), "before {expected}");
        let refusal = world.perform(world.rosa, &publish(post, seen)).unwrap_err();
        assert_eq!(codes(&refusal), expected);
        assert_eq!(world.db_everything(), before, "{expected}");
    }
    permissions::check(&rosa.roles, Permission::PublishPost).unwrap();
    world.perform(world.rosa, &publish(ready, 1)).unwrap();
}

/// Returns the action's name if the person gets the capability for it.
fn may<A: Attempt>(world: &World, who: UserId) -> Option<&'static str> {
    let conn = &mut *world.store.checkout().unwrap();
    store::transaction(conn, |tx| {
        let actor = accounts::load(tx, &Credential::Account(who))?;
        let capability = permissions::verify::<A>(actor.unwrap());
        QueryResult::Ok(capability.is_ok().then_some(A::ACTION.as_str()))
    })
    .unwrap()
}

fn try_as(
    world: &World,
    who: UserId,
    action: Action,
    post: PostId,
    seen: i32,
) -> Result<Outcome, Refusal> {
    attempt(&world.store, &world.call(who), action, post, seen)
}

fn change_roles(world: &World, name: &str, from: &[Role], to: &[Role]) {
    for role in to.iter().filter(|role| !from.contains(role)) {
        world.change_account(name, AccountChange::Grant(*role)).unwrap();
    }
    for role in from.iter().filter(|role| !to.contains(role)) {
        world.change_account(name, AccountChange::Revoke(*role)).unwrap();
    }
}

/// Returns status and body of an action's answer, without what names the
/// request and the post that were asked for.
fn page_of(browser: &mut Browser, action: Action, post: PostId) -> String {
    let key = OperationKey::random();
    let seen = RevisionNumber(1).to_string();
    let mut fields = vec![("key", key.as_str()), ("seen", seen.as_str())];
    match action {
        Action::Create | Action::Submit | Action::WithdrawRequest | Action::Publish => {}
        Action::Revise => fields.extend([("title", "T"), ("summary", "S"), ("body", "B")]),
        Action::RequestChanges => fields.push(("note", "Please.")),
        Action::Archive => fields.push(("reason", "Because.")),
    }
    let page = browser.send_unasked(&format!("/desk/posts/{post}/{action}"), &fields);
    let request = &page.headers["x-request-id"];
    let body = page.body.replace(request, "REQUEST");
    let body = body.replace(&format!("/posts/{post}/"), "/posts/POST/");
    // What was typed comes back, and the form's own key with it.
    let body = body.replace(key.as_str(), "KEY");
    format!("{} {body}", page.status)
}

fn db_people(world: &World) -> String {
    statement::<Text>("SELECT string_agg(u::text, E'\\n' ORDER BY u.id) FROM users u")
        .get_result(&mut world.database.as_owner())
        .unwrap()
}
