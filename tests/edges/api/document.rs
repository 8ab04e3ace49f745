//! What the API says of itself is true, and up to date.
//!
//! `UPDATE_OPENAPI=1 cargo test --test proof the_committed_document` brings it up to date.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use imprimatur::audit::catalogue;
use imprimatur::domain::unseen::sets_direction;
use imprimatur::domain::{
    Action, Body, Layer, Note, OperationKey, Role, Slug, State, Summary, Title, Username,
};
use regex::Regex;
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
    assert!(
        found == expected,
        "UPDATE_OPENAPI=1 cargo test --test proof the_committed_document updates it"
    );
}

/// `null` is no JSON object, and the server refuses it.
#[test]
fn a_body_that_can_be_left_out_is_an_object_where_it_is_there() {
    let document = document();
    let mut optional = 0;
    for operation in document["paths"].as_object().unwrap().values().map(|path| &path["post"]) {
        let Some(body) = operation.get("requestBody") else { continue };
        let schema = &body["content"]["application/json"]["schema"];
        assert!(schema["$ref"].is_string(), "{}: {schema}", operation["operationId"]);
        optional += usize::from(body["required"] != true);
    }
    assert_eq!(optional, 1, "the body of a publication");
}

/// A name that the document does not have is a name that no client expects.
#[test]
fn the_document_lists_every_name_of_the_enums() {
    let document = document();
    let names = |schema: &str| document["components"]["schemas"][schema]["enum"].clone();
    assert_eq!(names("StateName"), serde_json::json!(State::ALL));
    assert_eq!(names("ActionName"), serde_json::json!(Action::ALL));
    assert_eq!(names("RoleName"), serde_json::json!(Role::ALL));
    assert_eq!(names("LayerName"), serde_json::json!(Layer::ALL));
    assert_eq!(names("ReasonCode"), serde_json::json!(catalogue::codes()));
    assert_eq!(names("RecordedActionName"), serde_json::json!(catalogue::actions()));
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
fn the_document_has_every_route_and_every_method() {
    let paths = document()["paths"].as_object().unwrap().clone();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api/routes.rs");
    let source = std::fs::read_to_string(path).unwrap();
    // A long route is on several lines.
    let source: String = source.split_whitespace().collect();
    let (_, operations) = source.split_once("fnoperations").unwrap();
    let routes = operations.split("resource(\"").skip(1);
    let sources = routes.map(|rest| rest.split('"').next().unwrap().to_owned()).collect();
    assert_eq!(paths.keys().cloned().collect::<BTreeSet<String>>(), sources);
    let world = World::new();
    let server = Server::start(world.database.store());
    let program = Program::of(&world, server.address, world.stan);
    for (path, operations) in &paths {
        let reply = program.send("DELETE", &path.replace("{id}", "1"), &[], None).expect(405);
        let allowed: BTreeSet<String> =
            reply.header("allow").split(',').map(|method| method.trim().to_lowercase()).collect();
        let mut documented: BTreeSet<String> =
            operations.as_object().unwrap().keys().cloned().collect();
        if documented.contains("get") {
            documented.insert("head".to_owned());
        }
        assert_eq!(allowed, documented, "{path}");
    }
}

/// The advice on an action names its address: each is one of the document that takes POST.
#[test]
fn the_advice_leads_to_an_operation_of_the_document() {
    let world = World::new();
    let post = world.create(world.alice, crate::support::world::content("A post")).unwrap().post;
    let server = Server::start(world.database.store());
    let program = Program::of(&world, server.address, world.alice);
    let advice = program.get(&format!("/api/v1/posts/{post}/actions")).expect(200).json();
    let actions = advice["actions"].as_array().unwrap();
    assert_eq!(actions.len(), Action::ALL.len() - 1, "every action on a post that exists");
    let documented = document();
    for action in actions {
        let path = action["path"].as_str().unwrap();
        let path = path.replace(&format!("/posts/{post}/"), "/posts/{id}/");
        assert!(documented["paths"][&path]["post"].is_object(), "{path}");
    }
}

/// Where a link leads there is an operation, and it gets all that its address
/// needs out of the answer before.
#[test]
fn every_link_names_an_operation_and_all_its_parameters() {
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    let operations = || paths.values().flat_map(|item| item.as_object().unwrap().values());
    let required = |name: &str| -> BTreeSet<String> {
        let operation = operations().find(|operation| operation["operationId"] == name);
        let parameters = operation.unwrap_or_else(|| panic!("{name} leads nowhere"))["parameters"]
            .as_array()
            .unwrap();
        let required = parameters.iter().filter(|parameter| parameter["required"] == true);
        required.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect()
    };
    let mut reached = BTreeSet::new();
    for operation in operations() {
        for (status, response) in operation["responses"].as_object().unwrap() {
            for (name, link) in response["links"].as_object().into_iter().flatten() {
                let given = link["parameters"].as_object().unwrap();
                assert!(status.starts_with('2') && link["operationId"] == name.as_str(), "{link}");
                let given: BTreeSet<String> = given.keys().cloned().collect();
                assert_eq!(given, required(name), "{link}");
                for expression in link["parameters"].as_object().unwrap().values() {
                    let header = expression.as_str().unwrap().strip_prefix("$response.header.");
                    assert!(header.is_none_or(|header| response["headers"][header].is_object()));
                }
                reached.insert(name.clone());
            }
        }
    }
    let on_a_post = paths.iter().filter(|(path, _)| path.contains("{id}"));
    let on_a_post = on_a_post.flat_map(|(_, item)| item.as_object().unwrap().values());
    let expected: BTreeSet<String> =
        on_a_post.map(|one| one["operationId"].as_str().unwrap().to_owned()).collect();
    assert_eq!(reached, expected, "all that can be done with a post follows something");
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
    for kind in imprimatur::http::problem_kinds() {
        assert!(page.body.contains(&format!("id=\"problem-{}\"", kind.slug)), "{}", kind.slug);
    }
    for word in ["Idempotency-Key", "If-Match", "curl ", "Bearer"] {
        assert!(page.body.contains(word), "{word}");
    }
    assert!(!page.body.contains("<script"), "nothing runs");
}

/// Generated clients compile the patterns: with ECMAScript's regular expressions,
/// with Python's, and with RE2, which Go and Rust clients use. An escape that
/// one of them lacks, such as `\\u0000` in RE2, breaks such a client.
#[test]
fn every_pattern_is_one_that_clients_in_any_language_can_compile() {
    fn patterns(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                let own = fields.get("pattern").and_then(Value::as_str);
                found.extend(own.map(str::to_owned));
                fields.values().for_each(|value| patterns(value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| patterns(value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    patterns(&document(), &mut found);
    assert!(found.len() >= 10, "{found:?}");
    for pattern in found {
        for (at, _) in pattern.match_indices('\\') {
            let escape = &pattern[at + 1..];
            let is_shared = escape.starts_with(['t', 'n', 'r', 'd', 'w', 's', '.', '-'])
                || escape.starts_with('x') && escape[1..3].bytes().all(|it| it.is_ascii_hexdigit());
            assert!(is_shared, "{pattern}");
        }
        assert!(!pattern.contains("(?"), "{pattern}");
    }
}

/// Returns what reads a field in the end, if the domain has a limit or a pattern for it.
fn parser(field: &str) -> Option<fn(&str) -> bool> {
    Some(match field {
        "ContentBody.title" => |text| Title::parse(text).is_ok(),
        "ContentBody.summary" => |text| Summary::parse(text).is_ok(),
        "ContentBody.body" => |text| Body::parse(text).is_ok(),
        "ContentBody.slug" => |text| Slug::parse_chosen(text).is_ok(),
        "PublicationBody.slug" => |text| Slug::parse_shown(text).is_ok(),
        "NoteBody.note" | "ReasonBody.reason" => |text| Note::parse(text).is_ok(),
        "parameter Idempotency-Key" => |text| OperationKey::parse(text).is_ok(),
        "parameter author" => |text| Username::parse(text).is_ok(),
        // These two are forms of the API itself.
        "parameter If-Match" | "parameter cursor" => return None,
        other => panic!("{other} has a limit or a pattern, and no parser here"),
    })
}

/// Returns each different field or parameter with a limit or a pattern, with its schema.
fn limited_fields() -> BTreeMap<String, Value> {
    let document = document();
    let mut fields = BTreeMap::new();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
            fields.insert(format!("{name}.{field}"), schema.clone());
        }
    }
    let operations = document["paths"].as_object().unwrap().values();
    for operation in operations.flat_map(|item| item.as_object().unwrap().values()) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = format!("parameter {}", parameter["name"].as_str().unwrap());
            let schema = parameter["schema"].clone();
            let earlier = fields.insert(name.clone(), schema.clone());
            for limit in ["pattern", "minLength", "maxLength"] {
                let is_same = earlier.as_ref().is_none_or(|one| one[limit] == schema[limit]);
                assert!(is_same, "{name} has one {limit}");
            }
        }
    }
    let is_limited =
        |schema: &Value| ["maxLength", "pattern"].iter().any(|key| schema.get(key).is_some());
    fields.retain(|_, schema| is_limited(schema));
    fields
}

#[test]
fn a_length_in_the_document_is_the_length_that_is_accepted() {
    let mut compared = 0;
    for (name, schema) in limited_fields() {
        let (Some(accepts), Some(limit)) = (parser(&name), schema.get("maxLength")) else {
            continue;
        };
        let limit = usize::try_from(limit.as_u64().unwrap()).unwrap();
        let is_accepted = |length| accepts(&"x".repeat(length));
        assert!(is_accepted(limit) && !is_accepted(limit + 1), "{name}: {limit}");
        if let Some(least) = schema.get("minLength") {
            assert!(is_accepted(1) && !is_accepted(0) && *least == 1, "{name}: {least}");
        }
        compared += 1;
    }
    assert_eq!(compared, 9);
}

/// Over the characters that a pattern can name, in the middle of a text.
#[test]
fn a_pattern_in_the_document_has_the_characters_that_are_accepted() {
    let mut compared = 0;
    for (name, schema) in limited_fields() {
        let (Some(accepts), Some(pattern)) = (parser(&name), schema.get("pattern")) else {
            continue;
        };
        let pattern = Regex::new(pattern.as_str().unwrap()).unwrap();
        let is_line = ["ContentBody.title", "ContentBody.summary"].contains(&name.as_str());
        for character in '\0'..='\u{ffff}' {
            let text = format!("a{character}b");
            // A line has none of these. The pattern leaves them out: written in it, they
            // would turn the document around.
            let is_left_out = is_line
                && (sets_direction(character) || matches!(character, '\u{2028}' | '\u{2029}'));
            let expected = pattern.is_match(&text) && !is_left_out;
            assert_eq!(accepts(&text), expected, "{name}: U+{:04X}", u32::from(character));
        }
        compared += 1;
    }
    assert_eq!(compared, 9);
}
