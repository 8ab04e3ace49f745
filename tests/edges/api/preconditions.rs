//! Which revision was looked at, and which intention it is.

use super::{House, TEXT};

/// Each way to say which revision was seen, and what each action answers.
#[test]
fn a_change_names_the_revision_and_each_way_to_get_it_wrong_has_one_answer() {
    let House { world, server: _server, alice, edith, stan, .. } = House::new();
    let post = world.draft();
    let tag = |tag| [("if-match", tag)];
    let reason = r#"{"reason": "Old."}"#;
    let note = r#"{"note": "Why?"}"#;
    for (program, below, body) in [
        (&alice, "revisions", TEXT),
        (&alice, "submission", ""),
        (&edith, "change-requests", note),
        (&edith, "change-requests/withdrawal", ""),
        (&edith, "publication", ""),
        (&stan, "archival", reason),
    ] {
        let path = format!("/api/v1/posts/{post}/{below}");
        assert_eq!(program.post(&path, &[], body).expect(428).kind(), "revision-not-named");
        assert_eq!(program.post(&path, &tag("*"), body).expect(428).kind(), "revision-not-named");
        for wrong in [
            "1",
            "\"\"",
            "W/\"1\"",
            "\"1\", \"2\"",
            "\"0\"",
            "\"-1\"",
            "\"01\"",
            "\"x\"",
            "\"99999999999\"",
        ] {
            let reply = program.post(&path, &tag(wrong), body).expect(412);
            assert_eq!(reply.kind(), "revision-cannot-match", "{below} {wrong}");
        }
        let twice = [("if-match", "\"1\""), ("if-match", "\"1\"")];
        program.post(&path, &twice, body).expect(412);
    }
    assert!(world.db_refusals().is_empty(), "nobody was asked");

    // A tag of another revision goes to the door, which says everything.
    let refused = alice.act(post, "submission", 7, "").expect(409);
    assert_eq!(
        (refused.json()["layer"].as_str(), refused.codes().as_str()),
        (Some("policy"), "stale-revision")
    );
    world.perform(world.alice, &crate::support::world::submit(post, 1)).unwrap();
    let refused = alice.act(post, "submission", 7, "").expect(409);
    assert_eq!(refused.codes(), "not-a-draft stale-revision");
    assert_eq!(world.db_refusals().len(), 2);
}

#[test]
fn a_key_names_one_intention() {
    let House { world, server: _server, alice, stan, .. } = House::new();
    let key = [("idempotency-key", "one")];
    let first = alice.post("/api/v1/posts", &key, TEXT).expect(201);
    let again = alice.post("/api/v1/posts", &key, TEXT).expect(201);
    assert_eq!(first.text, again.text);
    assert_eq!(world.db_count("posts"), 1);
    let other = TEXT.replace("Less", "More");
    let reused = alice.post("/api/v1/posts", &key, &other).expect(422);
    assert_eq!(reused.kind(), "key-reused");
    assert_eq!(reused.json()["errors"][0]["field"], "Idempotency-Key");
    let post = first.json()["post"].as_i64().unwrap();
    let submission = format!("/api/v1/posts/{post}/submission");
    let spent = [("idempotency-key", "one"), ("if-match", "\"1\"")];
    let fresh = [("idempotency-key", "two"), ("if-match", "\"1\"")];
    // The first one gets through the layers, and the key then is in the way.
    assert_eq!(alice.post(&submission, &spent, "").expect(422).kind(), "key-reused");
    let first = alice.post(&submission, &fresh, "").expect(200);
    assert_eq!(alice.post(&submission, &fresh, "").expect(200).text, first.text);
    alice.act(post, "submission", 1, "").expect(409);
    // Keys belong to their people.
    stan.post("/api/v1/posts", &key, TEXT).expect(403);
    assert_eq!(world.db_count("posts"), 1);
}
