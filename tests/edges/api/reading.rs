//! What each reader finds, and page by page.

use serde_json::Value;

use imprimatur::domain::{PostId, State};
use imprimatur::store::posts;
use imprimatur::store::visibility::Visibility;

use super::{House, TEXT};
use crate::support::attempts::post_in;
use crate::support::program::Reply;
use crate::support::{Program, World};

fn ids(reply: &Reply) -> Vec<i64> {
    let json = reply.json();
    json["posts"].as_array().unwrap().iter().map(|post| post["id"].as_i64().unwrap()).collect()
}

#[test]
fn an_unknown_query_parameter_is_named() {
    let House { world, server: _server, stan, .. } = House::new();
    let post = world.published();
    for path in [
        "/api/v1/posts?nope=1",
        "/api/v1/posts?state=draft&nope=1",
        "/api/v1/accounts?nope=",
        "/api/v1/refusals?nope=1",
        &format!("/api/v1/posts/{post}?nope=1"),
    ] {
        let problem = stan.get(path).expect(422).json();
        let error = &problem["errors"][0];
        assert_eq!(error["field"], "nope", "{path}: {problem}");
        assert_eq!(error["message"], "The address has no parameter \"nope\".", "{path}");
    }
}

#[test]
fn every_reader_sees_what_their_visibility_allows() {
    let House { world, server, .. } = House::new();
    let made: Vec<PostId> = [world.alice, world.rosa]
        .into_iter()
        .flat_map(|author| State::ALL.map(|state| post_in(&world, author, state)))
        .collect();
    for (name, who) in world.everybody() {
        let program = Program::of(&world, server.address, who);
        let visibility = Visibility::of(&world.find_person(name));
        let conn = &mut world.database.as_runtime();
        let mut seen = Vec::new();
        for id in &made {
            let post = posts::find(conn, *id, visibility).unwrap();
            let is_made_here = post.as_ref().is_some_and(|post| visibility.sees_history_of(post));
            for (below, is_seen) in [
                ("", post.is_some()),
                ("/actions", post.is_some()),
                ("/history", is_made_here),
                ("/revisions/1", is_made_here),
                ("/revisions/2", false),
            ] {
                let reply = program.get(&format!("/api/v1/posts/{id}{below}"));
                assert_eq!(reply.status, if is_seen { 200 } else { 404 }, "{name} {id}{below}");
                if !is_seen {
                    let missing = program.get(&format!("/api/v1/posts/999999{below}"));
                    assert_eq!(reply.anonymous(), missing.anonymous(), "{name} {id}{below}");
                }
            }
            seen.extend(post.map(|post| post.id.0));
        }
        seen.reverse();
        assert_eq!(ids(&program.get("/api/v1/posts?limit=100").expect(200)), seen, "{name}");
    }
}

#[test]
fn revisions_are_for_the_author_reviewers_and_staff() {
    let House { world, server: _server, alice, edith, mallory, .. } = House::new();
    let post = world.in_review();
    let text = TEXT.replace("First words.", "Better words.");
    alice.act(post, "revisions", 1, &text).expect(200);
    let of = |number: &str| format!("/api/v1/posts/{post}/revisions/{number}");
    let history = alice.get(&format!("/api/v1/posts/{post}/history")).expect(200).json();
    let current = alice.get(&format!("/api/v1/posts/{post}")).expect(200).json();
    for program in [&alice, &edith] {
        let [first, second] = ["1", "2"].map(|number| program.get(&of(number)).expect(200));
        assert_eq!((first.header("etag"), second.header("etag")), ("\"1\"", "\"2\""));
        let [first, second] = [first.json(), second.json()];
        assert_ne!(first["body"], second["body"]);
        for field in ["title", "summary", "body", "revision"] {
            assert_eq!(second[field], current[field], "{field}");
        }
        for (number, text) in [first, second].iter().enumerate() {
            assert_eq!(text["at"], history["revisions"][number]["at"]);
        }
    }
    // Whoever acts on what they read there is told that there is a newer one.
    let refused = edith.act(post, "publication", 1, "").expect(409);
    assert_eq!(refused.codes(), "stale-revision");
    edith.act(post, "publication", 2, "").expect(200);
    mallory.get(&of("2")).expect(404);
    for nothing in ["0", "3", "-1", "x", "99999999999"] {
        alice.get(&of(nothing)).expect(404);
    }
}

#[test]
fn head_is_get_without_the_body() {
    let House { world, server, edith, mallory, .. } = House::new();
    let post = world.in_review();
    let paths = [
        "/api/v1/openapi.json",
        "/api/v1/posts?limit=1",
        &format!("/api/v1/posts/{post}"),
        &format!("/api/v1/posts/{post}/history"),
        &format!("/api/v1/posts/{post}/revisions/1"),
        &format!("/api/v1/posts/{post}/submission"),
        "/api/v1/accounts",
        "/api/v1/nowhere",
    ];
    for program in [&edith, &mallory] {
        for path in paths {
            let [get, head] = ["GET", "HEAD"].map(|method| program.send(method, path, &[], None));
            assert_eq!((head.status, head.text.as_str()), (get.status, ""), "{path}");
            for header in ["etag", "content-type", "content-length", "cache-control", "allow"] {
                assert_eq!(head.header(header), get.header(header), "{path}: {header}");
            }
        }
    }
    // A page that nobody saw was read by nobody.
    let mut reviewer = server.signed_in("edith");
    let page = format!("/desk/posts/{post}");
    let readings = || world.db_count("readings");
    let head = reviewer.send("HEAD", &page, None, &[]);
    assert_eq!((head.status, head.body.as_str(), readings()), (200, "", 0));
    reviewer.get(&page).expect(200);
    assert_eq!(readings(), 1);
}

/// The address of a page beside this one.
fn link(reply: &Reply, relation: &str) -> Option<String> {
    let all = reply.header("link").split(", ");
    let found = all.filter_map(|link| link.split_once(">; rel="));
    let found: Vec<_> = found.filter(|(_, name)| *name == format!("\"{relation}\"")).collect();
    found.first().map(|(path, _)| path.trim_start_matches('<').to_owned())
}

/// Goes through a list and back, and returns how many pages it has.
fn there_and_back(program: &Program, path: &str, lines: &str) -> usize {
    let mut pages: Vec<Value> = Vec::new();
    let mut reply = program.get(path).expect(200);
    assert_eq!(link(&reply, "prev"), None);
    loop {
        pages.push(reply.json()[lines].clone());
        match link(&reply, "next") {
            Some(next) => reply = program.get(&next).expect(200),
            None => break,
        }
    }
    for page in pages.iter().rev().skip(1) {
        reply = program.get(&link(&reply, "prev").unwrap()).expect(200);
        assert_eq!(&reply.json()[lines], page);
    }
    assert_eq!(link(&reply, "prev"), None);
    pages.len()
}

#[test]
fn lists_are_read_page_by_page_in_both_directions() {
    let House { world, server: _server, alice, stan, mallory, .. } = House::new();
    fn drafts(world: &World) {
        for _ in 0..5 {
            world.draft();
        }
    }
    drafts(&world);
    let submitted = world.in_review();
    assert_eq!(there_and_back(&alice, "/api/v1/posts?limit=2", "posts"), 3);
    let filtered = "/api/v1/posts?state=draft&author=alice&limit=2";
    assert_eq!(there_and_back(&stan, filtered, "posts"), 3);
    assert_eq!(there_and_back(&mallory, "/api/v1/posts?limit=2", "posts"), 1);
    assert_eq!(there_and_back(&stan, "/api/v1/accounts?limit=4", "accounts"), 2);
    for _ in 0..3 {
        mallory.act(submitted, "publication", 1, "").expect(403);
    }
    assert_eq!(there_and_back(&stan, "/api/v1/refusals?limit=1", "refusals"), 3);
    // A page stays what it is while others are added before it.
    let first = alice.get("/api/v1/posts?limit=2").expect(200);
    let second = link(&first, "next").unwrap();
    let before = ids(&alice.get(&second).expect(200));
    drafts(&world);
    assert_eq!(ids(&alice.get(&second).expect(200)), before);
    for wrong in
        ["0-1", "after", "after-", "beside-0-1", "after-00-1", "before-0--", "after-before-0-1"]
    {
        let reply = alice.get(&format!("/api/v1/posts?cursor={wrong}")).expect(422);
        assert_eq!(reply.json()["errors"][0]["field"], "cursor", "{wrong}");
    }
    alice.get(&format!("{second}&cursor=before-0-1")).expect(422);
    alice.get("/api/v1/posts?after=0-1").expect(422);
}
