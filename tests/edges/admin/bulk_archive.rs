//! A bulk archive goes through the workflow post by post.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use imprimatur::domain::{PostId, Role, State, UserId};
use imprimatur::policies::accounts::AccountChange;
use imprimatur::postgres::RUNTIME_ROLE;
use imprimatur::store::verify::verify;

use super::helpers::db_copies;
use crate::support::browser::Page;
use crate::support::chromium::JavaScript;
use crate::support::world::{archive, db_number, publish, request_changes, revise, submit};
use crate::support::{Browser, Chromium, Server, World};

const BULK: &str = "/admin/posts/bulk-archive";

/// Opens the page that asks, and returns the fields of its form.
fn asked(browser: &mut Browser, address: &str) -> Vec<(&'static str, String)> {
    let page = browser.get(address).expect(200);
    let mut fields = ["token", "key", "posts"].map(|name| (name, page.hidden(name))).to_vec();
    fields.push(("reason", "It is out of date.".to_owned()));
    fields
}

fn send(browser: &mut Browser, address: &str, fields: &[(&'static str, String)]) -> Page {
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    browser.post(address, &fields)
}

fn go_on(browser: &mut Browser, address: &str) -> Page {
    browser.send_unasked(address, &[])
}

#[test]
fn each_post_of_a_bulk_archive_has_an_outcome_and_refused_posts_show_the_reasons() {
    let world = World::new();
    let (first, second) = (world.published(), world.published());
    let (draft, waiting, archived) = (world.draft(), world.in_review(), world.archived());
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let chosen = [first, second, draft, waiting, archived, PostId(999)];
    let chosen: Vec<String> = chosen.iter().map(|post| format!("post={post}-1")).collect();
    let address = format!("{BULK}?{}", chosen.join("&"));
    let page = stan.get(&address).expect(200);
    assert!(page.body.contains("Archive 2 posts?"));
    assert!(page.body.contains("4 posts will be skipped"));
    let before = world.db_everything();
    let mut fields = asked(&mut stan, &address);
    assert_eq!(world.db_everything(), before, "asking changes nothing");

    // Somebody is faster with one of them.
    world.perform(world.stan, &archive(second, 1)).unwrap();
    fields[3].1 = "It is out of date.".to_owned();
    let done = send(&mut stan, BULK, &fields).expect(303);
    let page = stan.get(done.location()).expect(200);
    assert!(page.body.contains("Archived: 1"));
    assert!(page.body.contains("Skipped: 5"));
    assert!(page.body.contains("has not submitted this draft yet"));
    assert!(page.body.contains("The post was not found."));
    assert!(!page.body.contains("Continue ("));
    assert_eq!(world.post(first).state(), State::Archived);
    let states = [draft, waiting].map(|post| world.post(post).state());
    assert_eq!(states, [State::Draft, State::InReview]);
    assert_eq!(world.db_count("refusals"), 4, "each post that was there has a record of it");
    assert_eq!(verify(&mut world.database.as_owner(), RUNTIME_ROLE).unwrap().findings, []);

    // It is nobody else's page.
    world.person("susan", &[Role::Staff]);
    server.signed_in("susan").get(done.location()).expect(404);
}

#[test]
fn policy_refuses_a_bulk_archive_without_a_reason_as_it_refuses_a_single_archive() {
    let world = World::new();
    let post = world.published();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let mut single: Vec<(&str, String)> = Vec::new();
    let page = stan.get(&format!("/admin/posts/{post}/archive")).expect(200);
    for name in ["token", "key", "seen"] {
        single.push((name, page.hidden(name)));
    }
    let mut bulk = asked(&mut stan, &format!("{BULK}?post={post}-1"));
    bulk.pop();
    let before = world.db_everything();
    for (form, path) in [(single, format!("/admin/posts/{post}/archive")), (bulk, BULK.to_owned())]
    {
        // A zero-width space is blank, too.
        for blank in ["", "  ", "\u{200b}"] {
            let records = world.db_refusals().len();
            let mut form = form.clone();
            form.push(("reason", blank.to_owned()));
            let page = send(&mut stan, &path, &form).expect(409);
            assert!(
                page.body.contains("Enter a reason. It is kept in the history."),
                "{path} {}",
                page.body
            );
            let recorded = ("policy".to_owned(), "reason-missing".to_owned());
            assert_eq!(world.db_refusals()[records..], [recorded], "{path} {blank:?}");
        }
    }
    assert_eq!(world.db_everything(), before);
    assert_eq!(world.db_count("bulk_archives"), 0);
}

#[test]
fn a_bulk_archive_keeps_its_form_when_the_reason_is_refused() {
    let world = World::new();
    let post = world.published();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let mut form = asked(&mut stan, &format!("{BULK}?post={post}-1"));
    form[3].1 = "x".repeat(2_001);
    let page = send(&mut stan, BULK, &form).expect(422);
    assert!(page.body.contains(&form[3].1));
    for name in ["key", "posts"] {
        assert_eq!(page.hidden(name), form.iter().find(|(field, _)| *field == name).unwrap().1);
    }
    form[3].1 = "It is out of date.".to_owned();
    send(&mut stan, BULK, &form).expect(303);
    assert_eq!(world.post(post).state(), State::Archived);
}

#[test]
fn a_form_that_is_sent_twice_archives_nothing_twice() {
    let world = World::new();
    let posts = [world.published(), world.published(), world.published()];
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let mut fields = asked(&mut stan, &format!("{BULK}?everything=yes"));
    let there: Vec<String> = std::thread::scope(|scope| {
        let sent: Vec<_> = (0..4)
            .map(|_| {
                let (mut browser, fields) = (stan.clone(), &fields);
                scope.spawn(move || {
                    send(&mut browser, BULK, fields).expect(303).location().to_owned()
                })
            })
            .collect();
        sent.into_iter().map(|sent| sent.join().unwrap()).collect()
    });
    assert_eq!(there.iter().collect::<BTreeSet<_>>().len(), 1);
    assert_eq!((world.db_count("bulk_archives"), world.db_count("bulk_archive_items")), (1, 3));
    for post in posts {
        assert_eq!(world.db_history(post), ["draft", "in_review", "published", "archived"]);
    }
    assert_eq!(world.db_count("refusals"), 0);
    let page = stan.get(&there[0]).expect(200);
    assert!(page.body.contains("Archived: 3"));
    let before = world.db_everything();
    go_on(&mut stan, &there[0]).expect(303);
    fields[3].1 = "Another reason.".to_owned();
    let page = send(&mut stan, BULK, &fields).expect(422).body;
    assert!(page.contains("<a href=\"/admin/posts\">View the list of posts</a>"), "{page}");
    assert_eq!(world.db_everything(), before);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn an_interrupted_bulk_archive_continues_where_it_stopped() {
    let world = World::new();
    world.published();
    db_copies(&world, 299);
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let fields = asked(&mut stan, &format!("{BULK}?everything=yes"));
    let there = send(&mut stan, BULK, &fields).expect(303).location().to_owned();
    let archived = |world: &World| {
        db_number(
            &mut world.database.as_owner(),
            "SELECT count(*) AS n FROM posts WHERE state = 'archived'",
        )
    };
    let so_far = archived(&world);
    assert!((1..=250).contains(&so_far), "{so_far}");
    let page = stan.get(&there).expect(200);
    assert!(page.body.contains(&format!("{so_far} of 300 done")));
    assert!(stan.get("/admin/posts").body.contains(&there), "the list leads back to it");
    // As if the process had died before it could note an outcome.
    diesel::sql_query(
        "UPDATE bulk_archive_items SET settled_at = NULL
         WHERE (bulk_archive_id, post_id) IN (SELECT bulk_archive_id, min(post_id) FROM bulk_archive_items GROUP BY 1)",
    )
    .execute(&mut db_without_guards(&world))
    .unwrap();
    drop(server);
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    for _ in 0..20 {
        go_on(&mut stan, &there).expect(303);
    }
    let page = stan.get(&there).expect(200);
    assert!(page.body.contains("Archived: 300"), "{}", page.body);
    assert!(!page.body.contains("Continue ("));
    assert_eq!(archived(&world), 300);
    let ours = "SELECT count(*) AS n FROM history WHERE action = 'archive'";
    assert_eq!(db_number(&mut world.database.as_owner(), ours), 300);
    assert_eq!(verify(&mut world.database.as_owner(), RUNTIME_ROLE).unwrap().findings, []);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn the_script_continues_until_every_post_has_an_outcome() {
    let world = World::new();
    world.published();
    db_copies(&world, 599);
    let server = Server::start(world.database.store());
    let Some(chromium) = Chromium::open(server.address, JavaScript::On) else { return };
    chromium.sign_in("stan");
    chromium.visit(&format!("{BULK}?everything=yes"));
    chromium.fill("Reason", "It is out of date.");
    chromium.press("Archive 600 posts");
    chromium.sees(" of 600 done");
    chromium.sees("Archived: 600");
}

fn db_without_guards(world: &World) -> PgConnection {
    let mut conn = world.database.as_superuser();
    diesel::sql_query("SET session_replication_role = replica").execute(&mut conn).unwrap();
    conn
}

#[test]
fn a_person_who_loses_the_role_halfway_is_refused_and_the_other_posts_stay() {
    let world = World::new();
    world.person("susan", &[Role::Staff]);
    world.published();
    db_copies(&world, 299);
    let server = Server::start(world.database.store());
    let mut susan = server.signed_in("susan");
    let fields = asked(&mut susan, &format!("{BULK}?everything=yes"));
    let there = send(&mut susan, BULK, &fields).expect(303).location().to_owned();
    world.change_account("susan", AccountChange::Revoke(Role::Staff)).unwrap();
    let before = world.db_everything();
    go_on(&mut susan, &there).expect(403);
    susan.get(&there).expect(403);
    assert_eq!(world.db_everything(), before);
    assert_eq!(world.db_refusals().last().unwrap().0, "permission");
    go_on(&mut server.signed_in("stan"), &there).expect(404);
    assert_eq!(world.db_everything(), before);
}

#[test]
fn only_staff_archive_in_bulk_and_every_refused_attempt_is_recorded() {
    let world = World::new();
    let post = world.published();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let fields = asked(&mut stan, &format!("{BULK}?post={post}-1"));
    for who in ["alice", "edith", "rosa", "mallory"] {
        let mut browser = server.signed_in(who);
        for path in ["/admin/posts", &format!("{BULK}?post={post}-1"), &format!("{BULK}/1")] {
            browser.get(path).expect(403);
        }
        let before = (world.db_everything(), world.db_count("bulk_archives"));
        let records = world.db_refusals().len();
        let mut fields = fields.clone();
        fields[0].1 = browser.get("/desk").hidden("token");
        send(&mut browser, BULK, &fields).expect(403);
        go_on(&mut browser, &format!("{BULK}/1")).expect(403);
        let refused = world.db_refusals();
        let expected = ("permission".to_owned(), "permission-missing".to_owned());
        assert_eq!(refused[records..], [expected.clone(), expected], "{who}");
        assert_eq!((world.db_everything(), world.db_count("bulk_archives")), before);
    }
    for bad in ["post=1", "post=0-1", "post=1-0", "post=x-y", "", "everything=no", "posts=1-1"] {
        stan.get(&format!("{BULK}?{bad}")).expect(422);
    }
    for bad in ["", "1-1,2-1", "1"] {
        let mut fields = fields.clone();
        fields[2].1 = bad.to_owned();
        send(&mut stan, BULK, &fields).expect(422);
    }
    stan.get(&format!("{BULK}/x")).expect(404);
    assert_eq!(world.db_count("bulk_archives"), 0);
}

/// A flag that is raised when this goes out of scope, however it does.
struct RaisedAtLast<'a>(&'a AtomicBool);

impl Drop for RaisedAtLast<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_thousand_posts_are_archived_while_others_work_without_waiting() {
    let world = World::new();
    world.published();
    db_copies(&world, 999);
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let fields = asked(&mut stan, &format!("{BULK}?everything=yes"));
    let is_over = AtomicBool::new(false);
    let (longest, others) = std::thread::scope(|scope| {
        let work = |author: UserId, reviewer: UserId| {
            let (world, is_over) = (&world, &is_over);
            move || {
                let (mut longest, mut posts) = (Duration::ZERO, 0);
                let mut timed = |work: &dyn Fn() -> PostId| {
                    let began = Instant::now();
                    let post = work();
                    longest = longest.max(began.elapsed());
                    post
                };
                while !is_over.load(Ordering::Relaxed) {
                    let post = timed(&|| world.draft_of(author));
                    timed(&|| world.perform(author, &submit(post, 1)).unwrap().post);
                    timed(&|| world.perform(reviewer, &request_changes(post, 1)).unwrap().post);
                    timed(&|| world.perform(author, &revise(post, 1, "Anew")).unwrap().post);
                    timed(&|| world.perform(reviewer, &publish(post, 2)).unwrap().post);
                    posts += 1;
                }
                (longest, posts)
            }
        };
        let others = [
            scope.spawn(work(world.alice, world.edith)),
            scope.spawn(work(world.arthur, world.rosa)),
        ];
        // Another of the staff takes some of the same posts, one by one.
        let susan = world.person("susan", &[Role::Staff]);
        let faster = scope.spawn({
            let world = &world;
            move || {
                (1..=50)
                    .filter(|n| world.perform(susan, &archive(PostId(n * 20), 1)).is_ok())
                    .count()
            }
        });
        // Those who work beside it are told, also when this fails.
        let over = RaisedAtLast(&is_over);
        let mut page = send(&mut stan, BULK, &fields).expect(303);
        let there = page.location().to_owned();
        for _ in 0..40 {
            page = stan.get(&there).expect(200);
            if !page.body.contains("Continue (") {
                break;
            }
            let began = Instant::now();
            go_on(&mut stan, &there).expect(303);
            assert!(began.elapsed() < Duration::from_secs(10), "a request stays short");
        }
        drop(over);
        let faster = faster.join().unwrap();
        let refused = if faster == 0 { String::new() } else { format!("Skipped: {faster}") };
        assert!(page.body.contains(&refused), "{faster} were archived by somebody else");
        assert!(page.body.contains(&format!("Archived: {}", 1000 - faster)));
        let others = others.map(|other| other.join().unwrap());
        (others[0].0.max(others[1].0), others[0].1 + others[1].1)
    });
    println!(
        "meanwhile {others} posts went from draft to published; the longest step took {longest:?}"
    );
    assert!(others > 0);
    // The bound on waiting for a lock, which a site sets to three seconds.
    assert!(longest < Duration::from_secs(3), "{longest:?}");
    let states: BTreeMap<PostId, State> =
        (1..=1000).map(|id| (PostId(id), world.post(PostId(id)).state())).collect();
    assert!(states.values().all(|state| *state == State::Archived));
    assert_eq!(world.db_incidents(), [] as [String; 0]);
    assert_eq!(verify(&mut world.database.as_owner(), RUNTIME_ROLE).unwrap().findings, []);
}

#[test]
fn a_mistake_in_the_selection_is_shown_in_the_list_with_the_ticks_kept() {
    let world = World::new();
    let post = world.published();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let list = "/admin/posts?q=restraint&state=published";
    let back = "back=%2Fadmin%2Fposts%3Fq%3Drestraint%26state%3Dpublished";
    let page = stan.get(&format!("{BULK}?{back}")).expect(422).body;
    for part in [
        "<p>Select at least one post.</p>",
        "value=\"restraint\"",
        "aria-current=\"page\">Published</a>",
        &format!("name=\"back\" value=\"{}\"", list.replace('&', "&#38;")),
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let page = stan.get(&format!("{BULK}?{back}&post={post}-1&post=x")).expect(422).body;
    assert!(page.contains("<p>Select posts in the list.</p>"), "{page}");
    let box_of_post = page.split_once(&format!("value=\"{post}-1\"")).unwrap().1;
    assert!(box_of_post.split_once('>').unwrap().0.ends_with(" checked"), "{page}");
    // The script sends the posts of other pages in one field.
    let page = stan.get(&format!("{BULK}?{back}&post={post}-1+999-1")).expect(200).body;
    assert!(page.contains("Archive this post?") && page.contains("1 post will be skipped"));
}

/// Archiving and cancelling lead back to the list as it was filtered. The address
/// comes with the form, so it leads to that list and nowhere else.
#[test]
fn after_archiving_one_is_back_in_the_list_as_it_was_filtered() {
    let world = World::new();
    let (first, second, third) = (world.published(), world.published(), world.published());
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let list = "/admin/posts?q=restraint&sort=title";
    let encoded = "%2Fadmin%2Fposts%3Fq%3Drestraint%26sort%3Dtitle";
    let row = format!("/admin/posts/{first}/archive?back={encoded}");
    assert!(stan.get(list).expect(200).body.contains(&format!("href=\"{row}\"")));
    let page = stan.get(&row).expect(200);
    let escaped = list.replace('&', "&#38;");
    assert!(page.body.contains(&format!("<a href=\"{escaped}#post-{first}\">Cancel</a>")));
    assert!(page.body.contains("aria-label=\"Admin\""), "the tabs stay: {}", page.body);
    let archive = |stan: &mut Browser, post: PostId, back: &str| {
        let path = format!("/admin/posts/{post}/archive");
        let fields = [
            ("key", &*format!("key-{post}-{back}")),
            ("seen", "1"),
            ("reason", "Old."),
            ("back", back),
        ];
        let key: String = fields[0].1.chars().filter(char::is_ascii_alphanumeric).collect();
        stan.send_unasked(&path, &[("key", &key), fields[1], fields[2], fields[3]])
    };
    assert_eq!(archive(&mut stan, first, list).expect(303).location(), list);
    let evil = archive(&mut stan, second, "https://evil.example/admin/posts").expect(303);
    assert_eq!(evil.location(), "/admin/posts");

    let page = stan.get(&format!("{BULK}?back={encoded}&post={third}-1")).expect(200);
    assert!(page.body.contains(&format!("<a href=\"{escaped}\">Cancel</a>")), "{}", page.body);
    let mut fields = asked(&mut stan, &format!("{BULK}?back={encoded}&post={third}-1"));
    fields.push(("back", list.to_owned()));
    let done = send(&mut stan, BULK, &fields).expect(303);
    let page = stan.get(done.location()).expect(200).body;
    assert!(page.contains(&format!("href=\"{escaped}\">Back to the list</a>")), "{page}");
    assert!(!page.contains("<progress"), "{page}");
}
