//! Every command answers with one JSON document, and errors are one, too.

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection;
use imprimatur::domain::{PostId, State};
use imprimatur::policies::accounts::AccountChange;
use serde_json::{Value, json};

use super::program::{Run, run, run_with};
use crate::support::world::{archive, publish, request_changes, revise, withdraw_request};
use crate::support::{Program, Server, World};

/// The one document on standard output, from a run that did what it was asked.
fn answer(run: Run) -> Value {
    let run = run.expect(0);
    assert_eq!(run.stderr, "");
    document(&run.stdout)
}

/// The one document on standard error, from a run with this exit code.
#[track_caller]
pub fn error(run: Run, code: i32) -> Value {
    let run = run.expect(code);
    let error = document(&run.stderr);
    assert_eq!(error["exit_code"], code, "{error}");
    error
}

#[track_caller]
pub fn document(text: &str) -> Value {
    assert_eq!(text.lines().count(), 1, "{text}");
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn words(line: &str) -> Vec<&str> {
    line.split(' ').chain(["--json"]).collect()
}

#[test]
fn each_action_prints_a_document() {
    let world = World::new();
    let on = &world.database;
    let create = ["post", "create", "-", "--as", "alice", "--summary", "Less.", "--json"];
    let created = answer(run_with(on, &create, "# On restraint\n\nFirst.\n"));
    assert_eq!(created["post"], 1);
    assert_eq!(created["action"], "create");
    assert!(created["key"].as_str().unwrap().len() >= 36, "{created}");
    created["at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    // What is not named stays: here title and summary.
    let revise = words("post revise 1 - --as alice --revision 1 --key again");
    let revised = answer(run_with(on, &revise, "Second.\n"));
    assert_eq!(revised["revision"], 2);
    assert_eq!(answer(run_with(on, &revise, "Second.\n")), revised);
    let content = world.post(PostId(1)).current.content;
    assert_eq!(content.parts(), ["On restraint", "Less.", "Second."]);
    for (line, state) in [
        ("post submit 1 --as alice --revision 2", "in_review"),
        ("post request-changes 1 --as edith --revision 2 --note Why?", "in_review"),
        ("post withdraw-request 1 --as edith --revision 2", "in_review"),
        ("post publish 1 --as edith --revision 2", "published"),
        ("post archive 1 --as stan --revision 2 --reason Old.", "archived"),
    ] {
        let keyed = format!("{line} --key {}", line.split(' ').nth(1).unwrap());
        let done = answer(run(on, &words(&keyed)));
        let action = line.split(' ').nth(1).unwrap();
        assert_eq!((&done["action"], &done["state"]), (&json!(action), &json!(state)), "{line}");
        // Whoever retries hears the same, and nothing happens twice.
        let before = world.db_everything();
        assert_eq!(answer(run(on, &words(&keyed))), done, "{line}");
        assert_eq!(world.db_everything(), before, "{line}");
    }
    assert_eq!(world.post(PostId(1)).state(), State::Archived);
}

#[test]
fn reads_follow_the_visibility_of_the_reader() {
    let world = World::new();
    let on = &world.database;
    let post = world.in_review();
    world.perform(world.edith, &request_changes(post, 1)).unwrap();
    world.perform(world.alice, &revise(post, 1, "Anew")).unwrap();
    world.perform(world.edith, &request_changes(post, 2)).unwrap();
    let seen = answer(run(on, &words("post show 1 --as alice")));
    assert_eq!(seen["title"], "Anew");
    assert_eq!(seen["author"], json!({ "id": world.alice.0, "name": "Alice" }));
    assert_eq!(seen["standing_requests"][0]["reviewer"]["name"], "Edith");
    let earlier = answer(run(on, &words("post show 1 --as edith --revision 1")));
    assert_eq!((&earlier["title"], &earlier["revision"]), (&json!("On restraint"), &json!(1)));
    let history = answer(run(on, &words("post history 1 --as edith")));
    assert_eq!(history["transitions"][1]["to"], "in_review");
    assert_eq!(history["revisions"].as_array().unwrap().len(), 2);
    assert_eq!(history["change_requests"].as_array().unwrap().len(), 2);
    let advice = answer(run(on, &words("post advise 1 --as edith")));
    let of = |action: &str| {
        let actions = advice["actions"].as_array().unwrap();
        actions.iter().find(|it| it["action"] == action).unwrap().clone()
    };
    assert_eq!(of("publish")["verdict"], "not-now");
    assert_eq!(of("publish")["reasons"][0]["code"], "changes-requested");
    assert_eq!(of("withdraw-request")["verdict"], "live");
    assert_eq!(of("archive")["verdict"], "not-yours");
    // Who may not see it is told what they are told of nothing.
    for what in ["show", "history", "advise"] {
        let hidden = error(run(on, &words(&format!("post {what} 1 --as arthur"))), 6);
        let missing = error(run(on, &words(&format!("post {what} 99 --as arthur"))), 6);
        assert_eq!(hidden["reasons"], missing["reasons"]);
        assert_eq!(hidden["layer"], "visibility");
    }
    error(run(on, &words("post show 1")), 6);
    world.perform(world.edith, &withdraw_request(post, 2)).unwrap();
    world.perform(world.edith, &publish(post, 2)).unwrap();
    // What is published is everybody's; how it was made is not.
    let public = answer(run(on, &words("post show 1")));
    assert_eq!(public["revised_at"], Value::Null);
    assert_eq!(public["standing_requests"], json!([]));
    assert!(public["published_at"].is_string(), "{public}");
    for line in ["post show 1 --revision 1", "post history 1 --as arthur"] {
        error(run(on, &words(line)), 6);
    }
    let list = answer(run(on, &words("post list --state published")));
    assert_eq!(list["posts"][0]["title"], "Anew");
    assert_eq!(answer(run(on, &words("post list --state draft --as alice"))), json!({"posts": []}));
}

/// Both interfaces give the same documents. The command line adds only what the
/// API says in headers.
#[test]
fn a_post_has_the_same_documents_on_the_command_line_and_in_the_api() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let compare = |name: &str, state: &str| {
        let program = Program::of(&world, server.address, world.find_person(name).id);
        let api = |path: &str| program.get(&format!("/api/v1/posts{path}")).expect(200).json();
        let cli = |line: &str| answer(run(&world.database, &words(&format!("{line} --as {name}"))));
        assert_eq!(api("/1")["state"], state);
        assert_eq!(cli("post show 1"), api("/1"), "{name} {state}");
        assert_eq!(cli("post list"), api(""), "{name} {state}");
        // The revision that the API names in a header.
        let (advice, mut told) = (cli("post advise 1"), api("/1/actions"));
        assert_eq!(advice["revision"], 1);
        told["revision"] = json!(1);
        assert_eq!(advice, told, "{name} {state}");
        if name != "arthur" {
            assert_eq!(cli("post history 1"), api("/1/history"), "{name} {state}");
        }
    };
    let post = world.in_review();
    world.perform(world.edith, &request_changes(post, 1)).unwrap();
    for reader in ["alice", "edith", "stan"] {
        compare(reader, "in_review");
    }
    world.perform(world.edith, &withdraw_request(post, 1)).unwrap();
    world.perform(world.edith, &publish(post, 1)).unwrap();
    for reader in ["alice", "arthur"] {
        compare(reader, "published");
    }
    world.perform(world.stan, &archive(post, 1)).unwrap();
    compare("stan", "archived");
}

#[test]
fn an_account_has_the_same_document_on_the_command_line_and_in_the_api() {
    let world = World::new();
    let server = Server::start(world.database.store());
    world.change_account("mallory", AccountChange::Deactivate).unwrap();
    let program = Program::of(&world, server.address, world.stan);
    let told = |path: &str| program.get(path).expect(200).json()["accounts"].clone();
    let by_name = |accounts: &Value| -> BTreeMap<String, Value> {
        let accounts = accounts.as_array().unwrap().iter();
        accounts.map(|one| (one["username"].as_str().unwrap().to_owned(), one.clone())).collect()
    };
    let said = answer(run(&world.database, &words("user list")));
    let mut all = by_name(&told("/api/v1/accounts?limit=100"));
    let gone = by_name(&told("/api/v1/accounts?active=false"));
    assert_eq!(gone.keys().collect::<Vec<_>>(), ["mallory"]);
    all.extend(gone);
    assert_eq!(by_name(&said["accounts"]), all);
}

#[test]
fn every_refusal_is_a_document_with_its_layer_and_every_reason() {
    let world = World::new();
    world.in_review();
    world.in_review();
    let publication = words("post publish 2 --as edith --revision 1 --key used");
    answer(run(&world.database, &publication));
    let before = world.db_everything();
    for (code, layer, reasons, line) in [
        (2, "usage", "usage", "post publish 1 --as edith"),
        (2, "usage", "usage", "serve"),
        (2, "input", "", "post publish 1 --as edith --revision 1 --key ä"),
        (2, "input", "key-reused", "post publish 1 --as edith --revision 1 --key used"),
        (2, "input", "", "role grant édith author --as stan --reason x"),
        (3, "authentication", "unknown-account", "post publish 1 --as nobody --revision 1"),
        (3, "authentication", "unknown-account", "post list --as nobody"),
        (4, "permission", "permission-missing", "post publish 1 --as alice --revision 1"),
        (5, "policy", "stale-revision", "post publish 1 --as edith --revision 7"),
        (
            5,
            "policy",
            "not-published stale-revision reason-missing",
            "post archive 1 --as stan --revision 7",
        ),
        (6, "visibility", "not-found", "post publish 99 --as edith --revision 1"),
    ] {
        let run = run(&world.database, &words(line));
        assert_eq!(run.stdout, "", "{line}");
        let error = error(run, code);
        assert_eq!(error["layer"], layer, "{line}: {error}");
        let told = error["reasons"].as_array().unwrap();
        let codes: Vec<&str> = told.iter().map(|it| it["code"].as_str().unwrap()).collect();
        assert_eq!(codes.join(" "), reasons, "{line}");
        for reason in told {
            assert!(reason["sentence"].is_string() && reason["hint"].is_string(), "{error}");
        }
        // As in the API, a field that does not parse is no reason of a rule.
        let fields = error["errors"].as_array().unwrap();
        assert_eq!(
            fields.len(),
            usize::from(layer == "input" && reasons.is_empty()),
            "{line}: {error}"
        );
        for field in fields {
            let name = if line.contains("--key") { "key" } else { "username" };
            assert_eq!(field["field"], name);
            assert!(field["message"].is_string(), "{error}");
        }
        // Whoever did not choose a key is told the one to retry with.
        assert_eq!(
            error["key"].is_string(),
            code >= 4 || reasons == "key-reused",
            "{line}: {error}"
        );
    }
    assert_eq!(world.db_everything(), before);
    let gone = "postgres://somebody@127.0.0.1:1/none";
    let mut command = super::program::bare();
    command.env("DATABASE_URL", gone).args(["post", "list", "--json"]);
    let error = error(super::program::finished(command.output().unwrap()), 8);
    assert_eq!(error["layer"], "availability");
}

#[test]
fn account_commands_verify_and_migrate_print_documents() {
    let world = World::new();
    let on = &world.database;
    world.published();
    let list = answer(run(on, &words("user list")));
    let alice = &list["accounts"][0];
    assert_eq!(alice["username"], "alice");
    assert_eq!((&alice["roles"], &alice["is_active"]), (&json!(["author"]), &json!(true)));
    let granted = answer(run(on, &words("role grant mallory author --as stan --reason x")));
    assert_eq!(granted, json!({ "username": "mallory", "outcome": "role author added" }));
    let reset = answer(run(on, &words("user reset-password alice --as stan --reason Lost.")));
    assert!(reset["link"].as_str().unwrap().starts_with("/set-password?link="));
    let walk = answer(run(on, &words("verify")));
    assert_eq!((&walk["posts"], &walk["findings"]), (&json!(1), &json!([])));
    assert_eq!(answer(run(on, &words("migrate"))), json!({ "applied": 0 }));
}

/// A made key is named beside the answer, so that scripts read only the answer.
#[test]
fn a_generated_key_is_printed() {
    let world = World::new();
    let post = world.in_review();
    let line = "post publish 1 --as edith --revision 1";
    let first = run(&world.database, &line.split(' ').collect::<Vec<_>>()).expect(0);
    let key = first.stderr.trim().strip_prefix("key ").unwrap();
    let again = format!("{line} --key {key}");
    let second = run(&world.database, &again.split(' ').collect::<Vec<_>>()).expect(0);
    assert_eq!((second.stdout, second.stderr), (first.stdout, String::new()));
    assert_eq!(world.db_history(post).len(), 3);
}

/// Whether it took effect is not known then: the key makes the retry safe.
#[test]
#[ignore = "slow: .ci/run runs it"]
fn the_key_makes_a_retry_safe_when_the_outcome_is_unknown() {
    let world = World::new();
    let post = world.in_review();
    let line = "post publish 1 --as edith --revision 1";
    let mut other = world.database.as_owner();
    other.batch_execute("BEGIN; SELECT FROM posts WHERE id = 1 FOR UPDATE").unwrap();
    let busy = error(run(&world.database, &words(line)), 8);
    assert_eq!(busy["layer"], "availability");
    assert_eq!(busy["reasons"][0]["code"], "unavailable");
    let said = run(&world.database, &line.split(' ').collect::<Vec<_>>()).expect(8).stderr;
    assert!(said.contains("To retry safely: --key "), "{said}");
    other.batch_execute("ROLLBACK").unwrap();
    assert_eq!(world.post(post).state(), State::InReview);
    let again = format!("{line} --key {}", busy["key"].as_str().unwrap());
    let done = answer(run(&world.database, &words(&again)));
    assert_eq!((&done["state"], &done["key"]), (&json!("published"), &busy["key"]));
}

#[test]
fn a_defect_document_names_the_request() {
    let world = World::new();
    world.in_review();
    let trigger = "CREATE TRIGGER nothing_is_printed_today BEFORE UPDATE ON posts
                   FOR EACH ROW EXECUTE FUNCTION refuse('Not today.')";
    world.database.as_owner().batch_execute(trigger).unwrap();
    let defect = error(run(&world.database, &words("post publish 1 --as edith --revision 1")), 7);
    assert_eq!(
        (&defect["layer"], &defect["reasons"][0]["code"]),
        (&json!("invariant"), &json!("defect"))
    );
    let request = defect["request_id"].as_str().unwrap();
    assert!(defect["detail"].as_str().unwrap().contains(request), "{defect}");
    assert_eq!(world.db_incidents(), ["nothing_is_printed_today"]);
}
