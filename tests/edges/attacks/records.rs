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
        let names = actions.text.contains("Edith") || actions.text.contains("You published this");
        assert!(names || !actions.text.contains("ublished this"));
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

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_page_of_a_post_has_a_bounded_size_whatever_its_revisions_are() {
    let world = World::new();
    let post = world.draft();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let mut stan = server.signed_in("stan");
    let words = |word: &str| format!("{word} ").repeat(90_000 / (word.chars().count() + 1));
    let mut number = 1;
    for (old, new) in [
        (words("a"), words("b")),
        ("a\n".repeat(45_000), "b\n".repeat(45_000)),
        (words("a\u{200B}\u{200C}"), words("a\u{200C}\u{200B}")),
        ("\u{202E}\u{2066}".repeat(45_000), "\u{2066}\u{202E}".repeat(45_000)),
        ("a\u{435}".repeat(45_000), "\u{435}a".repeat(45_000)),
        ("\u{200B}\n".repeat(45_000), "\u{200C}\n".repeat(45_000)),
        ("&<>\"\n".repeat(18_000), "<&>\"\n".repeat(18_000)),
    ] {
        for body in [&old, &new] {
            let fields = [("title", "On size"), ("summary", "S"), ("body", body.as_str())];
            alice.act(&format!("/desk/posts/{post}/revise"), &fields).expect(303);
        }
        number += 2;
        let path = format!("/desk/posts/{post}/changes?from={}&to={number}", number - 1);
        let page = alice.get(&path).expect(200).body;
        let opening: String = old.escape_unicode().take(30).collect();
        assert!(page.len() < 1_500_000, "{opening}: {}", page.len());
    }
    world.database.db_sabotage(&format!(
        "SET session_replication_role = replica;
         INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, key)
         SELECT {post}, n, 'On size', 'S', 'B', {}, now(), 'key-' || n
         FROM generate_series({number} + 1, 10000) n;
         UPDATE posts SET current_revision = 10000 WHERE id = {post}",
        world.alice
    ));
    for (browser, path) in
        [(&mut alice, format!("/desk/posts/{post}")), (&mut stan, format!("/admin/posts/{post}"))]
    {
        let page = browser.get(&path).expect(200).body;
        assert!(page.len() < 600_000, "{path}: {}", page.len());
    }
    let page = alice.get(&format!("/desk/posts/{post}/revisions")).expect(200).body;
    assert!(page.len() < 300_000, "{}", page.len());
    assert!(page.contains("Older revisions"), "{page}");
}
