//! What the API says of itself is true, and up to date.
//!
//! `UPDATE_OPENAPI=1 cargo test the_committed_document` brings it up to date.

use std::collections::BTreeSet;
use std::path::Path;

use imprimatur::domain::{Action, Role, State};
use serde_json::Value;

use super::House;
use crate::support::{Program, Server, World};

fn document() -> Value {
    serde_json::to_value(imprimatur::api::openapi()).unwrap()
}

#[test]
fn the_committed_document_is_the_one_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/openapi.json");
    let expected = serde_json::to_string_pretty(&imprimatur::api::openapi()).unwrap() + "\n";
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "UPDATE_OPENAPI=1 cargo test the_committed_document updates it");
}

/// A name that the document does not have is a name that no client expects.
#[test]
fn names_are_spelled_in_the_document_as_they_are_in_answers() {
    let document = document();
    let names = |schema: &str| document["components"]["schemas"][schema]["enum"].clone();
    assert_eq!(names("StateName"), serde_json::json!(State::ALL));
    assert_eq!(names("ActionName"), serde_json::json!(Action::ALL));
    assert_eq!(names("RoleName"), serde_json::json!(Role::ALL));
}

#[test]
fn the_document_is_served_as_it_is_committed() {
    let House { world: _world, server, .. } = House::new();
    let nobody = Program::with(server.address, "");
    let served = nobody.get("/api/v1/openapi.json").expect(200);
    assert_eq!(served.header("content-type"), "application/json");
    assert_eq!(served.json(), document());
    assert_eq!(served.json()["openapi"], "3.1.0");
}

/// Which addresses there are, and which methods each takes, is asked of the
/// server: what it takes beside the documented is seen in `Allow`.
#[test]
fn every_route_is_in_the_document_and_takes_what_it_says() {
    let paths = document()["paths"].as_object().unwrap().clone();
    let mut sources = BTreeSet::new();
    for file in ["posts", "changes", "records"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/api/{file}.rs"));
        let source = std::fs::read_to_string(path).unwrap();
        let routes = source.split("resource(\"").skip(1);
        sources.extend(routes.map(|rest| rest.split('"').next().unwrap().to_owned()));
    }
    assert_eq!(paths.keys().cloned().collect::<BTreeSet<_>>(), sources);
    let world = World::new();
    let server = Server::start(world.database.store());
    let program = Program::of(&world, server.address, world.stan);
    for (path, operations) in &paths {
        let reply = program.send("DELETE", &path.replace("{id}", "1"), &[], None).expect(405);
        let allowed: BTreeSet<String> =
            reply.header("allow").split(',').map(|method| method.trim().to_lowercase()).collect();
        let documented: BTreeSet<String> =
            operations.as_object().unwrap().keys().cloned().collect();
        assert_eq!(allowed, documented, "{path}");
    }
}

#[test]
fn the_page_shows_every_operation_and_every_problem() {
    let House { world: _world, server, .. } = House::new();
    let page = server.browser().get("/api").expect(200);
    assert!(page.headers["content-type"].starts_with("text/html"));
    for (path, operations) in document()["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let title = operation["summary"].as_str().unwrap();
            assert!(page.body.contains(&format!("{} {path}", method.to_uppercase())), "{path}");
            assert!(page.body.contains(title), "{title}");
        }
    }
    for kind in imprimatur::responses::problem::KINDS {
        assert!(page.body.contains(&format!("id=\"problem-{}\"", kind.slug)), "{}", kind.slug);
    }
    for word in ["Idempotency-Key", "If-Match", "curl ", "Bearer"] {
        assert!(page.body.contains(word), "{word}");
    }
    assert!(!page.body.contains("<script"), "nothing runs");
}
