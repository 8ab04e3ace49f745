//! Many want the same thing of the same post.

use std::thread;

use diesel::connection::SimpleConnection;
use imprimatur::domain::{Create, OperationKey, PostId, Role, Step};
use imprimatur::refusal::Refusal;
use imprimatur::workflow;

use super::{at_once, in_short, in_slow_motion};
use crate::support::browser::Page;
use crate::support::world::{archive, call_with, content, publish, revise, submit};
use crate::support::{Browser, Server, World};

/// How many click at once.
const CLICKS: usize = 64;

/// Clicks "Publish" from so many windows at once, each with its key.
fn click_publish(browsers: &[Browser], address: &str, key: impl Fn() -> OperationKey) -> Vec<Page> {
    let forms: Vec<(Browser, String)> = browsers
        .iter()
        .map(|browser| {
            let mut browser = browser.clone();
            let token = browser.get(address).expect(200).hidden("token");
            (browser, token)
        })
        .collect();
    at_once((0..CLICKS).map(|click| {
        let (mut browser, token) = forms[click % forms.len()].clone();
        let key = key();
        move || {
            let fields = [("token", token.as_str()), ("key", key.as_str()), ("seen", "1")];
            browser.post(address, &fields)
        }
    }))
}

#[test]
fn of_sixty_four_publishers_at_once_one_wins_and_sixty_three_hear_why() {
    let world = World::new();
    for name in ["rachel", "rufus"] {
        world.person(name, &[Role::Reviewer]);
    }
    let post = world.in_review();
    let server = Server::start(world.database.store_of(16));
    let browsers = ["edith", "rosa", "rachel", "rufus"].map(|name| server.signed_in(name));
    let operations = world.db_count("history");

    let address = format!("/desk/posts/{post}/publish");
    // The post is held until many wait for it: they are there at the same time.
    let mut holder = world.database.as_superuser();
    let hold = format!("BEGIN; SELECT FROM posts WHERE id = {post} FOR UPDATE");
    holder.batch_execute(&hold).unwrap();
    let pages = thread::scope(|scope| {
        scope.spawn(|| {
            world.database.db_wait_for_waiters(4);
            holder.batch_execute("COMMIT").unwrap();
        });
        click_publish(&browsers, &address, OperationKey::random)
    });

    let (won, lost): (Vec<_>, Vec<_>) = pages.into_iter().partition(|page| page.status == 303);
    assert_eq!(won.len(), 1);
    for page in &lost {
        assert_eq!(page.status, 409, "{}", page.body);
        assert!(page.body.contains("published this on"), "{}", page.body);
    }
    assert_eq!(world.db_history(post), ["draft", "in_review", "published"]);
    // The losers leave the record of their refusal and nothing else.
    assert_eq!(world.db_count("history"), operations + 1);
    let refusals = world.db_refusals();
    assert_eq!(refusals.len(), CLICKS - 1);
    for (layer, codes) in refusals {
        assert_eq!((layer.as_str(), codes.as_str()), ("policy", "not-in-review"));
    }
    assert_eq!(world.db_incidents(), [""; 0]);
}

#[test]
fn one_click_that_arrives_sixty_four_times_succeeds_sixty_four_times_and_once() {
    let world = World::new();
    let post = world.in_review();
    let server = Server::start(world.database.store_of(16));
    let key = OperationKey::random();
    let operations = world.db_count("history");

    let address = format!("/desk/posts/{post}/publish");
    let pages = click_publish(&[server.signed_in("edith")], &address, || key.clone());

    for page in pages {
        assert_eq!(page.status, 303, "{}", page.body);
        assert_eq!(page.location(), address);
    }
    assert_eq!(world.db_history(post), ["draft", "in_review", "published"]);
    assert_eq!(world.db_count("history"), operations + 1);
    assert_eq!(world.db_refusals(), []);
    assert_eq!(world.db_incidents(), [""; 0]);
}

#[test]
fn the_second_to_act_on_the_same_revision_is_refused() {
    let world = World::new();
    let post = world.in_review();
    // Both have read it, and both saw a post in review.
    let (ediths, rosas) = (world.post(post), world.post(post));
    assert_eq!(ediths, rosas);
    world.perform(world.edith, &publish(ediths.id, ediths.current.number.0)).unwrap();
    let before = world.db_everything();
    let second = world.perform(world.rosa, &publish(rosas.id, rosas.current.number.0));
    assert_eq!(in_short(&second), "not-in-review");
    assert_eq!(world.db_everything(), before);
    assert_eq!(world.db_history(post), ["draft", "in_review", "published"]);
}

#[test]
fn the_published_revision_is_the_one_that_was_read() {
    let world = World::new();
    let post = world.in_review();
    let server = Server::start(world.database.store());
    let mut edith = server.signed_in("edith");
    // Edith reads revision 1; while she reads, Alice saves revision 2.
    let address = format!("/desk/posts/{post}/publish");
    let page = edith.get(&address).expect(200);
    let [token, key, seen] = ["token", "key", "seen"].map(|field| page.hidden(field));
    world.perform(world.alice, &revise(post, 1, "On excess")).unwrap();
    let before = world.db_everything();
    let fields = [("token", &*token), ("key", &*key), ("seen", &*seen)];
    let answer = edith.post(&address, &fields).expect(409);
    assert_eq!(world.db_everything(), before);
    assert_eq!(world.db_refusals(), [("policy".to_owned(), "stale-revision".to_owned())]);
    // She is shown what has changed since.
    assert!(answer.body.contains("Changes since you opened this page"));
    assert!(answer.body.contains("excess"), "{}", answer.body);
}

#[test]
fn a_stale_tab_overwrites_nothing_and_loses_nothing() {
    let world = World::new();
    let post = world.draft();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let address = format!("/desk/posts/{post}/revise");
    let tabs = [(); 2].map(|()| alice.get(&address).expect(200));
    let mut save = |tab: &Page, body: &str| {
        let [token, key, seen] = ["token", "key", "seen"].map(|field| tab.hidden(field));
        alice.post(
            &address,
            &[
                ("token", &token),
                ("key", &key),
                ("seen", &seen),
                ("title", "On restraint"),
                ("summary", "Why less is more."),
                ("body", body),
            ],
        )
    };
    save(&tabs[0], "Written in the first tab.").expect(303);
    let before = world.db_everything();
    let answer = save(&tabs[1], "Written in the second tab.").expect(409);
    assert_eq!(world.db_everything(), before);
    // Both texts are there: what stands, and what was typed.
    assert!(answer.body.contains("first"), "{}", answer.body);
    assert!(answer.body.contains("Written in the second tab."));
    // Sending it again from here is a decision made with open eyes.
    save(&answer, "Written in the second tab.").expect(303);
    assert_eq!(world.post(post).current.number.0, 3);
}

fn address_of(world: &World, post: PostId) -> String {
    let post = world.post(post);
    post.status.publication().unwrap().slug.as_str().to_owned()
}

#[test]
fn posts_of_the_same_title_published_at_once_each_get_an_address() {
    let world = World::new();
    let posts: Vec<_> = (0..8).map(|_| world.in_review()).collect();
    let answers = at_once(posts.iter().map(|post| {
        let world = &world;
        move || world.perform(world.edith, &publish(*post, 1))
    }));
    for answer in answers {
        answer.unwrap();
    }
    let mut addresses: Vec<_> = posts.iter().map(|post| address_of(&world, *post)).collect();
    addresses.sort();
    let mut expected = vec!["on-restraint".to_owned()];
    expected.extend((2..=8).map(|number| format!("on-restraint-{number}")));
    assert_eq!(addresses, expected);
}

#[test]
fn an_address_that_another_post_took_is_chosen_again() {
    let world = World::new();
    world.published();
    // The one will be on-restraint-2, because its own address is taken; the
    // other is called that.
    let one = world.in_review();
    let other = world.create(world.alice, content("On restraint 2")).unwrap().post;
    world.perform(world.alice, &submit(other, 1)).unwrap();
    thread::scope(|scope| {
        let mut second = None;
        in_slow_motion(&world, &world.call(world.edith), &publish(one, 1), |moment| {
            if moment == Step::Commit {
                // The address is taken, and nobody else can see that yet.
                second = Some(scope.spawn(|| world.perform(world.rosa, &publish(other, 1))));
                world.database.db_wait_for_waiters(1);
            }
        })
        .unwrap();
        second.unwrap().join().unwrap().unwrap();
    });
    assert_eq!(address_of(&world, one), "on-restraint-2");
    assert_eq!(address_of(&world, other), "on-restraint-2-2");
    assert_eq!(world.db_incidents(), [""; 0]);
}

#[test]
fn one_key_begins_one_post_also_when_it_arrives_twice_at_the_same_instant() {
    let world = World::new();
    for _ in 0..5 {
        let key = OperationKey::random();
        let posts = world.db_count("posts");
        let create = || {
            let attempt = Create { content: content("On repetition") };
            workflow::create(&world.store, &call_with(world.alice, key.clone()), &attempt)
        };
        let outcomes = at_once([create; 8]);
        for outcome in &outcomes {
            assert_eq!(outcome.as_ref().unwrap(), outcomes[0].as_ref().unwrap());
        }
        assert_eq!(world.db_count("posts"), posts + 1);
    }
    assert_eq!(world.db_incidents(), [""; 0]);
    assert_eq!(world.db_refusals(), []);
}

#[test]
fn one_key_for_two_things_at_the_same_instant_does_one_of_them() {
    let world = World::new();
    for _ in 0..5 {
        let key = OperationKey::random();
        let posts = world.db_count("posts");
        let answers = at_once(["On one thing", "On another"].map(|title| {
            let (key, world) = (key.clone(), &world);
            move || {
                let attempt = Create { content: content(title) };
                workflow::create(&world.store, &call_with(world.alice, key), &attempt)
            }
        }));
        let done = answers.iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(done, 1);
        let told = answers.iter().any(|answer| matches!(answer, Err(Refusal::KeyReused { .. })));
        assert!(told, "{answers:?}");
        assert_eq!(world.db_count("posts"), posts + 1);
    }
    assert_eq!(world.db_incidents(), [""; 0]);
}

#[test]
fn a_key_whose_first_use_is_still_under_way_waits_and_answers_the_same() {
    let world = World::new();
    let post = world.draft();
    let key = OperationKey::random();
    let call = || call_with(world.alice, key.clone());
    thread::scope(|scope| {
        let mut second = None;
        let first = in_slow_motion(&world, &call(), &submit(post, 1), |moment| {
            if moment == Step::Commit {
                let call = call();
                second = Some(scope.spawn({
                    let world = &world;
                    move || workflow::perform(&world.store, &call, &submit(post, 1))
                }));
                world.database.db_wait_for_waiters(1);
            }
        });
        let second = second.unwrap().join().unwrap();
        assert_eq!(first.unwrap(), second.unwrap());
    });
    // A key belongs to its actor: under Stan's hand it is a fresh one.
    let stans =
        workflow::perform(&world.store, &call_with(world.stan, key.clone()), &archive(post, 1));
    assert_eq!(in_short(&stans), "not-published");
}
