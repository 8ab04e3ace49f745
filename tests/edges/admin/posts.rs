//! The change list finds exactly what its filters say, in the order that is
//! asked for, whichever way one pages; and what is archived in bulk goes
//! through the door post by post.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use imprimatur::domain::Role;
use imprimatur::domain::{Content, Post, PostId, State, UserId};
use imprimatur::policies::accounts::AccountChange;
use imprimatur::store::paging::{Direction, HasCursor, Order, PageRequest};
use imprimatur::store::posts::{ChangeLine, Filter, Sort, Words, change_list};
use imprimatur::store::verify::verify;
use imprimatur::store::visibility::Visibility;
use jiff::Timestamp;

use crate::support::browser::Page;
use crate::support::chromium::JavaScript;
use crate::support::world::{archive, db_number, publish, request_changes, revise, submit};
use crate::support::{Browser, Chromium, Server, World};

const STAFF: Visibility = Visibility { viewer: None, sees_reviews: true, sees_everything: true };

const SORTS: [(Sort, Order); 4] = [
    (Sort::Since, Order::NewestFirst),
    (Sort::Since, Order::OldestFirst),
    (Sort::Number, Order::NewestFirst),
    (Sort::Number, Order::OldestFirst),
];

/// A world with posts of two authors, in each state, published by two
/// reviewers, about a few things.
fn busy_world() -> World {
    let world = World::new();
    for number in 0..24 {
        let author = if number % 3 == 0 { world.alice } else { world.arthur };
        let reviewer = if number % 2 == 0 { world.edith } else { world.rosa };
        let title = ["On printing", "The Press", "Über Schrift"][number % 3];
        let body = ["A colophon ends it.", "It's set in 12-point type."][number % 2];
        let content = Content::parse(title, "Why less is more.", body).unwrap();
        let post = world.create(author, content).unwrap().post;
        if number % 4 > 0 {
            world.perform(author, &submit(post, 1)).unwrap();
        }
        if number % 4 > 1 {
            world.perform(reviewer, &publish(post, 1)).unwrap();
        }
        if number % 4 > 2 {
            world.perform(world.stan, &archive(post, 1)).unwrap();
        }
    }
    world
}

fn everything(world: &World) -> Vec<Post> {
    let last = db_number(&mut world.database.as_owner(), "SELECT max(id) AS n FROM posts");
    (1..=last).map(|id| world.post(PostId(id))).collect()
}

/// What the filter says, said again in the plainest way.
fn passes(filter: &Filter, post: &Post) -> bool {
    let publisher = post.status.publication().map(|publication| publication.by.id);
    let text = post.current.content.parts().join(" ").to_lowercase();
    let words: Vec<&str> = text.split(|letter: char| !letter.is_alphanumeric()).collect();
    filter.state.is_none_or(|state| post.state() == state)
        && filter.author.is_none_or(|author| author == post.author.id)
        && filter.reviewer.is_none_or(|reviewer| publisher == Some(reviewer))
        && filter.from.is_none_or(|from| post.since() >= from)
        && filter.until.is_none_or(|until| post.since() < until)
        && filter.words.as_ref().is_none_or(|wanted| {
            wanted
                .as_str()
                .to_lowercase()
                .split(' ')
                .all(|wanted| words.iter().any(|word| word.starts_with(wanted)))
        })
}

/// Reads a whole list by pages of a size, and back again.
fn paged(world: &World, filter: &Filter, sort: Sort, order: Order, size: usize) -> Vec<PostId> {
    let conn = &mut world.database.as_runtime();
    let mut read = |stretch| {
        let slice = PageRequest { order, stretch, size };
        change_list(conn, STAFF, filter, sort, &slice).unwrap().page
    };
    let mut page = read(Direction::First);
    assert_eq!(page.previous, None);
    let mut there: Vec<ChangeLine> = Vec::new();
    let mut starts = Vec::new();
    loop {
        starts.push(page.lines.first().map(HasCursor::place));
        there.extend(page.lines.clone());
        let Some(next) = page.next else { break };
        page = read(Direction::After(next));
    }
    let mut back: Vec<ChangeLine> = Vec::new();
    for start in starts.into_iter().flatten().skip(1).collect::<Vec<_>>().into_iter().rev() {
        let page = read(Direction::Before(start));
        assert!(page.next.is_some());
        back.splice(0..0, page.lines);
    }
    assert_eq!(back, there[..back.len()], "{filter:?} {sort:?} {order:?} {size}");
    there.iter().map(|line| line.id).collect()
}

#[test]
fn each_filter_and_any_of_them_together_find_what_a_plain_look_finds() {
    let world = busy_world();
    let all = everything(&world);
    let words = |words: &str| Words::parse(words).unwrap();
    let middle = all[12].since();
    let mut tried = 0;
    for state in [None].into_iter().chain(State::ALL.map(Some)) {
        for author in [None, Some(world.alice), Some(UserId(0))] {
            for reviewer in [None, Some(world.rosa)] {
                for (from, until) in [(None, None), (Some(middle), None), (None, Some(middle))] {
                    for words in [None, words("colophon"), words("press type"), words("print")] {
                        let filter = Filter { state, author, reviewer, from, until, words };
                        let mut expected: Vec<&Post> =
                            all.iter().filter(|post| passes(&filter, post)).collect();
                        let count = expected.len();
                        let (sort, order) = SORTS[tried % 4];
                        let is_about_time = from.is_some() || until.is_some();
                        let sort = if is_about_time { Sort::Since } else { sort };
                        expected.sort_by_key(|post| match sort {
                            Sort::Since => (post.since(), post.id),
                            Sort::Number => (Timestamp::UNIX_EPOCH, post.id),
                        });
                        if order == Order::NewestFirst {
                            expected.reverse();
                        }
                        let expected: Vec<PostId> = expected.iter().map(|post| post.id).collect();
                        assert_eq!(paged(&world, &filter, sort, order, 50), expected, "{filter:?}");
                        assert_eq!(paged(&world, &filter, sort, order, 3), expected, "{filter:?}");
                        let slice = PageRequest { order, stretch: Direction::First, size: 2 };
                        let conn = &mut world.database.as_runtime();
                        let list = change_list(conn, STAFF, &filter, sort, &slice).unwrap();
                        assert_eq!(list.count, Some(count), "{filter:?}");
                        tried += 1;
                    }
                }
            }
        }
    }
    assert_eq!(tried, 5 * 3 * 2 * 3 * 4);
}

#[test]
fn what_one_may_not_see_is_in_no_list() {
    let world = busy_world();
    let all = everything(&world);
    let conn = &mut world.database.as_runtime();
    let public = Visibility::public();
    for words in [None, Words::parse("colophon").unwrap()] {
        let filter = Filter { words, ..Filter::default() };
        let slice = PageRequest { order: Order::NewestFirst, stretch: Direction::First, size: 100 };
        let list = change_list(conn, public, &filter, Sort::Since, &slice).unwrap();
        assert!(list.page.lines.iter().all(|line| line.state == State::Published));
        let expected =
            all.iter().filter(|post| post.state() == State::Published && passes(&filter, post));
        assert_eq!(list.count, Some(expected.count()));
    }
}

#[test]
fn a_search_finds_the_newest_text_whatever_it_is() {
    let world = World::new();
    let conn = &mut world.database.as_runtime();
    let mut found = |words: &str| -> Vec<PostId> {
        let filter = Filter { words: Words::parse(words).unwrap(), ..Filter::default() };
        let slice = PageRequest { order: Order::OldestFirst, stretch: Direction::First, size: 50 };
        let list = change_list(conn, STAFF, &filter, Sort::Number, &slice).unwrap();
        list.page.lines.iter().map(|line| line.id).collect()
    };
    let post = world.draft();
    assert_eq!(found("restraint"), [post]);
    world.perform(world.alice, &revise(post, 1, "On self-portraits & it's \\ 'quoted'")).unwrap();
    assert_eq!(found("restraint"), []);
    for words in [
        "self-portraits",
        "portrait",
        "PORTRAIT first",
        "\"first words\"",
        "it's",
        "'quoted'",
        "on self",
        "words.",
        "\\ quoted",
    ] {
        assert_eq!(found(words), [post], "{words}");
    }
    for words in ["\"words first\"", "ortraits", "restraint | portrait", "o"] {
        assert_eq!(found(words), [], "{words}");
    }
    // As many words as fit, as long as they fit, and as strange as they come.
    let wide: String =
        (0..50_000_u32).filter_map(|n| char::from_u32(0x4E00 + n % 20_000)).collect();
    let mut many = String::new();
    for number in 0_u32.. {
        let word = format!("{}-{} ", char::from_u32(0x20000 + number % 40_000).unwrap(), number);
        if many.chars().count() + 12 > 100_000 {
            break;
        }
        many.push_str(&word);
    }
    for body in [wide, many, "a".repeat(100_000), "a.b/c-d@e.f ".repeat(8_000)] {
        let content = Content::parse("Strange but true", "", &body).unwrap();
        let post = world.create(world.alice, content).unwrap().post;
        assert_eq!(*found("strange true").last().unwrap(), post);
    }
    assert_eq!(verify(conn, None).unwrap().findings, []);
}

#[test]
fn the_running_program_writes_no_document_itself() {
    let world = World::new();
    world.draft();
    let conn = &mut world.database.as_runtime();
    for sql in [
        "UPDATE post_documents SET document = ''",
        "INSERT INTO post_documents (post_id, document) VALUES (7, '')",
        "DELETE FROM post_documents",
    ] {
        let refused = diesel::sql_query(sql).execute(conn).unwrap_err();
        assert!(refused.to_string().contains("permission denied"), "{refused}");
    }
}

#[test]
fn posts_are_counted_exactly_where_that_is_cheap() {
    let world = World::new();
    world.published();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    assert!(stan.get("/admin/posts").body.contains(">1 post<"));
    // One more than is counted, all but one of them copies of the first.
    db_copies(&world, 1000);
    assert!(stan.get("/admin/posts").body.contains(">1,000+ posts<"));
    assert!(stan.get("/admin/posts?q=restraint").body.contains("More than 1,000 have these words"));
    assert!(stan.get("/admin/posts?author=arthur").body.contains(">No posts<"));
}

#[test]
fn the_address_carries_every_filter_and_no_other_field() {
    let world = busy_world();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let page = stan
        .get("/admin/posts?q=print&state=published&author=alice&sort=since&waiting=&from=")
        .expect(200);
    for kept in [
        "/admin/posts?q=print&#38;state=draft&#38;author=alice&#38;sort=since",
        "/admin/posts?state=published&#38;author=alice&#38;sort=since",
        "/admin/posts?q=print&#38;state=published&#38;sort=since",
        "/admin/posts?q=print&#38;state=published&#38;author=alice\"",
    ] {
        assert!(page.body.contains(kept), "{kept} in {}", page.body);
    }
    for refused in [
        "state=burnt",
        "sort=title",
        "author=no%20name",
        "reviewer=%C3%A9",
        "from=yesterday",
        "from=2026-02-30",
        "until=21.11.2026",
        "from=2026-11-02&until=2026-11-01",
        "waiting=0",
        "waiting=3651",
        "waiting=-1",
        "sort=number&waiting=2",
        "q=%00",
        "q=%26%26",
        "after=x",
        "after=1-1&before=1-1",
        "author=a&author=b",
        "page=2",
        "select=all",
    ] {
        stan.get(&format!("/admin/posts?{refused}")).expect(422);
    }
    let page = stan.get("/admin/posts?author=nobody").expect(200);
    assert!(page.body.contains("Nobody signs in as <strong>nobody</strong>."));
    let page = stan.get("/admin/posts?after=1-1").expect(200);
    assert!(page.body.contains("There is nothing more in this direction."));
}

/// Copies the first post so many times, in the state it has, with the guards off.
fn db_copies(world: &World, copies: usize) {
    use diesel::connection::SimpleConnection;
    let sql = format!(
        "SET session_replication_role = replica;
         INSERT INTO posts (id, author_id, state, current_revision, created_at,
             submitted_at, submitted_by, submitted_revision,
             published_at, published_by, published_revision, slug)
         OVERRIDING SYSTEM VALUE
         SELECT id + n, author_id, state, current_revision, created_at,
             submitted_at, submitted_by, submitted_revision,
             published_at, published_by, published_revision, 'copy-' || n
         FROM posts, generate_series(1, {copies}) n WHERE id = 1;
         INSERT INTO history
             (post_id, action, revision, from_state, to_state, actor_id, key, fingerprint, at)
         SELECT post_id + n, action, revision, from_state, to_state, actor_id, key || '/' || n,
             fingerprint, at
         FROM history, generate_series(1, {copies}) n WHERE post_id = 1;
         INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, key)
         SELECT post_id + n, number, title, summary, body, author_id, at, key || '/' || n
         FROM revisions, generate_series(1, {copies}) n WHERE post_id = 1;
         INSERT INTO post_documents
         SELECT post_id + n, document FROM post_documents, generate_series(1, {copies}) n
         WHERE post_id = 1;
         SELECT setval(pg_get_serial_sequence('posts', 'id'), (SELECT max(id) FROM posts));
         SET session_replication_role = origin"
    );
    world.database.as_superuser().batch_execute(&sql).unwrap();
}

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
fn each_post_of_a_bulk_archive_gets_its_own_outcome_and_the_refused_ones_say_why() {
    let world = World::new();
    let (first, second) = (world.published(), world.published());
    let (draft, waiting, archived) = (world.draft(), world.in_review(), world.archived());
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let chosen = [first, second, draft, waiting, archived, PostId(999)];
    let chosen: Vec<String> = chosen.iter().map(|post| format!("post={post}-1")).collect();
    let address = format!("{BULK}?{}", chosen.join("&"));
    let page = stan.get(&address).expect(200);
    assert!(page.body.contains("Take 2 posts off the public site?"));
    assert!(page.body.contains("4 posts would be refused as things stand"));
    let before = world.db_everything();
    let mut fields = asked(&mut stan, &address);
    assert_eq!(world.db_everything(), before, "asking changes nothing");

    // Somebody is faster with one of them.
    world.perform(world.stan, &archive(second, 1)).unwrap();
    fields[3].1 = "It is out of date.".to_owned();
    let done = send(&mut stan, BULK, &fields).expect(303);
    let page = stan.get(done.location()).expect(200);
    assert!(page.body.contains("Archived: 1"));
    assert!(page.body.contains("Refused: 5"));
    assert!(page.body.contains("has not submitted this draft yet"));
    assert!(page.body.contains("There is no such post"));
    assert!(!page.body.contains("Go on"));
    assert_eq!(world.post(first).state(), State::Archived);
    let states = [draft, waiting].map(|post| world.post(post).state());
    assert_eq!(states, [State::Draft, State::InReview]);
    assert_eq!(world.db_count("refusals"), 4, "each post that was there has a record of it");
    assert_eq!(verify(&mut world.database.as_runtime(), None).unwrap().findings, []);

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
        for blank in ["", "  "] {
            let records = world.db_refusals().len();
            let mut form = form.clone();
            form.push(("reason", blank.to_owned()));
            let page = send(&mut stan, &path, &form).expect(409);
            assert!(page.body.contains("Write why; the record keeps it."), "{path} {}", page.body);
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
fn a_decision_that_is_sent_twice_does_nothing_twice() {
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
    send(&mut stan, BULK, &fields).expect(422);
    assert_eq!(world.db_everything(), before);
}

#[test]
fn what_was_interrupted_goes_on_where_it_stopped() {
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
    assert!(!page.body.contains("Go on with"));
    assert_eq!(archived(&world), 300);
    let ours = "SELECT count(*) AS n FROM history WHERE action = 'archive'";
    assert_eq!(db_number(&mut world.database.as_owner(), ours), 300);
    assert_eq!(verify(&mut world.database.as_runtime(), None).unwrap().findings, []);
}

#[test]
fn the_script_presses_on_until_every_post_has_its_outcome() {
    let world = World::new();
    world.published();
    db_copies(&world, 599);
    let server = Server::start(world.database.store());
    let Some(chromium) = Chromium::open(server.address, JavaScript::On) else { return };
    chromium.sign_in("stan");
    chromium.visit(&format!("{BULK}?everything=yes"));
    chromium.fill("Reason, for the record", "It is out of date.");
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
fn whoever_loses_the_role_half_way_is_refused_and_the_rest_stays() {
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
fn nobody_but_staff_archives_in_bulk_and_each_attempt_is_recorded() {
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
fn a_thousand_posts_are_archived_while_others_work_and_nobody_waits_for_it() {
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
            if !page.body.contains("Go on with") {
                break;
            }
            let began = Instant::now();
            go_on(&mut stan, &there).expect(303);
            assert!(began.elapsed() < Duration::from_secs(10), "a request stays short");
        }
        drop(over);
        let faster = faster.join().unwrap();
        let refused = if faster == 0 { String::new() } else { format!("Refused: {faster}") };
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
    assert_eq!(verify(&mut world.database.as_runtime(), None).unwrap().findings, []);
}
