//! JSON that somebody means harm with, or wrote in haste.

use super::{House, TEXT};

#[test]
fn unexpected_json_is_refused_and_the_problem_names_the_place() {
    let House { world, server: _server, alice, .. } = House::new();
    let before = world.db_everything();
    let deep = "[".repeat(5_000);
    let long = TEXT.replace("First", &"a".repeat(100_001));
    for (body, status, field) in [
        ("", 400, "body"),
        ("{", 400, "body"),
        ("nonsense", 400, "body"),
        (deep.as_str(), 400, "body"),
        ("null", 422, "body"),
        ("[]", 422, "body"),
        (r#"["a", "b", "c"]"#, 422, "body"),
        ("\"title\"", 422, "body"),
        ("{}", 422, "title"),
        (r#"{"title": "a", "summary": "b"}"#, 422, "body"),
        (r#"{"title": 1, "summary": "b", "body": "c"}"#, 422, "title"),
        (r#"{"title": "a", "summary": null, "body": "c"}"#, 422, "summary"),
        (r#"{"title": "a", "summary": "b", "body": ["c"]}"#, 422, "body"),
        (r#"{"title": "a", "summary": "b", "body": "c", "state": "published"}"#, 422, "state"),
        (r#"{"title": "a", "title": "a", "summary": "b", "body": "c"}"#, 422, "title"),
        (r#"{"title": "a", "summary": "b", "body": "c"} trailing"#, 400, "body"),
        (r#"{"title": "a\u0000", "summary": "b", "body": "c"}"#, 422, "title"),
        (r#"{"title": "\ud800", "summary": "b", "body": "c"}"#, 400, "title"),
        (r#"{"title": "a\nb", "summary": "b", "body": "c"}"#, 422, "title"),
        (&long, 422, "body"),
    ] {
        let headers = [("idempotency-key", "k"), ("content-type", "application/json")];
        let reply = alice.send("POST", "/api/v1/posts", &headers, Some(body.as_bytes()));
        let shown: String = body.chars().take(80).collect();
        assert_eq!(reply.status, status, "{shown}: {}", reply.text);
        let error = &reply.json()["errors"][0];
        assert_eq!(error["field"], field, "{shown}: {error}");
        assert!(error["message"].as_str().unwrap().len() > 5, "{shown}: {error}");
        assert!(reply.text.len() < 2_000, "{shown}");
    }
    let headers = [("idempotency-key", "k"), ("content-type", "application/json")];
    let latin = b"{\"title\": \"\xe9\", \"summary\": \"\", \"body\": \"\"}";
    let reply = alice.send("POST", "/api/v1/posts", &headers, Some(latin));
    assert_eq!(reply.expect(400).kind(), "malformed");
    assert_eq!(world.db_everything(), before);
    // The longest body there can be, each character written as long as JSON can.
    let longest = "\\ud83d\\ude00".repeat(100_000);
    let body = TEXT.replace("First words.", &longest);
    alice.post("/api/v1/posts", &[("idempotency-key", "k")], &body).expect(201);
}
