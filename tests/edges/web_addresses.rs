//! The web address is a part of the text: shown while writing, chosen or made from the
//! title, the same through every interface, and never lost.

use diesel::connection::SimpleConnection;
use imprimatur::domain::{Content, PostId, Publish, Revise, RevisionNumber};

use super::command_line::program::run_with;
use crate::support::world::{content, publish, submit};
use crate::support::{Browser, Program, Server, World};

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
    assert!(
        page.contains("/posts/<wbr>uber-alles, with a number behind it if that is taken."),
        "{page}"
    );
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
    assert!(editor.contains("/posts/<wbr>on-everything, with a number behind"), "{editor}");
}

#[test]
fn a_title_that_gives_no_address_needs_a_chosen_one() {
    let world = World::new();
    let post = world.create(world.alice, content("🚀 !")).unwrap().post;
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let page = alice.get(&format!("/desk/posts/{post}/revise")).expect(200).body;
    assert!(page.contains("<a href=\"#slug\">Web address</a>: missing"), "{page}");
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

/// What is confirmed is a part of what is sent: the address of a post never changes
/// afterwards.
#[test]
fn a_post_is_published_under_the_confirmed_address_or_not_at_all() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let [first, second, third] = ["One", "Two", "Three"].map(|title| {
        let post = world.create(world.alice, with_slug(title, "shared")).unwrap().post;
        world.perform(world.alice, &submit(post, 1)).unwrap();
        post
    });
    let mut edith = server.signed_in("edith");
    let form = |browser: &mut Browser, post: PostId| {
        let page = browser.get(&format!("/desk/posts/{post}/publish")).expect(200);
        ["token", "key", "seen", "slug"].map(|name| (name, page.hidden(name)))
    };
    let shown = form(&mut edith, second);
    assert_eq!(shown[3].1, "shared");
    world.perform(world.edith, &publish(first, 1)).unwrap();
    let send = |browser: &mut Browser, post: PostId, form: &[(&str, String)]| {
        let fields: Vec<(&str, &str)> =
            form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.post(&format!("/desk/posts/{post}/publish"), &fields)
    };
    let before = world.db_everything();
    let page = send(&mut edith, second, &shown).expect(409);
    assert!(page.body.contains("/posts/shared has changed to /posts/shared-2."), "{}", page.body);
    assert!(page.body.contains("/posts/shared-2</p>"), "{}", page.body);
    assert_eq!(world.db_everything(), before);
    assert_eq!(page.hidden("slug"), "shared-2", "the page asks to confirm the new one");
    let again = ["token", "key", "seen", "slug"].map(|name| (name, page.hidden(name)));
    send(&mut edith, second, &again).expect(303);
    assert_eq!(world.post(second).status.publication().unwrap().slug.as_str(), "shared-2");

    let program = Program::of(&world, server.address, world.edith);
    let refused = program.act(third, "publication", 1, r#"{"slug": "shared-2"}"#).expect(409);
    assert_eq!(refused.codes(), "address-changed");
    program.act(third, "publication", 1, r#"{"slug": "Not one"}"#).expect(422);
    let done = program.act(third, "publication", 1, r#"{"slug": "shared-3"}"#).expect(200);
    assert_eq!(done.json()["slug"], "shared-3");
    assert!(world.db_incidents().is_empty());
    let report = imprimatur::store::verify::verify(
        &mut world.database.as_owner(),
        imprimatur::postgres::RUNTIME_ROLE,
    );
    assert_eq!(report.unwrap().findings, []);
}

/// The address is compared under the lock: of two who confirm one address at the same
/// instant, one gets it.
#[test]
fn of_two_who_confirm_one_address_at_once_one_gets_it() {
    let world = World::new();
    for round in 0..5 {
        let slug = format!("shared-{}", ["a", "b", "c", "d", "e"][round]);
        let posts = [1, 2, 3, 4].map(|number| {
            let content = with_slug(&format!("Round {round} post {number}"), &slug);
            let post = world.create(world.alice, content).unwrap().post;
            world.perform(world.alice, &submit(post, 1)).unwrap();
            post
        });
        let shown = imprimatur::domain::Slug::parse(&slug);
        let barrier = std::sync::Barrier::new(posts.len());
        let answers: Vec<_> = std::thread::scope(|scope| {
            let threads = posts.map(|post| {
                let (world, barrier, shown) = (&world, &barrier, shown.clone());
                scope.spawn(move || {
                    barrier.wait();
                    world.perform(world.edith, &Publish { slug: shown, ..publish(post, 1) })
                })
            });
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
        for refusal in answers.into_iter().filter_map(Result::err) {
            assert_eq!(refusal.reasons()[0].code, "address-changed", "{refusal}");
        }
    }
    assert!(world.db_incidents().is_empty());
}

#[test]
fn the_command_line_prints_the_address_and_takes_the_expected_one() {
    let world = World::new();
    let posts = ["One", "Two"].map(|title| {
        let post = world.create(world.alice, with_slug(title, "shared")).unwrap().post;
        world.perform(world.alice, &submit(post, 1)).unwrap();
        post.to_string()
    });
    let publish = |post: &str, more: &[&str]| {
        let words = ["post", "publish", post, "--as", "edith", "--revision", "1"];
        run_with(&world.database, &[&words[..], more].concat(), "")
    };
    let first = publish(&posts[0], &["--slug", "shared", "--key", "k"]).expect(0).stdout;
    assert_eq!(
        first.trim_end(),
        format!("post {} revision 1 published at /posts/shared", posts[0])
    );
    assert_eq!(publish(&posts[0], &["--slug", "shared", "--key", "k"]).expect(0).stdout, first);
    let refused = publish(&posts[1], &["--slug", "shared"]).expect(5).stderr;
    assert!(refused.contains("[address-changed]"), "{refused}");
    let second = publish(&posts[1], &["--json"]).expect(0).stdout;
    let second: serde_json::Value = serde_json::from_str(&second).unwrap();
    assert_eq!(second["slug"], "shared-2");
}
