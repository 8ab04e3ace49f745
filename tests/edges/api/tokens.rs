//! What a token lets through, and until when.

use std::thread;

use diesel::connection::SimpleConnection;
use imprimatur::accounts::{Credential, tokens};
use imprimatur::domain::{Action, Interface, OwnChange, Permission, RequestId, Role};
use imprimatur::permissions;
use imprimatur::policies::accounts::AccountChange;
use imprimatur::refusal::Refusal;
use imprimatur::workflow::Caller;
use imprimatur::workflow::accounts::AccountCall;

use super::{House, TEXT};
use crate::support::raw::db_account_event;
use crate::support::world::{account_call, request_changes};
use crate::support::{Program, World};

#[test]
fn a_narrowed_token_holds_only_its_permissions() {
    let House { world, server, .. } = House::new();
    let at = server.address;
    let post = world.in_review();
    let draft = world.draft_of(world.rosa);
    let only_submits = Program::narrowed(&world, at, world.rosa, &[Permission::SubmitPost]);
    let publishes = Program::narrowed(
        &world,
        at,
        world.rosa,
        &[Permission::PublishPost, Permission::ReviewPost],
    );
    let formerly = Program::narrowed(&world, at, world.arthur, &[Permission::CreatePost]);
    world.change_account("arthur", AccountChange::Revoke(Role::Author)).unwrap();
    // What lets a reviewer see posts in review is narrowed away with the rest.
    only_submits.get(&format!("/api/v1/posts/{post}")).expect(404);
    let refused = only_submits.act(post, "publication", 1, "").expect(403);
    assert_eq!(
        (refused.kind().as_str(), refused.codes().as_str()),
        ("permission-missing", "token-is-narrowed")
    );
    let challenge = refused.header("www-authenticate");
    assert!(
        challenge.contains("insufficient_scope") && challenge.contains("posts.publish_post"),
        "{challenge}"
    );
    let refused = publishes.post("/api/v1/posts", &[("idempotency-key", "k")], TEXT).expect(403);
    assert_eq!(refused.codes(), "token-is-narrowed");
    // A token gives nothing that its account does not hold any more.
    let refused = formerly.post("/api/v1/posts", &[("idempotency-key", "k")], TEXT).expect(403);
    let answer = (refused.codes(), refused.header("www-authenticate"));
    assert_eq!(answer, ("permission-missing".to_owned(), ""));
    let recorded: Vec<String> = world.db_refusals().into_iter().map(|(_, codes)| codes).collect();
    assert_eq!(recorded, ["token-is-narrowed", "token-is-narrowed", "permission-missing"]);
    only_submits.act(draft, "submission", 1, "").expect(200);
    publishes.act(post, "publication", 1, "").expect(200);
}

/// The permission of each action is enough for it, and for hearing its answer again: what
/// one may do to a post, one can reach.
#[test]
fn a_token_of_one_permission_acts_and_hears_its_answer_again() {
    let House { world, server, .. } = House::new();
    let (note, reason) = (r#"{"note": "Why?"}"#, r#"{"reason": "Old."}"#);
    let mut acted = Vec::new();
    for action in Action::ALL {
        let (who, post, below, body) = match action {
            Action::Create => (world.alice, None, "", TEXT),
            Action::Revise => (world.alice, Some(world.draft()), "/revisions", TEXT),
            Action::Submit => (world.alice, Some(world.draft()), "/submission", ""),
            Action::RequestChanges => {
                (world.edith, Some(world.in_review()), "/change-requests", note)
            }
            Action::WithdrawRequest => {
                let post = world.in_review();
                world.perform(world.edith, &request_changes(post, 1)).unwrap();
                (world.edith, Some(post), "/change-requests/withdrawal", "")
            }
            Action::Publish => (world.edith, Some(world.in_review()), "/publication", ""),
            Action::Archive => (world.stan, Some(world.published()), "/archival", reason),
        };
        let only = [permissions::required(action)];
        let program = Program::narrowed(&world, server.address, who, &only);
        let path = post.map(|post| format!("/{post}{below}")).unwrap_or_default();
        let path = format!("/api/v1/posts{path}");
        let send = || {
            let headers = [("idempotency-key", action.as_str()), ("if-match", "\"1\"")];
            program.post(&path, &headers[..1 + usize::from(post.is_some())], body)
        };
        let (first, again) = (send(), send());
        acted.push((action, first.status, again.status, first.text == again.text));
    }
    let expected = Action::ALL.map(|action| {
        let status = if action == Action::Create { 201 } else { 200 };
        (action, status, status, true)
    });
    assert_eq!(acted, expected);
    assert!(world.db_refusals().is_empty());
}

/// Ways to end a token.
#[derive(Debug, Clone, Copy)]
enum End {
    OwnRevocation,
    ByStaff,
    Deactivation,
    ByHand,
    Expiry,
}

const ENDS: [End; 5] =
    [End::OwnRevocation, End::ByStaff, End::Deactivation, End::ByHand, End::Expiry];

impl End {
    fn take_place(self, world: &World, program: &Program) {
        let conn = &mut world.database.as_runtime();
        let hash = tokens::parse(&program.token).unwrap();
        let token = tokens::find(conn, &hash).unwrap().unwrap().token;
        match self {
            Self::OwnRevocation => {
                let owner = Credential::Account(world.edith);
                let change = OwnChange::RevokeToken(token);
                imprimatur::workflow::own_account::change(
                    &world.store,
                    &account_call(&owner),
                    &change,
                    None,
                )
                .unwrap();
            }
            Self::ByStaff => {
                world.change_account("edith", AccountChange::RevokeToken(token)).unwrap()
            }
            Self::Deactivation => world.change_account("edith", AccountChange::Deactivate).unwrap(),
            Self::ByHand => conn
                .batch_execute(&format!(
                    "{}; UPDATE tokens SET revoked_at = clock_timestamp() WHERE id = {token}",
                    db_account_event(world.stan, world.edith, "token-revoked", "NULL")
                ))
                .unwrap(),
            Self::Expiry => world.database.db_sabotage(&format!(
                "SET session_replication_role = replica;
                 UPDATE tokens SET created_at = created_at - interval '300 days',
                     expires_at = clock_timestamp() - interval '1 second' WHERE id = {token}"
            )),
        }
    }
}

#[test]
fn an_ended_token_is_refused_at_once() {
    for end in ENDS {
        let House { world, server: _server, edith, .. } = House::new();
        let post = world.in_review();
        edith.get("/api/v1/posts").expect(200);
        end.take_place(&world, &edith);
        let before = world.db_everything();
        assert_eq!(edith.get("/api/v1/posts").expect(401).kind(), "token-invalid", "{end:?}");
        let refused = edith.act(post, "publication", 1, "").expect(401);
        assert!(refused.header("www-authenticate").contains("invalid_token"), "{end:?}");
        assert_eq!(world.db_everything(), before, "{end:?}");
    }
}

/// A request that is not as it should be, and what a token that works hears.
type Wrong<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str, u16);

/// Whatever else is wrong with a request, a token that is over is what is said.
#[test]
fn an_ended_token_is_reported_before_other_problems() {
    let House { world, server, edith, .. } = House::new();
    let post = world.in_review();
    let revisions = format!("/api/v1/posts/{post}/revisions");
    let never = Program::with(server.address, tokens::generate().as_str());
    let (tag, key) = (("if-match", "\"1\""), ("idempotency-key", "k"));
    let requests: [Wrong<'_>; 10] = [
        ("POST", "/api/v1/posts", &[key], "{", 400),
        ("POST", "/api/v1/posts", &[key], "{}", 422),
        ("POST", "/api/v1/posts", &[key], r#"{"title": "a\nb", "summary": "", "body": ""}"#, 422),
        ("POST", "/api/v1/posts", &[], TEXT, 400),
        ("POST", "/api/v1/posts?x=1", &[key], TEXT, 422),
        ("POST", &revisions, &[], TEXT, 428),
        ("POST", &revisions, &[("if-match", "1")], TEXT, 412),
        ("POST", "/api/v1/posts/x/revisions", &[tag], TEXT, 404),
        ("GET", "/api/v1/posts?limit=x", &[], "", 422),
        ("GET", "/api/v1/posts", &[("accept", "text/html")], "", 406),
    ];
    let ask = |program: &Program, (method, path, headers, body, _): Wrong<'_>| {
        if method == "GET" {
            return program.send("GET", path, headers, None);
        }
        program.post(path, headers, body)
    };
    for request in requests {
        assert_eq!(ask(&edith, request).status, request.4, "{request:?}");
    }
    world.change_account("edith", AccountChange::Deactivate).unwrap();
    for program in [&edith, &never] {
        for request in requests {
            assert_eq!(ask(program, request).expect(401).kind(), "token-invalid", "{request:?}");
        }
    }
}

/// A publish waits for a lock on its post; whoever ends the token meanwhile
/// waits for the publish, and the next one is refused.
#[test]
fn ending_a_token_waits_for_the_transition_in_progress() {
    for end in [End::OwnRevocation, End::ByStaff, End::Deactivation, End::ByHand] {
        let House { world, server: _server, edith, .. } = House::new();
        let (post, next) = (world.in_review(), world.in_review());
        edith.get("/api/v1/posts").expect(200);
        let mut hand = world.database.as_runtime();
        hand.batch_execute(&format!("BEGIN; SELECT FROM posts WHERE id = {post} FOR UPDATE"))
            .unwrap();
        thread::scope(|scope| {
            let publishing = scope.spawn(|| edith.act(post, "publication", 1, ""));
            world.database.db_wait_for_waiters(1);
            let ending = scope.spawn(|| {
                end.take_place(&world, &edith);
                world.db_history(post).len()
            });
            world.database.db_wait_for_waiters(2);
            hand.batch_execute("COMMIT").unwrap();
            publishing.join().unwrap().expect(200);
            assert_eq!(ending.join().unwrap(), 3, "{end:?} was told done before the publish was");
        });
        edith.act(next, "publication", 1, "").expect(401);
        assert_eq!(world.db_history(next), ["draft", "in_review"], "{end:?}");
    }
}

/// And the other way round: a publish that comes while the token is being ended
/// waits, and believes the outcome.
#[test]
fn a_publish_waits_for_the_end_of_its_token() {
    let House { world, server: _server, edith, .. } = House::new();
    edith.get("/api/v1/posts").expect(200);
    for (end, status) in [("ROLLBACK", 200), ("COMMIT", 401)] {
        let post = world.in_review();
        let mut hand = world.database.as_runtime();
        hand.batch_execute(&format!(
            "BEGIN; {}; UPDATE tokens SET revoked_at = clock_timestamp() WHERE user_id = {}",
            db_account_event(world.stan, world.edith, "token-revoked", "NULL"),
            world.edith
        ))
        .unwrap();
        thread::scope(|scope| {
            let publishing = scope.spawn(|| edith.act(post, "publication", 1, ""));
            world.database.db_wait_for_waiters(1);
            hand.batch_execute(end).unwrap();
            publishing.join().unwrap().expect(status);
        });
    }
}

#[test]
fn a_token_changes_no_account_not_even_its_own() {
    let House { world, stan, .. } = House::new();
    let credential = Credential::Token(tokens::parse(&stan.token).unwrap());
    let caller = Caller { credential, interface: Interface::Api, request: RequestId::new() };
    let call = AccountCall { caller, reason: "for the test" };
    let before = world.db_everything();
    let change = imprimatur::workflow::accounts::change(
        &world.store,
        &call,
        "alice",
        &AccountChange::Deactivate,
    );
    let own = imprimatur::workflow::own_account::change(
        &world.store,
        &call,
        &OwnChange::EndOtherSessions,
        None,
    );
    let new = crate::support::world::account("eve", &[]);
    let created = imprimatur::workflow::accounts::create(&world.store, &call, &new).map(|_| ());
    for answer in [change, own, created] {
        assert_eq!(answer, Err(Refusal::NotSignedIn));
    }
    assert_eq!(world.db_everything(), before);
}

#[test]
fn a_token_has_a_quota_and_the_reply_says_how_much_is_left() {
    let House { world: _world, server: _server, alice, edith, .. } = House::new();
    let mut left = Vec::new();
    let refused = loop {
        let reply = alice.get("/api/v1/posts?limit=x");
        assert_eq!(reply.header("ratelimit-policy"), "\"token\";q=1000;w=60");
        let share = reply.header("ratelimit").trim_start_matches("\"token\";r=").to_owned();
        left.push(share.split_once(";t=").unwrap().0.parse::<i32>().unwrap());
        if reply.status == 429 {
            break reply;
        }
        // A slow machine may see a second window begin, and hardly a fourth.
        assert!(reply.status == 422 && left.len() < 3_500, "{}", reply.text);
    };
    assert_eq!(left[..3], [999, 998, 997]);
    assert_eq!(refused.kind(), "too-many-requests");
    assert!((1..=60).contains(&refused.header("retry-after").parse::<u64>().unwrap()));
    edith.get("/api/v1/posts").expect(200);
}

#[test]
fn every_use_of_a_token_is_noted() {
    let House { world, server: _server, alice, edith, .. } = House::new();
    let used =
        |who| world.db_count(&format!("tokens WHERE user_id = {who} AND last_used_at IS NOT NULL"));
    alice.post("/api/v1/posts", &[("idempotency-key", "k")], TEXT).expect(201);
    edith.get("/api/v1/posts").expect(200);
    assert_eq!((used(world.alice), used(world.edith)), (1, 1));
    assert_eq!(used(world.stan), 0);
}
