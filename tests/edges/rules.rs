//! Every rule of every subject is asked through every interface where it can
//! occur, and gives the same answer, code and record.
//!
//! The enums drive these tests: a new variant does not compile before its case
//! is written here, and a case that an interface answers otherwise fails.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use imprimatur::audit::{self, AuditEntry};
use imprimatur::domain::{
    AccountAction, AccountActionKind, Content, Interface, PostId, RequestId, Role, TokenId,
};
use imprimatur::policies::accounts::{AccountChange, FirstRule};
use imprimatur::policies::{accounts, incidents, own_account, posts};

use crate::support::world::{PASSWORD, account, request_changes, revise};
use crate::support::{Browser, Database, Program, Server, World};

/// An attempt that one rule refuses.
struct Attempt {
    who: &'static str,
    action: &'static str,
    post: Option<PostId>,
    words: &'static str,
    /// The web address that is confirmed.
    slug: Option<&'static str>,
}

/// Returns an attempt that breaks the rule.
fn on_post(rule: posts::Rule, world: &World) -> Attempt {
    use posts::Rule;
    let attempt = |who, action, post: PostId| Attempt {
        who,
        action,
        post: Some(post),
        words: "For a reason.",
        slug: None,
    };
    match rule {
        Rule::SomethingIsWritten => {
            Attempt { post: None, words: " ", ..attempt("alice", "create", PostId(0)) }
        }
        Rule::YouAreItsAuthor => attempt("rosa", "revise", world.in_review()),
        Rule::YouAreNotItsAuthor => {
            let own = world.draft_of(world.rosa);
            world.perform(world.rosa, &crate::support::world::submit(own, 1)).unwrap();
            attempt("rosa", "publish", own)
        }
        Rule::NotYetPublished => attempt("alice", "revise", world.published()),
        Rule::IsADraft => attempt("alice", "submit", world.in_review()),
        Rule::IsInReview => attempt("edith", "publish", world.published()),
        Rule::IsPublished => attempt("stan", "archive", world.draft()),
        Rule::SeenIsCurrent => {
            let post = world.in_review();
            world.perform(world.alice, &revise(post, 1, "On second thoughts")).unwrap();
            attempt("edith", "publish", post)
        }
        Rule::NothingIsMissing => {
            let content = Content::parse("A title", "", "").unwrap();
            let post = world.create(world.alice, content).unwrap().post;
            attempt("alice", "submit", post)
        }
        Rule::NoRequestStands => {
            let post = world.in_review();
            world.perform(world.edith, &request_changes(post, 1)).unwrap();
            attempt("edith", "publish", post)
        }
        Rule::ARequestStands => attempt("edith", "withdraw-request", world.in_review()),
        Rule::RequestIsWithdrawable => {
            let post = world.in_review();
            world.perform(world.edith, &request_changes(post, 1)).unwrap();
            attempt("rosa", "withdraw-request", post)
        }
        Rule::AddressIsTheShown => {
            Attempt { slug: Some("elsewhere"), ..attempt("edith", "publish", world.in_review()) }
        }
        Rule::NoteIsGiven => {
            Attempt { words: " ", ..attempt("edith", "request-changes", world.in_review()) }
        }
        Rule::ReasonIsGiven => {
            Attempt { words: " ", ..attempt("stan", "archive", world.published()) }
        }
    }
}

#[test]
fn every_rule_about_posts_is_the_same_through_every_interface() {
    let world = World::new();
    let server = Server::start(world.database.store());
    for rule in posts::Rule::ALL {
        for interface in Interface::ALL {
            let attempt = on_post(rule, &world);
            // The admin has one form, for actions on posts that exist.
            let has_form = !matches!(attempt.action, "create" | "revise");
            if interface == Interface::Admin && !has_form {
                continue;
            }
            // Its token is made first: that changes the database.
            let who = world.find_person(attempt.who).id;
            let program = Program::of(&world, server.address, who);
            let before = world.db_everything();
            let records = world.db_refusals().len();
            let name = format!("{rule:?} through {}", interface.as_str());
            let said = match interface {
                Interface::Page | Interface::Admin => {
                    by_page(&mut server.signed_in(attempt.who), interface, &attempt)
                }
                Interface::Api => by_api(&program, &attempt),
                Interface::CommandLine => by_command(&world, &attempt),
            };
            assert_eq!(world.db_everything(), before, "{name} changes nothing");
            let refusals = world.db_refusals();
            assert_eq!(refusals.len(), records + 1, "{name} leaves one record: {said}");
            let expected = ("policy".to_owned(), rule.as_str().to_owned());
            assert_eq!(refusals.last(), Some(&expected), "{name}: {said}");
            assert_eq!(last_interface(&world), interface.as_str(), "{name}");
        }
    }
    assert!(world.db_incidents().is_empty(), "{:?}", world.db_incidents());
}

fn by_page(browser: &mut Browser, interface: Interface, attempt: &Attempt) -> String {
    let place = if interface == Interface::Admin { "admin" } else { "desk" };
    let key = uuid::Uuid::new_v4().to_string();
    let mut fields = vec![("key", key.as_str())];
    let path = match attempt.post {
        Some(post) => {
            fields.push(("seen", "1"));
            format!("/{place}/posts/{post}/{}", attempt.action)
        }
        None => format!("/{place}/posts/{}", attempt.action),
    };
    match attempt.action {
        "create" | "revise" => {
            fields.extend(["title", "summary", "body"].map(|part| (part, attempt.words)))
        }
        "request-changes" => fields.push(("note", attempt.words)),
        "archive" => fields.push(("reason", attempt.words)),
        _ => {}
    }
    fields.extend(attempt.slug.map(|slug| ("slug", slug)));
    let page = browser.send_unasked(&path, &fields);
    assert!(matches!(page.status, 403 | 409), "{path}: {} {}", page.status, page.body);
    page.body
}

fn by_api(program: &Program, attempt: &Attempt) -> String {
    let words = attempt.words;
    let content = format!(r#"{{"title":"{words}","summary":"{words}","body":"{words}"}}"#);
    let reply = match (attempt.post, attempt.action) {
        (None, _) => program.post("/api/v1/posts", &[("idempotency-key", "a-key")], &content),
        (Some(post), action) => {
            let (below, body) = match action {
                "revise" => ("revisions", content),
                "submit" => ("submission", String::new()),
                "request-changes" => ("change-requests", format!(r#"{{"note":"{words}"}}"#)),
                "withdraw-request" => ("change-requests/withdrawal", String::new()),
                "publish" => {
                    let body = attempt.slug.map(|slug| format!(r#"{{"slug":"{slug}"}}"#));
                    ("publication", body.unwrap_or_default())
                }
                "archive" => ("archival", format!(r#"{{"reason":"{words}"}}"#)),
                other => panic!("the API has no {other}"),
            };
            program.act(post, below, 1, &body)
        }
    };
    assert_eq!(reply.json()["layer"], "policy", "{}", reply.text);
    reply.text
}

fn by_command(world: &World, attempt: &Attempt) -> String {
    let mut arguments = vec!["post".to_owned(), attempt.action.to_owned()];
    if let Some(post) = attempt.post {
        arguments.extend([post.to_string(), "--revision".into(), "1".into()]);
    }
    match attempt.action {
        "create" | "revise" => arguments.push("-".into()),
        "request-changes" => arguments.extend(["--note".into(), attempt.words.into()]),
        "archive" => arguments.extend(["--reason".into(), attempt.words.into()]),
        _ => {}
    }
    arguments.extend(attempt.slug.iter().flat_map(|slug| ["--slug".into(), (*slug).into()]));
    arguments.extend(["--as".into(), attempt.who.into()]);
    refused_command(&world.database, &arguments, attempt.words)
}

/// Runs a command that policy refuses, and returns what it says.
fn refused_command(database: &Database, arguments: &[String], input: &str) -> String {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (code, said) = failed_command(database, &arguments, input.as_bytes());
    assert_eq!(code, Some(5), "{arguments:?}: {said}");
    assert!(said.starts_with("policy:"), "{said}");
    said
}

/// Runs a command and returns its exit code and what it says of its failure.
pub fn failed_command(
    database: &Database,
    arguments: &[&str],
    input: &[u8],
) -> (Option<i32>, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_imprimatur"))
        .env("DATABASE_URL", database.runtime_url())
        .env("DATABASE_OWNER_URL", database.owner_url())
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads no input, or not all of it, closes it early.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// A change of an account that a rule refuses.
struct Change {
    username: &'static str,
    action: AccountAction,
    name: &'static str,
    seen_name: &'static str,
    reason: &'static str,
}

/// Returns an example of each action on an account that exists.
fn examples(kind: AccountActionKind) -> Vec<AccountAction> {
    match kind {
        // They have no account yet, and rules of their own.
        AccountActionKind::Create | AccountActionKind::CreateFirst => vec![],
        AccountActionKind::Rename => vec![AccountAction::Rename],
        AccountActionKind::Grant => vec![AccountAction::Grant(Role::Author)],
        AccountActionKind::Revoke => Role::ALL.map(AccountAction::Revoke).to_vec(),
        AccountActionKind::Deactivate => vec![AccountAction::Deactivate],
        AccountActionKind::Reactivate => vec![AccountAction::Reactivate],
        AccountActionKind::SetPassword => vec![AccountAction::SetPassword],
        AccountActionKind::ResetPassword => vec![AccountAction::ResetPassword],
        AccountActionKind::EndSessions => vec![AccountAction::EndSessions],
        AccountActionKind::RevokeToken => vec![AccountAction::RevokeToken(TokenId(999_999))],
    }
}

/// Returns a change, by staff, that breaks the rule.
fn on_account(action: AccountAction, rule: accounts::Rule) -> Change {
    use accounts::Rule;
    let username = match rule {
        // The actor is active staff, so the last one is always oneself.
        Rule::IsNotYourself | Rule::IsNotTheLastStaff => "stan",
        Rule::RoleIsNotHeld | Rule::IsDeactivated | Rule::TokenWorks => "alice",
        Rule::NameIsNew | Rule::NameSeenIsCurrent => "alice",
        Rule::IsActive => "gone",
        Rule::RoleIsHeld | Rule::IsSignedIn | Rule::ReasonIsGiven => "mallory",
    };
    Change {
        username,
        action,
        name: if rule == Rule::NameIsNew { "Alice" } else { "Alicia" },
        seen_name: if rule == Rule::NameSeenIsCurrent { "Alison" } else { "Alice" },
        reason: if rule == Rule::ReasonIsGiven { " " } else { "For the test." },
    }
}

/// Every action with each of its rules, through each interface that has the action.
#[test]
fn every_rule_about_accounts_is_the_same_in_the_admin_and_on_the_command_line() {
    let world = World::new();
    world.person("gone", &[Role::Author]);
    world.change_account("gone", AccountChange::Deactivate).unwrap();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let mut asked = BTreeSet::new();
    let (mut without_a_page, mut without_a_command) = (BTreeSet::new(), BTreeSet::new());
    let actions = AccountActionKind::ALL.into_iter().flat_map(examples);
    for (action, rule) in
        actions.flat_map(|action| accounts::rules(action).iter().map(move |rule| (action, *rule)))
    {
        let change = on_account(action, rule);
        let (page, command) = (fields_of(&change), command_of(&change));
        let interfaces = [
            page.map(|fields| (Interface::Admin, Some(fields), Vec::new())),
            command.map(|command| (Interface::CommandLine, None, command)),
        ];
        if interfaces[0].is_none() {
            without_a_page.insert(action.as_str());
        }
        if interfaces[1].is_none() {
            without_a_command.insert(action.as_str());
        }
        let mut recorded = BTreeSet::new();
        for (interface, fields, command) in interfaces.into_iter().flatten() {
            let before = world.db_everything();
            let records = world.db_refusals().len();
            let said = match fields {
                None => refused_command(&world.database, &command, PASSWORD),
                Some(fields) => {
                    let path = format!("/admin/accounts/{}/{}", change.username, action.as_str());
                    let fields: Vec<(&str, &str)> =
                        fields.iter().map(|(name, value)| (*name, &**value)).collect();
                    let page = stan.send_unasked(&path, &fields);
                    assert_eq!(page.status, 409, "{action:?}, {rule:?}: {}", page.body);
                    page.body
                }
            };
            assert_eq!(world.db_everything(), before, "{action:?}, {rule:?}");
            let refusals = world.db_refusals();
            assert_eq!(refusals.len(), records + 1, "{action:?}, {rule:?} by {interface:?}");
            let (layer, codes) = refusals.last().unwrap().clone();
            assert_eq!(layer, "policy");
            assert!(
                codes.split(' ').any(|code| code == rule.as_str()),
                "{action:?}, {rule:?} by {interface:?}: {codes}"
            );
            recorded.insert(codes);
            assert_eq!(last_interface(&world), interface.as_str());
            if rule == accounts::Rule::IsActive {
                let is_repeated = said.contains("already deactivated");
                assert_eq!(is_repeated, action == AccountAction::Deactivate, "{said}");
            }
        }
        assert_eq!(recorded.len(), 1, "{action:?}, {rule:?}: {recorded:?}");
        asked.insert(rule.as_str());
    }
    assert_eq!(asked, BTreeSet::from(accounts::Rule::ALL.map(accounts::Rule::as_str)));
    assert_eq!(without_a_page, BTreeSet::from(["set-password"]));
    assert_eq!(without_a_command, BTreeSet::from(WITHOUT_A_COMMAND));
    assert!(world.db_incidents().is_empty());
}

/// The changes that only the admin has. The list only shrinks.
const WITHOUT_A_COMMAND: [&str; 2] = ["end-sessions", "revoke-token"];

/// Returns the fields of the page for a change, where there is one.
fn fields_of(change: &Change) -> Option<Vec<(&'static str, String)>> {
    let mut fields = match change.action {
        AccountAction::SetPassword => return None,
        AccountAction::Grant(role) | AccountAction::Revoke(role) => {
            vec![("role", role.as_str().to_owned())]
        }
        AccountAction::RevokeToken(token) => vec![("token_id", token.to_string())],
        AccountAction::Rename => {
            vec![("display_name", change.name.into()), ("seen_name", change.seen_name.into())]
        }
        AccountAction::Deactivate
        | AccountAction::Reactivate
        | AccountAction::ResetPassword
        | AccountAction::EndSessions => vec![],
    };
    fields.push(("reason", change.reason.to_owned()));
    Some(fields)
}

/// Returns the command for a change, where there is one.
fn command_of(change: &Change) -> Option<Vec<String>> {
    let user = |command| vec!["user", command, change.username];
    let words = match change.action {
        AccountAction::Grant(role) => vec!["role", "grant", change.username, role.as_str()],
        AccountAction::Revoke(role) => vec!["role", "revoke", change.username, role.as_str()],
        AccountAction::Deactivate => user("deactivate"),
        AccountAction::Reactivate => user("reactivate"),
        AccountAction::ResetPassword => user("reset-password"),
        AccountAction::SetPassword => [user("password"), vec!["--password-stdin"]].concat(),
        AccountAction::Rename => {
            let names = vec!["--display-name", change.name, "--from", change.seen_name];
            [user("rename"), names].concat()
        }
        AccountAction::EndSessions | AccountAction::RevokeToken(_) => return None,
    };
    let words = words.into_iter().chain(["--as", "stan", "--reason", change.reason]);
    Some(words.map(str::to_owned).collect())
}

/// The first account has no actor, so its refusal is logged and not recorded.
#[test]
fn every_rule_about_the_first_account_is_one_of_policy() {
    for rule in FirstRule::ALL {
        let (database, roles) = match rule {
            FirstRule::IsTheFirst => (World::new().database, vec![Role::Staff]),
            FirstRule::IsStaff => (Database::new(), vec![Role::Author]),
        };
        let mut arguments = vec!["user".to_owned(), "create".into(), "first".into()];
        arguments.extend(["--display-name".into(), "First".into()]);
        arguments.extend(roles.iter().flat_map(|role| ["--role".into(), role.as_str().into()]));
        arguments.push("--password-stdin".into());
        let said = refused_command(&database, &arguments, "a password for tests");
        assert!(said.contains(&format!("[{}]", rule.as_str())), "{said}");
    }
}

#[test]
fn two_who_create_the_first_account_at_once_are_told_who_was_first() {
    let database = Database::new();
    let store = database.store();
    let barrier = std::sync::Barrier::new(8);
    let answers: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|number| {
                let (store, barrier) = (&store, &barrier);
                scope.spawn(move || {
                    let nobody =
                        imprimatur::accounts::Credential::Account(imprimatur::domain::UserId(0));
                    let call = crate::support::world::account_call(&nobody);
                    let name = format!("first{number}");
                    barrier.wait();
                    imprimatur::workflow::accounts::create_first(
                        store,
                        &call,
                        &account(&name, &[Role::Staff]),
                    )
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for refusal in answers.into_iter().filter_map(Result::err) {
        let codes = crate::support::attempts::codes(&refusal);
        assert_eq!(codes, "policy not-the-first-account");
    }
}

#[test]
fn every_rule_about_ones_own_account_is_one_of_policy() {
    use own_account::Rule;
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let named = [("name", "Taken"), ("days", "30"), ("password", PASSWORD)];
    alice.send_unasked("/account/tokens", &named).expect(200);
    for rule in Rule::ALL {
        let (path, fields): (&str, Vec<(&str, &str)>) = match rule {
            Rule::PasswordIsProven => (
                "/account/password",
                vec![("password", "not my password"), ("new_password", "a wholly new password")],
            ),
            Rule::SessionIsLive => ("/account/sessions/999999/end", vec![]),
            Rule::IsSignedInElsewhere => ("/account/sessions/end-others", vec![]),
            Rule::TokenWorks => ("/account/tokens/999999/revoke", vec![]),
            Rule::TokenNameIsFree => ("/account/tokens", named.to_vec()),
            Rule::HasRoomForAToken => {
                for number in 0..own_account::MOST_TOKENS - 1 {
                    let name = format!("Number {number}");
                    let fields = [("name", &*name), ("days", "30"), ("password", PASSWORD)];
                    alice.send_unasked("/account/tokens", &fields).expect(200);
                }
                (
                    "/account/tokens",
                    vec![("name", "One more"), ("days", "30"), ("password", PASSWORD)],
                )
            }
            Rule::PermissionsAreHeld => {
                // Revoked, so that this rule is the only one that is broken.
                revoke_every_token(&world);
                let fields = [
                    ("name", "More"),
                    ("days", "30"),
                    ("posts.publish_post", "on"),
                    ("password", PASSWORD),
                ];
                ("/account/tokens", fields.to_vec())
            }
        };
        let before = world.db_everything();
        let page = alice.send_unasked(path, &fields);
        assert_eq!(page.status, 409, "{rule:?}: {}", page.body);
        assert_eq!(world.db_everything(), before, "{rule:?}");
        let expected = ("policy".to_owned(), rule.as_str().to_owned());
        assert_eq!(world.db_refusals().last(), Some(&expected), "{rule:?}");
        assert_eq!(last_interface(&world), "page");
    }
    assert!(world.db_incidents().is_empty());
}

fn revoke_every_token(world: &World) {
    world.database.db_sabotage(
        "SET session_replication_role = replica;
         UPDATE tokens SET revoked_at = clock_timestamp() WHERE revoked_at IS NULL",
    );
}

/// A token may be narrowed to any permission that its owner holds.
#[test]
fn a_token_can_be_narrowed_to_each_permission_there_is() {
    let world = World::new();
    world.person("everything", &Role::ALL);
    let server = Server::start(world.database.store());
    let mut browser = server.signed_in("everything");
    for permission in imprimatur::domain::Permission::ALL {
        let name = permission.as_str();
        let fields = [("name", name), ("days", "30"), (name, "on"), ("password", PASSWORD)];
        browser.send_unasked("/account/tokens", &fields).expect(200);
    }
    assert!(world.db_incidents().is_empty());
}

#[test]
fn every_rule_about_incidents_is_one_of_policy() {
    use incidents::Rule;
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let asked = AuditEntry {
        request: RequestId::new(),
        interface: Interface::Page,
        actor: None,
        action: imprimatur::domain::Action::Publish.into(),
        post: None,
        seen: None,
    };
    for (number, rule) in (1..).zip(Rule::ALL) {
        audit::Record::Incident { invariant: "for_the_test", detail: "by hand" }
            .write_on(&asked, &mut world.database.as_runtime());
        let path = format!("/admin/incidents/{number}");
        let finding = match rule {
            Rule::NoteIsGiven => " ",
            Rule::IsOpen => {
                stan.send_unasked(&path, &[("finding", "Repaired.")]).expect(303);
                "Again."
            }
        };
        let page = stan.send_unasked(&path, &[("finding", finding)]);
        assert_eq!(page.status, 409, "{rule:?}: {}", page.body);
        let expected = ("policy".to_owned(), rule.as_str().to_owned());
        assert_eq!(world.db_refusals().last(), Some(&expected), "{rule:?}");
        assert_eq!(last_interface(&world), "admin");
    }
}

fn last_interface(world: &World) -> String {
    use diesel::prelude::*;
    imprimatur::store::statement::statement::<diesel::sql_types::Text>(
        "SELECT interface FROM refusals ORDER BY id DESC LIMIT 1",
    )
    .get_result(&mut world.database.as_owner())
    .unwrap()
}
