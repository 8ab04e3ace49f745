//! The web address is a part of the text: shown while writing, chosen or made from the
//! title, the same through every interface, and never lost.

use diesel::connection::SimpleConnection;
use imprimatur::domain::{Content, PostId, Revise, RevisionNumber};

use super::command_line::program::run_with;
use crate::support::world::{content, publish, submit};
use crate::support::{Program, Server, World};

const CREATE: &str = "/desk/posts/create";

fn with_slug(title: &str, slug: &str) -> Content {
    Content::parse_with_slug(title, "Why less is more.", "First words.", slug).unwrap()
}

/// Submits and publishes a post, and returns its address.
fn published(world: &World, content: Content) -> String {
    let post = world.create(world.alice, content).unwrap().post;
    world.perform(world.alice, &submit(post, 1)).unwrap();
    world.perform(world.edith, &publish(post, 1)).unwrap();
    world.post(post).status.publication().unwrap().slug.to_string()
}

#[test]
fn the_editor_shows_the_address_and_takes_another() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let typed = [("title", "Über alles 🚀"), ("summary", "S"), ("body", "B"), ("preview", "yes")];
    let page = alice.submit(CREATE, &typed).expect(200).body;
    assert!(page.contains("/posts/<wbr>uber-alles."), "{page}");
    let mut fields = typed.to_vec();
    fields.push(("slug", "On Everything"));
    let page = alice.submit(CREATE, &fields).expect(422).body;
    assert!(page.contains("hyphens between words, for example: on-everything"), "{page}");
    assert!(page.contains("value=\"On Everything\""), "what was typed stays: {page}");
    fields.retain(|(name, _)| !["slug", "preview"].contains(name));
    fields.push(("slug", "on-everything"));
    let saved = alice.submit(CREATE, &fields).expect(303).location().to_owned();
    let editor = alice.get(&format!("{saved}/revise")).expect(200).body;
    assert!(editor.contains("name=\"slug\" value=\"on-everything\""), "{editor}");
    assert!(editor.contains("/posts/<wbr>on-everything."), "{editor}");
}

#[test]
fn a_title_that_gives_no_address_needs_a_chosen_one() {
    let world = World::new();
    let post = world.create(world.alice, content("🚀 !")).unwrap().post;
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let page = alice.get(&format!("/desk/posts/{post}/revise")).expect(200).body;
    assert!(page.contains("Web address: missing"), "{page}");
    assert!(page.contains("The title gives no web address. Enter one."), "{page}");
    let page = alice.get(&format!("/desk/posts/{post}/submit")).expect(200).body;
    assert!(page.contains("Missing: web address."), "{page}");
    let desk = alice.get("/desk").expect(200).body;
    assert!(desk.contains("To do: web address."), "{desk}");
    let error = world.perform(world.alice, &submit(post, 1)).unwrap_err();
    assert_eq!(error.reasons()[0].code, "incomplete");
    let revise = Revise { post, seen: RevisionNumber(1), content: with_slug("🚀 !", "launch") };
    assert_eq!(world.perform(world.alice, &revise).unwrap().revision.0, 2);
    world.perform(world.alice, &submit(post, 2)).unwrap();
    let mut edith = server.signed_in("edith");
    let page = edith.get(&format!("/desk/posts/{post}/publish")).expect(200).body;
    assert!(page.contains("/posts/launch</p>"), "{page}");
    world.perform(world.edith, &publish(post, 2)).unwrap();
    assert!(server.browser().get("/posts/launch").expect(200).body.contains("First words."));
}

#[test]
fn a_published_post_is_at_the_chosen_address_or_beside_it() {
    let world = World::new();
    assert_eq!(published(&world, with_slug("One", "shared")), "shared");
    assert_eq!(published(&world, with_slug("Two", "shared")), "shared-2");
    assert_eq!(published(&world, content("Shared")), "shared-3");
    let long = "a".repeat(100);
    assert_eq!(published(&world, with_slug("Three", &long)), long);
    assert_eq!(published(&world, with_slug("Four", &long)), format!("{long}-2"));
}

#[test]
fn another_address_is_another_revision_and_another_fingerprint() {
    let world = World::new();
    let post = world.create(world.alice, with_slug("One", "first")).unwrap().post;
    let revise =
        |seen, slug| Revise { post, seen: RevisionNumber(seen), content: with_slug("One", slug) };
    assert_eq!(world.perform(world.alice, &revise(1, "first")).unwrap().revision.0, 1);
    assert_eq!(world.perform(world.alice, &revise(1, "second")).unwrap().revision.0, 2);
    assert_eq!(world.perform(world.alice, &revise(2, "")).unwrap().revision.0, 3);
    let server = Server::start(world.database.store());
    let changes = format!("/desk/posts/{post}/changes?from=1&to=2");
    let page = server.signed_in("alice").get(&changes).expect(200).body;
    assert!(page.contains("Differences in the web address"), "{page}");
    let report = imprimatur::store::verify::verify(
        &mut world.database.as_owner(),
        imprimatur::postgres::RUNTIME_ROLE,
    );
    assert_eq!(report.unwrap().findings, []);
}

#[test]
fn programs_and_the_command_line_choose_the_address_too() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let alice = Program::of(&world, server.address, world.alice);
    let text =
        |slug: &str| format!(r#"{{"title": "One", "summary": "S", "body": "B", "slug": {slug}}}"#);
    let send = |key: &str, slug: &str| {
        alice.post("/api/v1/posts", &[("idempotency-key", key)], &text(slug))
    };
    send("1", "\"first-one\"").expect(201);
    send("2", "null").expect(201);
    let refused = send("3", "\"First One\"").expect(422).json().to_string();
    assert!(refused.contains("for example: first-one"), "{refused}");
    // The same key with another address is another use.
    send("1", "\"other\"").expect(422);
    let read = alice.get("/api/v1/posts/1").expect(200).json();
    assert_eq!(read["slug"], "first-one");
    assert_eq!(alice.get("/api/v1/posts/2").expect(200).json()["slug"], serde_json::Value::Null);

    let create = ["post", "create", "-", "--as", "alice", "--slug", "by-hand", "--json"];
    let created = run_with(&world.database, &create, "# Two\n\nB.\n").expect(0).stdout;
    let created: serde_json::Value = serde_json::from_str(&created).unwrap();
    let id = created["post"].as_i64().unwrap();
    let number = id.to_string();
    let revise = ["post", "revise", &number, "-", "--as", "alice", "--revision", "1", "--json"];
    run_with(&world.database, &revise, "B2.\n").expect(0);
    let slug = world.post(PostId(id)).current.content.slug;
    assert_eq!(slug.unwrap().as_str(), "by-hand", "what is not given is kept");
}

/// The database keeps it alone: hand-typed SQL publishes nowhere else either.
#[test]
fn a_post_is_not_published_under_another_address_than_the_chosen_one() {
    let world = World::new();
    let post = world.create(world.alice, with_slug("Chosen", "chosen-one")).unwrap().post;
    world.perform(world.alice, &submit(post, 1)).unwrap();
    let refused_at = |slug: &str| {
        let sql = format!(
            "UPDATE posts SET state = 'published', published_at = now(), published_by = {},
                 published_revision = 1, slug = '{slug}' WHERE id = {post}",
            world.edith
        );
        world.database.as_runtime().batch_execute(&sql).unwrap_err().to_string()
    };
    let sentence = "A post is published under the slug that its author chose.";
    for slug in ["elsewhere", "chosen-one-two", "chosen-onex", "a-chosen-one"] {
        assert_eq!(refused_at(slug), sentence, "{slug}");
    }
    // Its own is refused for another reason alone: there is no record.
    for slug in ["chosen-one", "chosen-one-2"] {
        assert_ne!(refused_at(slug), sentence, "{slug}");
    }
}
