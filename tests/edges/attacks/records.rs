//! Refusals: bounded in number, and silent about what their page hides.

use crate::support::world::revise;
use crate::support::{Program, Server, World};

#[test]
fn a_person_leaves_a_bounded_number_of_refusals() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut mallory = server.signed_in("mallory");
    let page = mallory.get("/account").expect(200);
    let token = page.hidden("token");
    for number in 0..130 {
        let key = format!("key-{number}");
        let fields =
            [("token", &*token), ("key", &*key), ("title", "T"), ("summary", ""), ("body", "B")];
        mallory.post("/desk/posts/create", &fields).expect(403);
    }
    // Another person's refusals are still recorded.
    let mut edith = server.signed_in("edith");
    edith.send_unasked("/account/sessions/999999/end", &[]).expect(409);
    let recorded = world.db_refusals();
    let permission = recorded.iter().filter(|(layer, _)| layer == "permission").count();
    assert_eq!((permission, recorded.len()), (100, 101));
    let mut stan = server.signed_in("stan");
    let list = stan.get("/admin/refusals").expect(200);
    assert!(list.body.contains("30 more refused actions were counted"), "{}", list.body);
    let list = stan.get("/admin/refusals?person=mallory").expect(200);
    assert!(list.body.contains("30 more refused actions were counted"), "{}", list.body);
    for query in ["person=edith", "layer=policy", "action=publish", "until=2026-01-01"] {
        let list = stan.get(&format!("/admin/refusals?{query}")).expect(200);
        assert!(!list.body.contains("more refusals were counted"), "{query}");
    }
}

#[test]
fn a_reason_says_nothing_that_the_page_of_the_post_hides() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let post = world.in_review();
    world.perform(world.alice, &revise(post, 1, "On patience")).unwrap();
    world.perform(world.edith, &crate::support::world::publish(post, 2)).unwrap();
    let hidden = ["Edith", " on ", "since", "UTC"];
    let says_nothing = |where_: &str, text: &str| {
        for word in hidden {
            assert!(!text.contains(word), "{where_} says {word:?}: {text}");
        }
    };
    let arthur = Program::of(&world, server.address, world.arthur);
    let reasons = |text: &str| {
        let value: serde_json::Value = serde_json::from_str(text).unwrap();
        let mut found = Vec::new();
        collect(&value, &mut found);
        found.join(" ")
    };
    let actions = arthur.get(&format!("/api/v1/posts/{post}/actions")).expect(200);
    says_nothing("actions", &reasons(&actions.text));
    let content = r#"{"title":"T","summary":"S","body":"B"}"#;
    let key = [("if-match", "\"1\""), ("idempotency-key", "one")];
    for (path, method, body) in [("", "PUT", content), ("/submit", "POST", "{}")] {
        let path = format!("/api/v1/posts/{post}{path}");
        let mut headers = key.to_vec();
        headers.push(("content-type", "application/json"));
        let answer = arthur.send(method, &path, &headers, Some(body.as_bytes()));
        if answer.status != 405 {
            says_nothing(&path, &reasons(&answer.text));
        }
    }
    let mut browser = server.signed_in("arthur");
    for action in ["revise", "submit"] {
        let page = browser.get(&format!("/desk/posts/{post}/{action}"));
        assert!(!page.body.contains("Edith"), "{action}: {}", page.body);
    }
    // Those who may read its history are told.
    for who in [world.alice, world.edith, world.stan] {
        let told = Program::of(&world, server.address, who);
        let actions = told.get(&format!("/api/v1/posts/{post}/actions")).expect(200);
        assert!(actions.text.contains("Edith") || !actions.text.contains("ublished this"));
    }
    let told = Program::of(&world, server.address, world.alice);
    let actions = told.get(&format!("/api/v1/posts/{post}/actions")).expect(200);
    assert!(actions.text.contains("Edith published this on"), "{}", actions.text);
}

fn collect(value: &serde_json::Value, found: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(fields) => {
            if let Some(sentence) = fields.get("sentence") {
                found.push(sentence.as_str().unwrap().to_owned());
            }
            fields.values().for_each(|value| collect(value, found));
        }
        serde_json::Value::Array(values) => values.iter().for_each(|value| collect(value, found)),
        _ => {}
    }
}
