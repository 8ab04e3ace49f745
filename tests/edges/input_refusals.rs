//! Every refusal of input that an edge makes by itself, which the workflow never sees. Each
//! is made here once through its interface, is answered in its own words, and changes nothing.

use std::collections::BTreeSet;

use super::rules::failed_command;
use crate::shape::sources::sources;
use crate::support::browser::Page;
use crate::support::world::content;
use crate::support::{Browser, Program, Server, World};

/// The edges, and what they share.
const EDGES: [&str; 7] = ["http", "site", "desk", "account", "admin", "api", "cli"];

/// It needs two different passwords typed at a terminal.
const AT_A_TERMINAL: &str = "The passwords do not match.";

/// A request that is refused, and the sentence that says why.
type Refused = (&'static str, String);

#[test]
fn every_refusal_of_input_that_an_edge_makes_is_made_here_and_changes_nothing() {
    let world = World::new();
    let post = world.create(world.alice, content("A post")).unwrap().post;
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let mut stan = server.signed_in("stan");
    let program = Program::of(&world, server.address, world.alice);
    // The first use of a key, which another request then repeats.
    let text = r#"{"title":"One","summary":"","body":""}"#;
    assert_eq!(program.post("/api/v1/posts", &[("idempotency-key", "k")], text).status, 201);
    let before = world.db_everything();

    let mut refused: Vec<Refused> = Vec::new();
    refused.extend(by_address(&mut alice, &mut stan));
    refused.extend(by_form(&mut alice, &mut stan, post.0));
    for (path, key, body, sentence) in [
        ("/api/v1/posts", "new", "[]", "Send a JSON object."),
        (
            "/api/v1/posts",
            "k",
            r#"{"title":"Two","summary":"","body":""}"#,
            "Already used for another request.",
        ),
    ] {
        let reply = program.post(path, &[("idempotency-key", key)], body);
        assert!((400..500).contains(&reply.status), "{}", reply.text);
        refused.push((sentence, reply.text));
    }
    refused.extend(by_command(&world));

    assert_eq!(world.db_everything(), before);
    let mut said = BTreeSet::from([AT_A_TERMINAL.to_owned()]);
    for (sentence, answer) in refused {
        assert!(answer.contains(sentence), "{sentence}: {answer}");
        said.insert(sentence.to_owned());
    }
    let sentences = sentences();
    assert!(sentences.len() > 15, "the scan sees what it looks for: {sentences:?}");
    let missing: Vec<_> = sentences.difference(&said).collect();
    assert!(missing.is_empty(), "no request is refused with these: {missing:?}");
}

fn answer(page: Page) -> String {
    assert!((400..500).contains(&page.status), "{}: {}", page.status, page.body);
    page.body
}

fn by_address(alice: &mut Browser, stan: &mut Browser) -> Vec<Refused> {
    let many = format!("/posts?{}", "a=1&".repeat(100));
    let of_alice = [
        (&*many, "The address has too many parameters."),
        ("/posts?before=%ff", "The address has text that is not UTF-8."),
        ("/posts?before=1&before=1", "This parameter of the address is there more than once."),
        ("/posts?before=x", "This page link is not valid."),
        ("/desk/posts/1/changes?from=x&to=1", "Enter the number of a revision of this post."),
    ];
    let of_stan = [
        ("/admin/incidents?state=x", "Unknown filter."),
        ("/admin/accounts?state=x", "Unknown filter."),
        ("/admin/posts?select=x", "Invalid selection."),
        ("/admin/posts/bulk-archive?everything=x", "Invalid link."),
        ("/admin/posts/bulk-archive?post=x", "Select posts in the list."),
        ("/admin/posts?from=2026-02-02&until=2026-01-01", "“Until” must not be before “From”."),
        ("/admin/posts?from=2026-02-02&sort=number", "Date filters do not go with sorting by ID."),
        ("/admin/refusals?person=nobody", "There is no account with this username."),
    ];
    let mut refused: Vec<Refused> = Vec::new();
    for (path, sentence) in of_alice {
        refused.push((sentence, answer(alice.get(path))));
    }
    for (path, sentence) in of_stan {
        refused.push((sentence, answer(stan.get(path))));
    }
    refused
}

fn by_form(alice: &mut Browser, stan: &mut Browser, post: i64) -> Vec<Refused> {
    let submit = format!("/desk/posts/{post}/submit");
    let token = alice.get("/account").expect(200).hidden("token");
    let same_origin = [("sec-fetch-site", "same-origin")];
    let mut raw = |body: &[u8]| answer(alice.post_raw(&submit, body, &same_origin));
    let mut refused = vec![
        ("Bad form: too many fields.", raw("a=1&".repeat(100).as_bytes())),
        ("Bad form: a field name is not UTF-8 text.", raw(b"%ff=1")),
        ("Bad form: this is not UTF-8 text.", raw(b"key=%ff")),
        (
            "Bad form: this field is there more than once.",
            raw(format!("token={token}&seen=1&seen=1&key=k1").as_bytes()),
        ),
        ("Bad form: this field is missing.", raw(format!("token={token}").as_bytes())),
        (
            "Bad form: no valid revision is given.",
            raw(format!("token={token}&key=k1&seen=x").as_bytes()),
        ),
    ];
    let choice = [("token_id", "x"), ("reason", "For the test.")];
    let page = stan.send_unasked("/admin/accounts/alice/revoke-token", &choice);
    refused.push(("Choose a token.", answer(page)));
    let unchanged = [("held", "author"), ("author", "yes"), ("reason", "For the test.")];
    let page = stan.send_unasked("/admin/accounts/alice/change-roles", &unchanged);
    refused.push(("Select or clear at least one role.", answer(page)));
    refused
}

fn by_command(world: &World) -> Vec<Refused> {
    let user = ["user", "password", "alice", "--password-stdin", "--as", "stan"];
    let create = ["post", "create", "-", "--as", "alice"];
    let large = "a".repeat((1 << 20) + 1);
    [
        (user.as_slice(), [0xff].as_slice(), "The password must be one line of UTF-8 text."),
        (&create, large.as_bytes(), "The file is too large: the limit is 1 MiB."),
        (&create, &[0xff], "Save the file as UTF-8 text."),
    ]
    .map(|(arguments, input, sentence)| {
        let (code, said) = failed_command(&world.database, arguments, input);
        assert_eq!(code, Some(2), "{arguments:?}: {said}");
        (sentence, said)
    })
    .to_vec()
}

/// Returns every sentence with which an edge refuses input.
fn sentences() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for source in sources().iter().filter(|source| EDGES.contains(&source.module.as_str())) {
        for made in ["FieldError::new(", ".reject("] {
            for (_, rest) in source.code.match_indices(made).map(|(at, _)| source.code.split_at(at))
            {
                let call = &rest[made.len()..];
                let end = call.find(");").or(call.find("))")).or(call.find(')')).unwrap();
                // The name of the field, and what is wrong with it.
                let texts: Vec<&str> = call[..end].split('"').skip(1).step_by(2).collect();
                let sentence =
                    texts.last().filter(|text| text.ends_with('.') && !text.contains('{'));
                found.extend(sentence.map(|text| text.to_string()));
            }
        }
    }
    found
}
