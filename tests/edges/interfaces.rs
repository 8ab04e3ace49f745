//! The same question through any interface gets the same layer, the same rule
//! and the same record; and every route that changes something is asked.

use std::process::Command;

use imprimatur::domain::{Action, Layer, Permission, PostId, UserId};
use imprimatur::permissions;

use crate::shape::routes::routes;
use crate::support::program::Reply;
use crate::support::world::{archive, publish, revise, submit};
use crate::support::{Browser, Program, Server, World};

/// Who asks for what, on a post in which state, and what they must be told.
struct Case {
    who: &'static str,
    action: &'static str,
    state: &'static str,
    layer: &'static str,
    codes: &'static str,
    status: u16,
    exit: i32,
}

#[rustfmt::skip]
const POLICY_CASES: [Case; 5] = [
    Case { who: "alice", action: "submit", state: "in_review", layer: "policy", codes: "not-a-draft", status: 409, exit: 5 },
    Case { who: "rosa", action: "submit", state: "in_review", layer: "policy", codes: "not-its-author not-a-draft", status: 403, exit: 5 },
    Case { who: "edith", action: "publish", state: "published", layer: "policy", codes: "not-in-review", status: 409, exit: 5 },
    Case { who: "stan", action: "archive", state: "draft", layer: "policy", codes: "not-published", status: 409, exit: 5 },
    Case { who: "stan", action: "archive", state: "archived", layer: "policy", codes: "not-published", status: 409, exit: 5 },
];

/// Everybody who lacks the permission of an action attempts it, on a post in the state that
/// it is for.
fn permission_cases(world: &World) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut asked_for = Vec::new();
    for action in Action::ALL {
        let state = match action {
            // These two have forms of their own: see tests/edges/rules.rs.
            Action::Create | Action::Revise => continue,
            Action::Submit => "draft",
            Action::RequestChanges | Action::WithdrawRequest | Action::Publish => "in_review",
            Action::Archive => "published",
        };
        let permission = permissions::required(action);
        asked_for.push(permission);
        for who in ["mallory", "alice", "edith", "stan"] {
            if !permissions::holds(&world.find_person(who).roles, permission) {
                let (layer, codes) = ("permission", "permission-missing");
                let action = action.as_str();
                cases.push(Case { who, action, state, layer, codes, status: 403, exit: 4 });
            }
        }
    }
    // Those of accounts, the record and the other forms are asked for below and elsewhere.
    let others = |it: &Permission| {
        use Permission as P;
        !matches!(
            it,
            P::CreatePost
                | P::RevisePost
                | P::ManageAccount
                | P::ViewAudit
                | P::AcknowledgeIncident
        )
    };
    asked_for.dedup();
    assert_eq!(asked_for, Permission::ALL.into_iter().filter(others).collect::<Vec<_>>());
    cases
}

/// The four edges that there are.
const EDGES: [&str; 4] = ["page", "admin", "api", "command-line"];

/// Where the API has each action, below the address of its post.
fn below(action: &str) -> &'static str {
    match action {
        "revise" => "revisions",
        "submit" => "submission",
        "request-changes" => "change-requests",
        "withdraw-request" => "change-requests/withdrawal",
        "publish" => "publication",
        "archive" => "archival",
        other => panic!("the API has no {other}"),
    }
}

/// Asks the API for an action on a post at revision 1.
fn ask(program: &Program, action: &str, post: PostId) -> Reply {
    let body = match action {
        "archive" => r#"{"reason": "It is out of date."}"#,
        "request-changes" => r#"{"note": "Please."}"#,
        _ => "",
    };
    program.act(post, below(action), 1, body)
}

#[test]
fn every_edge_gives_the_same_answer_and_leaves_the_same_record() {
    let world = World::new();
    let server = Server::start(world.database.store());
    for case in permission_cases(&world).iter().chain(&POLICY_CASES) {
        for edge in EDGES {
            let post = post_in(&world, case.state);
            let program = (edge == "api").then(|| {
                let who = world.find_person(case.who).id;
                Program::of(&world, server.address, who)
            });
            let before = world.db_everything();
            let records = world.db_refusals().len();
            let name = format!("{} {} {} through {edge}", case.who, case.action, case.state);
            match edge {
                "command-line" => {
                    let (exit, said) = on_the_command_line(&world, case, post);
                    assert_eq!(exit, case.exit, "{name}: {said}");
                    assert!(said.starts_with(&format!("{}:", case.layer)), "{name}: {said}");
                    for code in case.codes.split(' ') {
                        assert!(said.contains(&format!("[{code}]")), "{name}: {said}");
                    }
                }
                "api" => {
                    let reply = ask(&program.unwrap(), case.action, post).expect(case.status);
                    let problem = reply.json();
                    assert_eq!(problem["layer"], case.layer, "{name}: {problem}");
                    assert_eq!(reply.codes(), case.codes, "{name}: {problem}");
                }
                place => {
                    let place = if place == "page" { "desk" } else { "admin" };
                    let mut browser = server.signed_in(case.who);
                    let page = send(&mut browser, place, case.action, post);
                    assert_eq!(page.0, case.status, "{name}: {}", page.1);
                }
            }
            let refused = world.db_refusals();
            assert_eq!(refused.len(), records + 1, "{name} leaves one record");
            let expected = (case.layer.to_owned(), case.codes.to_owned());
            assert_eq!(refused.last(), Some(&expected), "{name}");
            assert_eq!(last_edge(&world), edge, "{name}");
            assert_eq!(world.db_everything(), before, "{name} changes nothing");
        }
    }
    assert!(world.db_incidents().is_empty());
}

#[test]
fn an_allowed_action_is_allowed_through_every_interface() {
    let world = World::new();
    let server = Server::start(world.database.store());
    for edge in EDGES {
        for (who, action, state, becomes) in [
            ("alice", "submit", "draft", "in_review"),
            ("edith", "publish", "in_review", "published"),
            ("stan", "archive", "published", "archived"),
        ] {
            let post = post_in(&world, state);
            let case = Case { who, action, state, layer: "", codes: "", status: 303, exit: 0 };
            if edge == "command-line" {
                let (exit, said) = on_the_command_line(&world, &case, post);
                assert_eq!(exit, 0, "{said}");
            } else if edge == "api" {
                let who = world.find_person(who).id;
                ask(&Program::of(&world, server.address, who), action, post).expect(200);
            } else {
                let place = if edge == "page" { "desk" } else { "admin" };
                let mut browser = server.signed_in(who);
                assert_eq!(send(&mut browser, place, action, post).0, 303);
            }
            assert_eq!(world.post(post).state().as_str(), becomes, "{action} through {edge}");
        }
    }
}

/// Every route that changes something, with a body that would do it. The list
/// is compared with the sources, so that a new route has to be added here.
/// What Prometheus asks is on another listener, which changes nothing and asks
/// nobody who they are; `tests/operations/metrics.rs` holds it to that.
const MUTATING: [&str; 25] = [
    "/account/password",
    "/account/sessions/end-others",
    "/account/sessions/{number}/end",
    "/account/tokens",
    "/account/tokens/{id}/revoke",
    "/admin/accounts/{username}/change-roles",
    "/admin/accounts/{username}/{change}",
    "/admin/create-account",
    "/admin/incidents/{id}",
    "/admin/posts/bulk-archive",
    "/admin/posts/bulk-archive/{id}",
    "/admin/posts/{id}/{action}",
    "/api/v1/posts",
    "/api/v1/posts/{id}/archival",
    "/api/v1/posts/{id}/change-requests",
    "/api/v1/posts/{id}/change-requests/withdrawal",
    "/api/v1/posts/{id}/publication",
    "/api/v1/posts/{id}/revisions",
    "/api/v1/posts/{id}/submission",
    "/desk/posts/create",
    "/desk/posts/{id}/revise",
    "/desk/posts/{id}/{action}",
    "/set-password",
    "/sign-in",
    "/sign-out",
];

/// Where nobody has to be signed in: the password or the link says who it is.
const FOR_STRANGERS: [&str; 3] = ["/set-password", "/sign-in", "/sign-out"];

/// What lets somebody in at a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// A browser's session.
    Session,
    /// A program's token.
    Token,
    /// Nothing: the password or the link says who it is.
    Nothing,
}

/// Which credential each route takes. The other kind says nothing there.
fn takes(route: &str) -> Takes {
    match route {
        "/set-password" | "/sign-in" | "/sign-out" => Takes::Nothing,
        api if api.starts_with("/api/") => Takes::Token,
        _ => Takes::Session,
    }
}

#[test]
fn each_route_takes_one_kind_of_credential_and_the_other_kind_is_401() {
    let world = World::new();
    let post = world.published();
    let server = Server::start(world.database.store());
    let program = Program::of(&world, server.address, world.stan);
    let browser = server.signed_in("stan");
    let before = world.db_everything();
    let mut asked = 0;
    let read = [
        "/api/v1/accounts",
        "/api/v1/posts/{id}",
        "/api/v1/posts/{id}/actions",
        "/api/v1/posts/{id}/history",
        "/api/v1/posts/{id}/revisions/{number}",
        "/api/v1/refusals",
        "/account",
        "/admin",
        "/admin/posts",
        "/desk",
        "/desk/posts/{id}",
    ];
    let routes =
        MUTATING.iter().map(|route| ("POST", *route)).chain(read.map(|route| ("GET", route)));
    for (method, route) in routes {
        let path = route
            .replace("{id}", &post.to_string())
            .replace("{number}", "1")
            .replace("{username}", "alice")
            .replace("{action}", "archive")
            .replace("{change}", "deactivate-account");
        let body = (method == "POST").then_some(b"".as_slice());
        match takes(route) {
            Takes::Nothing => continue,
            Takes::Token => {
                let headers = [("sec-fetch-site", "same-origin")];
                let page = browser.clone().send(method, &path, body, &headers);
                assert_eq!(page.status, 401, "{path} with a session: {}", page.body);
                assert!(page.headers["www-authenticate"].starts_with("Bearer"), "{path}");
            }
            Takes::Session => {
                for headers in [&[][..], &[("sec-fetch-site", "same-origin")]] {
                    let page = bearing(&program, &server).send(method, &path, body, headers);
                    assert_eq!(page.status, 401, "{path} with a token: {}", page.body);
                }
            }
        }
        asked += 1;
    }
    assert_eq!(asked, MUTATING.len() - FOR_STRANGERS.len() + read.len());
    assert_eq!(world.db_everything(), before);
}

/// A browser without a session that shows the token of a program.
fn bearing(program: &Program, server: &Server) -> Browser {
    let mut browser = server.browser();
    browser.always = vec![("authorization".to_owned(), format!("Bearer {}", program.token))];
    browser
}

#[test]
fn no_route_that_changes_something_is_missing_here() {
    let routes = routes().into_iter().filter(|route| route.changes);
    let mut found: Vec<String> = routes.map(|route| route.path).collect();
    found.sort();
    assert_eq!(found, MUTATING);
}

#[test]
fn a_stranger_is_asked_to_sign_in_wherever_something_would_change() {
    let world = World::new();
    let post = world.published();
    let server = Server::start(world.database.store());
    let before = world.db_everything();
    for route in MUTATING.iter().filter(|route| !FOR_STRANGERS.contains(route)) {
        for action in
            ["revise", "submit", "request-changes", "withdraw-request", "publish", "archive"]
        {
            let path = route
                .replace("{id}", &post.to_string())
                .replace("{number}", "1")
                .replace("{username}", "alice")
                .replace("{action}", action)
                .replace("{change}", "deactivate-account");
            let mut stranger = server.browser();
            let fields = [
                ("token", ""),
                ("key", "k"),
                ("seen", "1"),
                ("title", "t"),
                ("summary", "s"),
                ("body", "b"),
            ];
            let page = stranger.post(&path, &fields);
            assert_eq!(page.status, 401, "{path}: {}", page.body);
        }
    }
    for page in [
        "/desk",
        "/desk/next",
        "/desk/posts/create",
        "/admin",
        "/admin/posts",
        "/admin/permissions",
        "/admin/refusals",
        "/admin/refusals.csv",
        "/admin/posts.csv",
        "/admin/accounts.csv",
        "/admin/incidents",
        "/admin/incidents.csv",
        "/admin/incidents/1",
        &format!("/admin/posts/{post}"),
        "/account",
        "/admin/accounts",
        "/admin/accounts/alice",
        "/admin/accounts/nobody",
        "/admin/accounts/alice/deactivate-account",
        "/admin/create-account",
        &format!("/desk/posts/{post}"),
    ] {
        server.browser().get(page).expect(401);
    }
    assert_eq!(world.db_everything(), before);
}

/// The admin is for staff: everybody else is refused the whole of it, in the
/// same words, whatever is there.
#[test]
fn every_admin_page_refuses_people_who_are_not_staff() {
    let world = World::new();
    let post = world.published();
    let server = Server::start(world.database.store());
    let [here, nowhere] = [post, PostId(999_999)].map(|id| format!("/admin/posts/{id}"));
    for who in ["alice", "edith", "rosa", "mallory"] {
        let mut browser = server.signed_in(who);
        for (path, missing) in [
            ("/admin", None),
            ("/admin/posts", None),
            ("/admin/permissions", None),
            ("/admin/refusals", None),
            ("/admin/refusals.csv", None),
            ("/admin/posts.csv", None),
            ("/admin/incidents", None),
            ("/admin/incidents.csv", None),
            ("/admin/incidents/1", Some("/admin/incidents/999999")),
            (here.as_str(), Some(nowhere.as_str())),
        ] {
            let mut said = |path: &str| {
                let page = browser.get(path);
                let request = page.headers["x-request-id"].clone();
                (page.status, page.body.replace(&request, ""))
            };
            let answer = said(path);
            assert_eq!(answer.0, 403, "{who} {path}: {}", answer.1);
            assert!(answer.1.contains("audit.view_audit"), "{who} {path}: {}", answer.1);
            assert!(missing.is_none_or(|missing| said(missing) == answer), "{who} {path}");
        }
        let records = world.db_refusals().len();
        browser.send_unasked("/admin/incidents/1", &[("finding", "Seen.")]).expect(403);
        let refused = world.db_refusals();
        let expected = ("permission".to_owned(), "permission-missing".to_owned());
        assert_eq!((refused.len(), refused.last()), (records + 1, Some(&expected)), "{who}");
    }
}

/// What is answered on the way to accounts and for what would change one, to
/// each role: the account that is asked about makes no difference.
#[test]
fn only_staff_read_and_change_accounts() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let changes = [
        ("grant-role", "role", "author"),
        ("revoke-role", "role", "author"),
        ("deactivate-account", "", ""),
        ("reactivate-account", "", ""),
        ("reset-password", "", ""),
        ("rename-account", "display_name", "Another"),
        ("end-sessions", "", ""),
        ("revoke-token", "token_id", "1"),
    ];
    for who in ["alice", "edith", "rosa", "mallory"] {
        let mut browser = server.signed_in(who);
        let before = world.db_everything();
        let mut records = world.db_refusals().len();
        for path in ["", "/alice", "/nobody", "/alice/deactivate-account"] {
            browser.get(&format!("/admin/accounts{path}")).expect(403);
        }
        browser.get("/admin/create-account").expect(403);
        browser.get("/admin/accounts.csv").expect(403);
        for (change, field, value) in changes {
            for account in ["arthur", "nobody", who] {
                let mut fields = vec![("reason", "For the test.")];
                fields.extend((!field.is_empty()).then_some((field, value)));
                let path = format!("/admin/accounts/{account}/{change}");
                browser.send_unasked(&path, &fields).expect(403);
                records += 1;
            }
        }
        let account = [("username", "eve"), ("display_name", "Eve"), ("reason", "")];
        browser.send_unasked("/admin/create-account", &account).expect(403);
        records += 1;
        let refused = world.db_refusals();
        assert_eq!(refused.len(), records, "each attempt of {who} is recorded");
        let expected = ("permission".to_owned(), "permission-missing".to_owned());
        assert!(refused.iter().all(|refusal| *refusal == expected), "{refused:?}");
        assert_eq!(world.db_everything(), before);
        browser.get("/account").expect(200);
    }
}

#[test]
fn a_hidden_post_is_answered_like_a_missing_one() {
    let world = World::new();
    let hidden = world.draft();
    let server = Server::start(world.database.store());
    for who in ["arthur", "edith", "rosa", "mallory"] {
        let mut browser = server.signed_in(who);
        for path in [
            "",
            "/revisions",
            "/revisions/1",
            "/changes?from=1",
            "/revise",
            "/submit",
            "/publish",
            "/request-changes",
        ] {
            let [real, imaginary] = [hidden, PostId(999_999)].map(|id| {
                let page = browser.get(&format!("/desk/posts/{id}{path}"));
                let request = page.headers["x-request-id"].clone();
                (page.status, page.body.replace(&request, ""))
            });
            assert_eq!(real, imaginary, "{who} {path}");
            assert!(matches!(real.0, 403 | 404), "{who} {path}: {}", real.0);
        }
    }
}

#[test]
fn how_a_post_was_made_stays_with_those_who_made_it() {
    let world = World::new();
    let post = world.draft();
    let first = revise(post, 1, "A first title that was not meant for the public");
    world.perform(world.alice, &first).unwrap();
    world.perform(world.alice, &revise(post, 2, "On restraint")).unwrap();
    world.perform(world.alice, &submit(post, 3)).unwrap();
    world.perform(world.edith, &publish(post, 3)).unwrap();
    let server = Server::start(world.database.store());
    for (who, status) in
        [("alice", 200), ("edith", 200), ("stan", 200), ("arthur", 404), ("mallory", 404)]
    {
        let mut browser = server.signed_in(who);
        browser.get("/posts/on-restraint").expect(200);
        browser.get(&format!("/desk/posts/{post}")).expect(status);
        for path in ["changes?from=2", "revisions", "revisions/1"] {
            browser.get(&format!("/desk/posts/{post}/{path}")).expect(status);
        }
    }
    // A page that says why not says nothing of it either.
    let mut arthur = server.signed_in("arthur");
    for action in ["submit", "revise"] {
        let page = arthur.get(&format!("/desk/posts/{post}/{action}"));
        assert!(!page.body.contains("evision 3") && !page.body.contains("saved"), "{}", page.body);
        let fields = [("seen", "2"), ("key", "k"), ("title", "T"), ("summary", ""), ("body", "")];
        let fields = if action == "submit" { &fields[..2] } else { &fields[..] };
        let page = arthur.send_unasked(&format!("/desk/posts/{post}/{action}"), fields);
        let page = page.expect(403);
        for hidden in ["evision 3", "revision is 3", " UTC", "Edith", "not meant for the public"] {
            assert!(!page.body.contains(hidden), "{hidden}: {}", page.body);
        }
    }
}

fn post_in(world: &World, state: &str) -> PostId {
    match state {
        "draft" => world.draft(),
        "in_review" => world.in_review(),
        "published" => world.published(),
        "archived" => world.archived(),
        other => panic!("{other} is no state"),
    }
}

/// Sends the form of an action as its page would, for a post at revision 1.
fn send(browser: &mut Browser, place: &str, action: &str, post: PostId) -> (u16, String) {
    let token = browser.get("/account").expect(200).hidden("token");
    let key = uuid::Uuid::new_v4().to_string();
    let mut fields = vec![("token", token.as_str()), ("key", &key), ("seen", "1")];
    match action {
        "archive" => fields.push(("reason", "It is out of date.")),
        "request-changes" => fields.push(("note", "Please.")),
        _ => {}
    }
    let page = browser.post(&format!("/{place}/posts/{post}/{action}"), &fields);
    (page.status, page.body)
}

fn on_the_command_line(world: &World, case: &Case, post: PostId) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_imprimatur"));
    command
        .env("DATABASE_URL", world.database.runtime_url())
        .env("DATABASE_OWNER_URL", world.database.owner_url())
        .args(["post", case.action, &post.to_string(), "--revision", "1", "--as", case.who]);
    match case.action {
        "archive" => command.args(["--reason", "It is out of date."]),
        "request-changes" => command.args(["--note", "Please."]),
        _ => &mut command,
    };
    let output = command.output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn last_edge(world: &World) -> String {
    use diesel::prelude::*;
    imprimatur::store::statement::statement::<diesel::sql_types::Text>(
        "SELECT interface FROM refusals ORDER BY id DESC LIMIT 1",
    )
    .get_result(&mut world.database.as_owner())
    .unwrap()
}

#[test]
fn a_call_names_its_person_and_cannot_be_made_without_one() {
    let world = World::new();
    let post = world.draft();
    let before = world.db_everything();
    for nobody in [UserId(0), UserId(-1), UserId(i64::MAX)] {
        for refusal in [
            world.perform(nobody, &submit(post, 1)).unwrap_err(),
            world.perform(nobody, &publish(post, 1)).unwrap_err(),
            world.perform(nobody, &archive(post, 1)).unwrap_err(),
        ] {
            assert_eq!(refusal.layer(), Layer::Authentication);
        }
    }
    assert_eq!(world.db_everything(), before);
}
