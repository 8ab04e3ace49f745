//! Invalid input gets a clear response in bounded time, and no typed text is lost.

use std::time::{Duration, Instant};

use imprimatur::domain::{Body, Content, Note, Slug, Summary, Title, TokenName, Username};

use crate::support::browser::encode;
use crate::support::world::PASSWORD;
use crate::support::{Server, World};

const OURS: [(&str, &str); 1] = [("sec-fetch-site", "same-origin")];

#[test]
fn every_invalid_field_is_named_and_the_typed_text_is_kept() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let form = alice.get("/desk/posts/create").expect(200);
    let (token, key) = (form.hidden("token"), form.hidden("key"));
    let long_title = "t".repeat(201);
    let long_body = "ü".repeat(100_001);
    for (title, summary, body, sentence) in [
        (
            long_title.as_str(),
            "kept summary",
            "kept body",
            "Too long: the limit is 200 characters, this has 201.",
        ),
        (
            "kept title",
            "kept summary",
            long_body.as_str(),
            "Too long: the limit is 100,000 characters",
        ),
        ("two\nlines", "kept summary", "kept body", "Line breaks are not allowed here."),
        ("kept title", "kept summary", "nul \0 here", "Remove the control character U+0000 NULL."),
        ("no\u{fffe}title", "kept summary", "kept body", "Remove the character U+FFFE."),
    ] {
        let page = alice
            .post(
                "/desk/posts/create",
                &[
                    ("token", &token),
                    ("key", &key),
                    ("title", title),
                    ("summary", summary),
                    ("body", body),
                ],
            )
            .expect(422);
        assert!(page.body.contains(sentence), "{sentence}");
        for kept in [title, summary, body] {
            assert!(!kept.starts_with("kept") || page.body.contains(kept), "{kept} is lost");
        }
        assert_eq!(page.hidden("key"), key, "it is the same form still");
    }
    assert!(alice.get("/desk").body.contains("You have no posts yet"));
}

#[test]
fn the_typed_text_is_kept_after_every_refusal() {
    let world = World::new();
    let post = world.draft();
    let server = Server::start(world.database.store());
    let (mut alice, mut edith) = (server.signed_in("alice"), server.signed_in("edith"));
    let token = alice.get("/desk/posts/create").hidden("token");
    let typed = "key=k&title=Kept+title&summary=s&body=Kept+%26+body";
    for (path, rest, status) in [
        ("/desk/posts/create".to_owned(), "unknown=1", 422),
        (format!("/desk/posts/{post}/revise"), "seen=99999999999", 422),
        (format!("/desk/posts/{post}/revise"), "", 422),
        ("/desk/posts/99999999/revise".to_owned(), "seen=1", 404),
    ] {
        let form = format!("token={token}&{typed}&{rest}");
        let page = alice.post_raw(&path, form.as_bytes(), &OURS).expect(status);
        assert!(page.body.contains("Kept title"), "{path} {rest}: {}", page.body);
        assert!(page.body.contains("Kept &#38; body"), "{path} {rest}: {}", page.body);
    }
    let token = edith.get("/desk").hidden("token");
    let form = format!("token={token}&{typed}");
    let page = edith.post_raw("/desk/posts/create", form.as_bytes(), &OURS).expect(403);
    assert!(page.body.contains("Kept &#38; body"), "{}", page.body);
}

#[test]
fn a_form_is_read_strictly() {
    let world = World::new();
    let post = world.in_review();
    let server = Server::start(world.database.store());
    let mut edith = server.signed_in("edith");
    let path = format!("/desk/posts/{post}/publish");
    let page = edith.get(&path).expect(200);
    let (token, key) = (page.hidden("token"), page.hidden("key"));
    let before = world.db_everything();
    let base = encode(&[("token", &token)]);
    for (rest, named) in [
        (format!("key={key}"), "<p>Revision: "),
        (format!("key={key}&seen="), "<p>Revision: "),
        (format!("key={key}&seen=0"), "<p>Revision: "),
        (format!("key={key}&seen=one"), "<p>Revision: "),
        (format!("key={key}&seen=99999999999999999999"), "<p>Revision: "),
        (format!("key={key}&seen=1&seen=1"), "<p>Revision: "),
        ("seen=1".to_owned(), "<p>Key: "),
        ("seen=1&key=".to_owned(), "<p>Key: "),
        (format!("seen=1&key={}", "k".repeat(256)), "<p>Key: "),
        (format!("key={key}&seen=1&state=published"), "there is no field &#34;state&#34;."),
        (format!("key={key}&seen=%FF"), "<p>Revision: "),
    ] {
        let page = edith.post_raw(&path, format!("{base}&{rest}").as_bytes(), &OURS);
        assert_eq!(page.status, 422, "{rest}: {}", page.body);
        assert!(page.body.contains(named), "{rest}: {}", page.body);
    }
    assert_eq!(world.db_everything(), before);
}

#[test]
fn an_address_whose_id_is_not_a_number_is_not_found() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut edith = server.signed_in("edith");
    for path in [
        "/desk/posts/99999999999999999999",
        "/desk/posts/-1",
        "/desk/posts/x",
        "/desk/posts/1/unpublish",
        "/posts/No_Such_Slug",
        "/nowhere",
        "/desk/posts/%00",
    ] {
        edith.get(path).expect(404);
    }
    edith.get("/posts?before=x").expect(422);
    edith.get("/desk/posts/1/changes?from=x").expect(422);
}

#[test]
fn a_method_that_no_page_has_is_not_allowed_anywhere() {
    let world = World::new();
    let server = Server::start(world.database.store());
    for mut browser in [server.browser(), server.signed_in("edith")] {
        for method in ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] {
            for path in ["/", "/desk", "/admin/posts", "/nowhere", "/healthz", "/static/app.css"] {
                let page = browser.send(method, path, None, &[]).expect(405);
                assert_eq!(page.headers["allow"], "GET, HEAD, POST", "{method} {path}");
            }
        }
    }
}

#[test]
fn a_byte_that_is_not_utf_8_does_not_lose_the_rest_of_the_form() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let form = alice.get("/desk/posts/create").expect(200);
    let (token, key) = (form.hidden("token"), form.hidden("key"));
    let typed = encode(&[("token", &token), ("key", &key), ("title", "Kept"), ("summary", "")]);
    let body = format!("{typed}&body=Long+work%FF+goes+on");
    let page = alice.post_raw("/desk/posts/create", body.as_bytes(), &OURS).expect(422);
    assert!(
        page.body.contains(
            "<p>Body: Bad form: this is not UTF-8 \
             text."
        ),
        "{}",
        page.body
    );
    assert!(page.body.contains("Long work\u{fffd} goes on"), "{}", page.body);
}

#[test]
fn a_form_that_is_too_large_is_refused_quickly() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let started = Instant::now();
    let flood = format!("body={}", "x".repeat(3_000_000));
    alice.post_raw("/desk/posts/create", flood.as_bytes(), &OURS).expect(413);
    let many = "a=b&".repeat(300_000);
    alice.post_raw("/desk/posts/create", many.as_bytes(), &OURS).expect(422);
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

#[test]
fn a_change_that_another_site_asks_for_is_refused() {
    let world = World::new();
    let post = world.in_review();
    let server = Server::start(world.database.store());
    let mut edith = server.signed_in("edith");
    let path = format!("/desk/posts/{post}/publish");
    let page = edith.get(&path).expect(200);
    let form = encode(&[
        ("token", &page.hidden("token")),
        ("key", &page.hidden("key")),
        ("seen", &page.hidden("seen")),
    ]);
    let host = server.address.to_string();
    for headers in [
        vec![("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-site")],
        vec![("origin", "https://elsewhere.example")],
        vec![("origin", "null")],
        vec![],
    ] {
        edith.post_raw(&path, form.as_bytes(), &headers).expect(403);
    }
    assert_eq!(world.post(post).state().as_str(), "in_review");
    let origin = format!("http://{host}");
    edith.post_raw(&path, form.as_bytes(), &[("origin", &origin)]).expect(303);
}

#[test]
fn a_form_of_another_session_is_refused_and_its_text_comes_back() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let form = alice.get("/desk/posts/create").expect(200);
    let key = form.hidden("key");
    let fields = [
        ("token", "of another session"),
        ("key", &key),
        ("title", "Kept"),
        ("summary", "Kept too"),
        ("body", "And this"),
    ];
    let page = alice.post("/desk/posts/create", &fields).expect(403);
    for kept in ["Kept", "Kept too", "And this"] {
        assert!(page.body.contains(kept), "{kept} is lost");
    }
    let token = page.hidden("token");
    let again = [
        ("token", token.as_str()),
        ("key", &key),
        ("title", "Kept"),
        ("summary", "Kept too"),
        ("body", "And this"),
    ];
    alice.post("/desk/posts/create", &again).expect(303);
}

#[test]
fn the_typed_text_is_kept_while_the_author_signs_in_again() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let form = alice.get("/desk/posts/create").expect(200);
    let (token, key) = (form.hidden("token"), form.hidden("key"));
    world
        .change_account("alice", imprimatur::policies::accounts::AccountChange::Deactivate)
        .unwrap();
    let fields = [
        ("token", token.as_str()),
        ("key", &key),
        ("title", "Long work"),
        ("summary", "S"),
        ("body", "A & B <i>"),
    ];
    let page = alice.post("/desk/posts/create", &fields).expect(401);
    world
        .change_account("alice", imprimatur::policies::accounts::AccountChange::Reactivate)
        .unwrap();
    let carried = [
        ("token", page.hidden("token")),
        ("carried_path", page.hidden("carried_path")),
        ("carried_form", page.hidden("carried_form")),
        ("username", "alice".to_owned()),
        ("password", PASSWORD.to_owned()),
        ("next", page.hidden("next")),
    ];
    let carried: Vec<(&str, &str)> =
        carried.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let page = alice.post("/sign-in", &carried).expect(200);
    assert!(page.body.contains("Long work"), "{}", page.body);
    let fields = [
        ("token", page.hidden("token")),
        ("key", page.hidden("key")),
        ("title", "Long work".into()),
        ("summary", "S".into()),
        ("body", "A & B <i>".into()),
    ];
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    alice.post("/desk/posts/create", &fields).expect(303);
    assert!(alice.get("/desk").expect(200).body.contains("Long work"));
}

#[test]
fn every_response_has_the_security_headers() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut browser = server.browser();
    for path in ["/", "/sign-in", "/desk", "/nowhere", "/static/app.css", "/posts/x"] {
        let page = browser.get(path);
        let policy = &page.headers["content-security-policy"];
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe"));
        assert_eq!(page.headers["x-content-type-options"], "nosniff");
        assert!(page.headers.contains_key("referrer-policy"));
        assert!(page.headers.contains_key("x-request-id"));
    }
    let cookie = &browser.get("/sign-in").headers;
    assert!(
        cookie
            .get("set-cookie")
            .is_none_or(|cookie| cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"))
    );
}

/// Returns a thousand texts of every character that parsing treats specially, the
/// same ones each time.
fn awkward_texts() -> impl Iterator<Item = String> {
    const SIGNS: [&str; 20] = [
        "a", "Z", "9", "-", " ", "\n", "\r", "\r\n", "\t", "\0", "\u{7f}", "\u{85}", "\u{a0}",
        "\u{200b}", "é", "ß", "’", "漢", "🖋", "\u{301}",
    ];
    // Knuth's multiplier (MMIX). Any pseudo-random sequence will do.
    let mut state = 1_u64;
    let mut next = move |below: usize| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % below
    };
    (0..1000).map(move |_| (0..next(40)).map(|_| SIGNS[next(SIGNS.len())]).collect())
}

#[test]
fn parsing_never_panics_and_is_idempotent() {
    let (mut parsed, mut refused) = (0, 0);
    for text in awkward_texts() {
        match Body::parse(&text) {
            Ok(body) => {
                parsed += 1;
                assert_eq!(Body::parse(body.as_str()).unwrap(), body, "{text:?}");
                assert!(!body.as_str().contains('\r'), "{text:?}");
            }
            Err(error) => {
                refused += 1;
                assert_eq!(error.field, "body");
            }
        }
        if let Ok(title) = Title::parse(&text) {
            assert_eq!(Title::parse(title.as_str()).unwrap(), title, "{text:?}");
            if let Some(slug) = Slug::from_title(&title) {
                assert_eq!(Slug::parse(slug.as_str()), Some(slug.clone()), "{text:?}");
                assert_eq!(Slug::parse_chosen(slug.as_str()), Ok(Some(slug)), "{text:?}");
            }
        }
        let _ = (Summary::parse(&text), Note::parse(&text), Username::parse(&text));
        let _ = Content::parse(&text, &text, &text);
    }
    assert!(parsed > 100 && refused > 100, "{parsed} parsed, {refused} refused");
}

#[test]
fn a_line_that_turns_the_text_around_it_is_refused_by_name() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let mut stan = server.signed_in("stan");
    for (sign, name) in [
        ('\u{202A}', "U+202A LEFT-TO-RIGHT EMBEDDING"),
        ('\u{202B}', "U+202B RIGHT-TO-LEFT EMBEDDING"),
        ('\u{202C}', "U+202C POP DIRECTIONAL FORMATTING"),
        ('\u{202D}', "U+202D LEFT-TO-RIGHT OVERRIDE"),
        ('\u{202E}', "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ('\u{2066}', "U+2066 LEFT-TO-RIGHT ISOLATE"),
        ('\u{2067}', "U+2067 RIGHT-TO-LEFT ISOLATE"),
        ('\u{2068}', "U+2068 FIRST STRONG ISOLATE"),
        ('\u{2069}', "U+2069 POP DIRECTIONAL ISOLATE"),
    ] {
        let line = format!("costs {sign}09 EUR");
        let sentence = format!("Remove the character {name}.");
        let fields = |turned: &str| {
            let parts = ["title", "summary", "body"];
            parts.map(|name| (name, if name == turned { line.as_str() } else { "Plain." }))
        };
        for field in ["title", "summary"] {
            let page = alice.submit("/desk/posts/create", &fields(field)).expect(422);
            assert!(page.body.contains(&sentence), "{field}: {sentence}: {}", page.body);
        }
        let fields = [("username", "new"), ("display_name", &*line), ("reason", "New here.")];
        let page = stan.submit("/admin/create-account", &fields).expect(422);
        assert!(page.body.contains(&sentence), "{sentence}: {}", page.body);
        assert!(TokenName::parse(&line).is_err() && Username::parse(&line).is_err());
        // A body and a note may have them: each block of them stands by itself.
        assert!(Body::parse(&line).is_ok() && Note::parse(&line).is_ok());
    }
    for separator in ['\u{2028}', '\u{2029}'] {
        let error = Title::parse(&format!("two{separator}lines")).unwrap_err();
        assert_eq!(error.message, "Line breaks are not allowed here.");
    }
    for ordinary in ["\u{200F}שלום", "می\u{200C}خواهم", "👩\u{200D}👧", "Tom\u{A0}& Co"]
    {
        assert!(Title::parse(ordinary).is_ok(), "{ordinary}");
    }
}
