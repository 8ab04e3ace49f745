//! Which revision was looked at, and which intention it is.

use super::{House, TEXT};

/// Each way to say which revision was seen, and what each action answers.
#[test]
fn every_wrong_if_match_has_its_status() {
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
            "\"1\", \"2\"",
            "W/\"0\"",
            "w/\"1\"",
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
fn the_same_key_returns_the_first_outcome() {
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

/// A proxy that compresses replies weakens their entity tags (RFC 9110, 8.8.1).
/// The revision is the same, and so is its text.
#[test]
fn a_tag_that_a_proxy_has_weakened_names_its_revision() {
    let House { world, server: _server, alice, edith, .. } = House::new();
    let post = world.draft();
    let weak = [("if-match", "W/\"1\"")];
    let submission = format!("/api/v1/posts/{post}/submission");
    assert_eq!(alice.post(&submission, &weak, "").expect(200).header("etag"), "\"1\"");
    let publication = format!("/api/v1/posts/{post}/publication");
    let stale = [("if-match", "W/\"7\"")];
    assert_eq!(edith.post(&publication, &stale, "").expect(409).codes(), "stale-revision");
    edith.post(&publication, &weak, "").expect(200);
}

/// Apache appends the encoding, Jetty after two hyphens; others weaken the tag as well.
#[test]
fn a_tag_to_which_a_proxy_has_appended_an_encoding_names_its_revision() {
    let House { world, server: _server, alice, .. } = House::new();
    for tag in ["1-gzip", "1-br", "1-zstd", "1--gzip", "1;gzip", "1:gzip", "1-GZIP"] {
        for tag in [format!("\"{tag}\""), format!("W/\"{tag}\"")] {
            let submission = format!("/api/v1/posts/{}/submission", world.draft());
            let reply = alice.post(&submission, &[("if-match", &tag)], "").expect(200);
            assert_eq!(reply.header("etag"), "\"1\"", "{tag}");
        }
    }
    for tag in ["1-", "1-1", "1-gzipped", "1---gzip", "-gzip", "01-gzip", "1-gzip-gzip"] {
        let submission = format!("/api/v1/posts/{}/submission", world.draft());
        alice.post(&submission, &[("if-match", &format!("\"{tag}\""))], "").expect(412);
    }
}

#[test]
fn a_list_of_tags_is_explained() {
    let House { world, server: _server, alice, .. } = House::new();
    let submission = format!("/api/v1/posts/{}/submission", world.draft());
    let two = [("if-match", "\"1\""), ("if-match", "\"2\"")];
    for list in [&[("if-match", "\"1\", \"9\"")][..], &[("if-match", "\"9\",W/\"1\"")], &two] {
        let problem = alice.post(&submission, list, "").expect(412).json();
        assert_eq!(problem["errors"][0]["field"], "If-Match");
        let message = problem["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains("More than one entity tag"), "{message}");
    }
}

/// The header is a string item (RFC 9651), which has quotation marks, may have
/// parameters, and is widely sent without either.
#[test]
fn a_key_is_the_same_with_quotation_marks_and_without() {
    let House { world, server: _server, alice, .. } = House::new();
    let send = |key| alice.post("/api/v1/posts", &[("idempotency-key", key)], TEXT);
    let first = send("\"a-1\"").expect(201).text;
    for same in ["a-1", "\"a-1\";x=1", " \"a-1\"; x=\"y\"; z", "a-1;x=1", "a-1;x"] {
        assert_eq!(send(same).expect(201).text, first, "{same}");
    }
    assert_eq!(world.db_count("posts"), 1);
    let escaped = send(r#""a\\\"b""#).expect(201).text;
    assert_eq!(send(r#"a\"b"#).expect(201).text, escaped);
    let malformed = [
        "(\"k\")",
        ":YWJj:",
        "?1",
        "@1",
        "%\"k\"",
        "a,b",
        "a-1,",
        ",",
        ";x",
        "a-1;",
        "a-1;X=1",
        "a-1;x=",
        "\"a-1\",\"b\"",
        "\"unclosed",
        "\"a-1\" b",
        "\"a-1\";",
        "\"a-1\"; X=1",
        "\"\"",
        "\"a b\"",
        "\"a\\b\"",
        "",
    ];
    for malformed in malformed {
        let refused = send(malformed).expect(400);
        assert_eq!(refused.kind(), "key-malformed", "{malformed}");
        let title = refused.json()["title"].to_string();
        assert!(!title.contains("equired"), "one was sent: {title}");
        assert_eq!(refused.json()["errors"][0]["message"], "Malformed.");
    }
    for twice in [["a", "b"], ["a", "a"]] {
        let twice = twice.map(|key| ("idempotency-key", key));
        let refused = alice.post("/api/v1/posts", &twice, TEXT).expect(400);
        assert_eq!(refused.kind(), "key-malformed");
    }
    let refused = alice.post("/api/v1/posts", &[], TEXT).expect(400);
    assert_eq!(refused.kind(), "key-missing");
    assert_eq!(world.db_count("posts"), 2);
}

/// The most specific range that suits JSON decides (RFC 9110, 12.5.1).
#[test]
fn the_most_specific_range_of_accept_decides() {
    let House { world: _world, server: _server, alice, .. } = House::new();
    for (accept, status) in [
        ("*/*", 200),
        ("application/json", 200),
        ("application/*;q=0.1", 200),
        ("text/html, */*;q=0.1", 200),
        ("application/json, */*;q=0", 200),
        ("application/*, */*;q=0", 200),
        ("application/json;q=0.1, application/*;q=0, */*;q=0", 200),
        ("APPLICATION/JSON;q=1, application/*;q=0", 200),
        ("application/json;q=0, */*", 406),
        ("*/*, application/json;q=0", 406),
        ("*/*, application/json;q=0.000", 406),
        ("application/json;q=0, application/*", 406),
        ("application/*;q=0, */*;q=1", 406),
        ("text/html, Application/Json; q=0, */*", 406),
        ("text/html", 406),
        ("*/*;q=0", 406),
    ] {
        let reply = alice.send("GET", "/api/v1/posts", &[("accept", accept)], None);
        assert_eq!(reply.status, status, "{accept}: {}", reply.text);
    }
    for (headers, status) in
        [(["application/json;q=0", "*/*"], 406), (["*/*;q=0", "application/json"], 200)]
    {
        let reply = alice.send("GET", "/api/v1/posts", &headers.map(|it| ("accept", it)), None);
        assert_eq!(reply.status, status, "{headers:?}");
    }
}

#[test]
fn a_body_in_another_charset_is_refused() {
    let House { world, server: _server, alice, .. } = House::new();
    let send = |kind: &str, key: &str| {
        let headers = [("content-type", kind), ("idempotency-key", key)];
        alice.send("POST", "/api/v1/posts", &headers, Some(TEXT.as_bytes()))
    };
    for charset in ["utf-8", "UTF-8", "\"utf-8\"", "\"Utf-8\"", "utf8"] {
        send(&format!("application/json; charset={charset}"), charset.trim_matches('"'))
            .expect(201);
    }
    send("application/json;CHARSET=utf-8;x=y", "six").expect(201);
    let created = world.db_count("posts");
    for parameters in [
        "charset=utf-16",
        "charset=\"utf-16le\"",
        "charset=iso-8859-1",
        "x=y;Charset=windows-1252",
        "charset=",
        "charset=\"\"",
        "charset=utf-8;charset=utf-16",
    ] {
        let refused = send(&format!("application/json;{parameters}"), "new").expect(415);
        assert_eq!(refused.kind(), "unsupported-media-type", "{parameters}");
        let problem = refused.json();
        assert_eq!(problem["errors"][0]["field"], "Content-Type");
        assert!(problem["detail"].as_str().unwrap().contains("UTF-8"), "{problem}");
    }
    assert_eq!(world.db_count("posts"), created);
}
