//! The JSON API: the same door, by a token.

mod document;
mod hostile;
mod once;
mod preconditions;
mod reading;
mod tokens;

use serde_json::json;

use crate::support::program::token;
use crate::support::{Program, Server, World};

/// A post's text.
pub const TEXT: &str = r#"{"title": "On restraint", "summary": "Less.", "body": "First words."}"#;

/// The people of a world, each with a program of theirs.
pub struct House {
    pub world: World,
    pub server: Server,
    pub alice: Program,
    pub edith: Program,
    pub stan: Program,
    pub mallory: Program,
}

impl House {
    pub fn new() -> Self {
        let world = World::new();
        let server = Server::start(world.database.store());
        let [alice, edith, stan, mallory] = [world.alice, world.edith, world.stan, world.mallory]
            .map(|who| Program::of(&world, server.address, who));
        Self { world, server, alice, edith, stan, mallory }
    }
}

#[test]
fn a_post_goes_from_draft_to_archive_with_tokens() {
    let House { world, server: _server, alice, edith, stan, mallory } = House::new();
    let begun = alice.post("/api/v1/posts", &[("idempotency-key", "k1")], TEXT).expect(201);
    assert_eq!((begun.json()["action"].as_str(), begun.header("etag")), (Some("create"), "\"1\""));
    let path = begun.header("location").to_owned();
    let post = begun.json()["post"].as_i64().unwrap();
    assert_eq!(path, format!("/api/v1/posts/{post}"));
    assert_eq!(alice.get(&path).expect(200).json()["state"], "draft");

    assert_eq!(alice.act(post, "submission", 1, "").expect(200).json()["state"], "in_review");
    let note = r#"{"note": "Please name your source."}"#;
    edith.act(post, "change-requests", 1, note).expect(200);
    let refused = edith.act(post, "publication", 1, "").expect(409);
    assert_eq!(
        (refused.kind().as_str(), refused.codes().as_str()),
        ("not-now", "changes-requested")
    );
    edith.act(post, "change-requests/withdrawal", 1, "{}").expect(200);
    let text = TEXT.replace("First words.", "Better words.");
    assert_eq!(alice.act(post, "revisions", 1, &text).expect(200).header("etag"), "\"2\"");
    let unchanged = alice.act(post, "revisions", 2, &text).expect(200);
    assert_eq!(unchanged.json()["revision"], 2, "what changes nothing makes no revision");
    edith.act(post, "publication", 2, "").expect(200);

    let read = mallory.get(&path).expect(200);
    assert_eq!(read.json()["public_path"], "/posts/on-restraint");
    assert_eq!(read.header("cache-control"), "no-store");
    assert_eq!(read.header("x-content-type-options"), "nosniff");
    assert!(read.headers.keys().all(|name| !name.starts_with("access-control")));
    mallory.get(&format!("{path}/history")).expect(404);
    stan.act(post, "archival", 2, r#"{"reason": "It is out of date."}"#).expect(200);
    assert_eq!(mallory.get(&path).expect(404).kind(), "nothing-here");

    let history = stan.get(&format!("{path}/history")).expect(200).json();
    let states: Vec<_> =
        history["transitions"].as_array().unwrap().iter().map(|step| &step["to"]).collect();
    assert_eq!(json!(states), json!(["draft", "in_review", "published", "archived"]));
    assert_eq!(history["revisions"].as_array().unwrap().len(), 2);
    assert!(history["change_requests"][0]["withdrawn_at"].is_string());
    assert_eq!(world.db_refusals().len(), 1);
    assert!(world.db_incidents().is_empty());
}

/// What a page of the workspace shows beside its buttons, in JSON.
#[test]
fn the_api_says_which_actions_are_possible_and_why_others_are_not() {
    let House { world, server: _server, alice, edith, .. } = House::new();
    let post = world.in_review();
    let said = |program: &Program| {
        let actions = program.get(&format!("/api/v1/posts/{post}/actions")).expect(200).json();
        let actions = actions["actions"].as_array().unwrap().clone();
        let lines = actions.iter().map(|action| {
            let reasons = action["reasons"].as_array().unwrap();
            let codes: Vec<&str> =
                reasons.iter().map(|reason| reason["code"].as_str().unwrap()).collect();
            format!(
                "{} {} {}",
                action["action"].as_str().unwrap(),
                action["verdict"].as_str().unwrap(),
                codes.join(" ")
            )
        });
        (lines.collect::<Vec<_>>(), actions)
    };
    let (lines, _) = said(&alice);
    assert_eq!(
        lines,
        [
            "revise live ",
            "submit not-now not-a-draft",
            "request-changes not-yours permission-missing",
            "withdraw-request not-yours permission-missing",
            "publish not-yours permission-missing",
            "archive not-yours permission-missing",
        ]
    );
    let (lines, actions) = said(&edith);
    assert_eq!(lines[4], "publish live ");
    // What is advised is what the door then says, at the address that it names.
    let document = serde_json::to_value(imprimatur::api::openapi()).unwrap();
    for action in &actions {
        let path = action["path"].as_str().unwrap().replace(&format!("/{post}/"), "/{id}/");
        let operation = document["paths"][&path]["post"]["operationId"].as_str();
        let name = action["action"].as_str().unwrap().replace('-', "_");
        assert_eq!(operation, Some(name.as_str()), "{path}");
    }
    let tag = [("if-match", "\"1\"")];
    for (line, action) in lines.iter().zip(&actions) {
        if line.contains(" live ") {
            continue;
        }
        let body = match action["action"].as_str().unwrap() {
            "revise" => TEXT,
            "archive" => r#"{"reason": "Old."}"#,
            _ => "",
        };
        let reply = edith.post(action["path"].as_str().unwrap(), &tag, body);
        assert!(line.ends_with(&reply.codes()) && reply.status >= 403, "{line}: {}", reply.text);
    }
}

/// Everything that can stand in the way of a request has a kind and a status,
/// and none of it reaches the database.
#[test]
fn every_problem_has_its_status_and_its_type() {
    let House { world, server, alice, stan, .. } = House::new();
    let post = world.draft();
    let here = format!("/api/v1/posts/{post}");
    let submission = format!("{here}/submission");
    let before = world.db_everything();
    let nobody = Program::with(server.address, "");
    let tag = ("if-match", "\"1\"");
    let kinds = [
        (nobody.get(&here), 401, "token-missing"),
        (Program::with(server.address, "nonsense").get(&here), 401, "token-invalid"),
        (
            nobody.send("GET", &here, &[("authorization", "Basic YWxpY2U6cHc=")], None),
            401,
            "token-missing",
        ),
        (
            nobody.send("GET", &here, &[("authorization", "Bearer")], None),
            400,
            "malformed-authorization",
        ),
        (
            nobody.send("GET", &here, &[("authorization", "Bearer a b")], None),
            400,
            "malformed-authorization",
        ),
        (alice.get("/api/v1/posts/999999"), 404, "nothing-here"),
        (alice.get("/api/v1/posts/x"), 404, "nothing-here"),
        (alice.get("/api/v1/nowhere"), 404, "nothing-here"),
        (alice.send("DELETE", &here, &[], None), 405, "method-not-allowed"),
        (alice.send("GET", &submission, &[], None), 405, "method-not-allowed"),
        (alice.send("GET", &here, &[("accept", "text/html")], None), 406, "not-acceptable"),
        (
            alice.send("GET", &here, &[("accept", "application/json;q=0")], None),
            406,
            "not-acceptable",
        ),
        (
            alice.send("POST", &submission, &[tag, ("content-type", "text/plain")], Some(b"{}")),
            415,
            "unsupported-media-type",
        ),
        (alice.send("POST", &submission, &[tag], Some(b"{}")), 415, "unsupported-media-type"),
        (alice.post(&submission, &[tag], "{"), 400, "malformed"),
        (alice.post(&submission, &[tag], r#"{"state": "published"}"#), 422, "invalid-input"),
        (alice.post(&submission, &[], ""), 428, "revision-not-named"),
        (alice.post(&submission, &[("if-match", "W/\"x\"")], ""), 412, "revision-cannot-match"),
        (alice.post("/api/v1/posts", &[], TEXT), 400, "key-missing"),
        (
            alice.post("/api/v1/posts", &[("idempotency-key", "two words")], TEXT),
            400,
            "key-malformed",
        ),
        (
            alice.post("/api/v1/posts", &[("idempotency-key", "k")], &"x".repeat(1_400_000)),
            413,
            "too-large",
        ),
        (alice.get("/api/v1/posts?limit=101"), 422, "invalid-input"),
        (alice.get("/api/v1/posts?state=gone"), 422, "invalid-input"),
        (alice.get("/api/v1/posts?nonsense=1"), 422, "invalid-input"),
        (alice.get(&format!("{here}?access_token=x")), 422, "invalid-input"),
        (alice.get("/api/v1/accounts"), 403, "permission-missing"),
        (alice.get("/api/v1/refusals"), 403, "permission-missing"),
    ];
    for (number, (reply, status, kind)) in kinds.into_iter().enumerate() {
        assert_eq!(
            (reply.status, reply.kind().as_str()),
            (status, kind),
            "{number}: {}",
            reply.text
        );
        assert_eq!(reply.header("cache-control"), "no-store", "{number}");
        let challenged = !reply.header("www-authenticate").is_empty();
        assert_eq!(challenged, status == 401 || kind.contains("authorization"), "{number}");
    }
    assert_eq!(world.db_everything(), before);
    stan.get("/api/v1/accounts?role=reviewer&limit=1").expect(200);
    stan.get("/api/v1/refusals?layer=policy").expect(200);
}

#[test]
fn staff_read_accounts_and_refusals() {
    let House { world, server: _server, alice, stan, .. } = House::new();
    let post = world.draft();
    alice.act(post, "archival", 1, r#"{"reason": "Mine."}"#).expect(403);
    let refusals = stan.get(&format!("/api/v1/refusals?post={post}&action=archive")).expect(200);
    let refusals = refusals.json()["refusals"].clone();
    assert_eq!(refusals.as_array().unwrap().len(), 1, "{refusals}");
    let expected = [("interface", "api"), ("username", "alice"), ("layer", "permission")];
    for (field, value) in expected {
        assert_eq!(refusals[0][field], value);
    }
    let reviewers = stan.get("/api/v1/accounts?role=reviewer").expect(200).json();
    let names: Vec<_> = reviewers["accounts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|account| &account["username"])
        .collect();
    assert_eq!(json!(names), json!(["rosa", "edith"]));
}

#[test]
fn the_client_in_the_readme_publishes_a_post() {
    use std::process::Command;
    if Command::new("curl").arg("--version").output().is_err() {
        crate::support::tools::skip("the client needs curl");
        return;
    }
    let readme = include_str!("../../README.md");
    let (_, script) = readme.split_once("```bash\n").unwrap();
    let (script, _) = script.split_once("```").unwrap();
    assert!(script.lines().count() <= 30, "it is short enough to read");
    let world = World::new();
    let server = Server::start(world.database.store());
    let store = world.database.store();
    let run = || {
        let output = Command::new("bash")
            .args(["-c", script])
            .env("SITE", format!("http://{}", server.address))
            .env("AUTHOR", token(&store, world.alice, None))
            .env("REVIEWER", token(&store, world.edith, None))
            .env("KEY", "readme-1")
            .output()
            .unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    let (is_done, said) = run();
    assert!(is_done && said.contains("\"state\":\"published\""), "{said}");
    server.browser().get("/posts/on-restraint").expect(200);
    // What was begun under a key is not begun again; the rest is refused as done.
    assert!(!run().0);
    assert_eq!(world.db_count("posts"), 1);
}
