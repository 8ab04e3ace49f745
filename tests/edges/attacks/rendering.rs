//! What one person has typed keeps no other request waiting without end.

use std::sync::mpsc::channel;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use imprimatur::domain::{Action, Content};
use imprimatur::store::Store;
use imprimatur::store::pool::Limits;

use crate::shape::routes::routes;
use crate::support::database::patient;
use crate::support::raw::db_waiters;
use crate::support::world::{publish, submit};
use crate::support::{Program, Server, World};

/// With one connection there is one thread, which a locked table keeps busy. Some wait for
/// it, and some for a turn of their own.
#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_request_that_finds_no_thread_in_time_is_answered_503() {
    let world = World::new();
    let post = world.published();
    let slug = world.post(post).status.publication().unwrap().slug.to_string();
    let server = Server::start(world.database.store_of(1));
    let (answers, answered) = channel();
    let (alice, stranger) = (server.signed_in("alice"), server.browser());
    let mut lock = world.database.as_owner();
    lock.batch_execute("BEGIN; LOCK TABLE posts").unwrap();
    std::thread::scope(|scope| {
        for browser in [&stranger, &alice, &stranger, &alice, &stranger, &alice, &stranger] {
            let (mut browser, answers, slug) = (browser.beside(), answers.clone(), slug.clone());
            scope.spawn(move || {
                answers.send(browser.get(&format!("/posts/{slug}"))).unwrap();
            });
        }
        for _ in 0..6 {
            let page = answered.recv_timeout(Duration::from_secs(25)).expect("an answer in time");
            assert_eq!(page.status, 503, "{}", page.body);
            assert_eq!(page.headers.get("retry-after").map(String::as_str), Some("2"));
        }
        lock.batch_execute("ROLLBACK").unwrap();
        assert_eq!(answered.recv().unwrap().status, 200, "this had the thread");
    });
}

/// A locked table keeps pages that render waiting, and no others: these have the other
/// half of the threads.
#[test]
fn pages_that_render_leave_threads_for_other_requests() {
    let world = World::new();
    let draft = world.draft();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let server = Server::start(world.database.store_of(u32::try_from(4 * workers).unwrap()));
    let alice = server.signed_in("alice");
    let mut other = server.signed_in("mallory");
    let mut lock = world.database.as_owner();
    lock.batch_execute("BEGIN; LOCK TABLE revisions").unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 * workers {
            let mut browser = server.browser();
            browser.cookies = alice.cookies.clone();
            scope.spawn(move || browser.get(&format!("/desk/posts/{draft}")));
        }
        world.database.db_wait_for_waiters(1);
        std::thread::sleep(Duration::from_millis(500));
        let pages: Vec<u16> = (0..4).map(|_| other.get("/account").status).collect();
        lock.batch_execute("ROLLBACK").unwrap();
        assert_eq!(pages, [200; 4]);
    });
}

/// Alice's account is locked, so each of her saves takes as long as the test. She sends
/// them from two browsers and from two programs at once.
#[test]
fn the_texts_of_one_person_never_take_all_turns() {
    let world = World::new();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let server = Server::start(world.database.store_of(u32::try_from(8 * workers).unwrap()));
    let mut browsers = [server.signed_in("alice"), server.signed_in("alice")];
    let forms = browsers.each_mut().map(|browser| {
        let page = browser.get("/desk/posts/create").expect(200);
        [page.hidden("token"), page.hidden("key")]
    });
    let programs = [(); 2].map(|()| Program::of(&world, server.address, world.alice));
    let long = "A long text. ".repeat(2_000);
    let json = format!(r#"{{"title": "T", "summary": "S", "body": "{long}"}}"#);
    let mut rosa = server.signed_in("rosa");
    let mut lock = world.database.as_owner();
    lock.batch_execute("BEGIN; SELECT FROM users WHERE username = 'alice' FOR UPDATE").unwrap();
    let saves: Vec<u16> = std::thread::scope(|scope| {
        let mut saves = Vec::new();
        for number in 0..6 {
            for (browser, [token, key]) in browsers.iter().zip(&forms) {
                let mut other = server.browser();
                other.cookies = browser.cookies.clone();
                let key = format!("{}{number}", &key[..key.len() - 1]);
                let fields = [
                    ("token", token.clone()),
                    ("key", key),
                    ("title", "T".to_owned()),
                    ("summary", "S".to_owned()),
                    ("body", long.clone()),
                    ("slug", String::new()),
                    ("save", "yes".to_owned()),
                ];
                saves.push(scope.spawn(move || {
                    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
                    other.post("/desk/posts/create", &fields).status
                }));
            }
            for (program, name) in programs.iter().zip(["one", "two"]) {
                let (json, key) = (&json, format!("{name}-{number}"));
                saves.push(scope.spawn(move || {
                    program.post("/api/v1/posts", &[("idempotency-key", &key)], json).status
                }));
            }
        }
        world.database.db_wait_for_waiters(1);
        let fields = [("title", "Rosa's"), ("summary", "S"), ("body", "Short."), ("save", "yes")];
        rosa.submit("/desk/posts/create", &fields).expect(303);
        rosa.get("/desk/posts/create").expect(200);
        let waiting = db_waiters(&mut world.database.as_superuser());
        lock.batch_execute("ROLLBACK").unwrap();
        assert!((1..=4).contains(&waiting), "{waiting} of hers at once");
        saves.into_iter().map(|save| save.join().unwrap()).collect()
    });
    assert_eq!(saves.len(), 24);
    let is_answered = |status: &u16| [201, 303, 503].contains(status);
    assert!(saves.iter().all(is_answered), "{saves:?}");
    assert!(saves.contains(&201) && saves.contains(&303), "{saves:?}");
}

/// There is one connection, and a request gives up after a moment without it.
#[test]
fn a_text_is_rendered_without_a_connection() {
    let world = World::new();
    let limits = Limits { connections: 1, checkout: Duration::from_millis(50), ..patient() };
    let body = "*a **b `c` [d](https://e.example) ** e*\n\n".repeat(2_300);
    let content = Content::parse("Long", "A long text.", &body).unwrap();
    let draft = world.create(world.alice, content).unwrap().post;
    let runtime = world.database.runtime_url();
    let server = Server::start(Store::connect(&runtime, limits));
    let mut alice = server.signed_in("alice");
    let mut other = server.signed_in("mallory");
    let (done, is_done) = channel();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for page in ["", "/revise", "/revisions/1"] {
                alice.get(&format!("/desk/posts/{draft}{page}")).expect(200);
            }
            done.send(()).unwrap();
        });
        let mut asked = 0;
        while is_done.try_recv().is_err() {
            other.get("/account").expect(200);
            asked += 1;
        }
        assert!(asked > 0);
    });
}

/// A text that shows readers nothing until its end is read to its end by all that ask
/// whether it is complete. The program panics where it reads one with a connection or in a
/// turn of short work.
#[test]
fn every_page_reads_texts_without_a_connection_and_in_turns_of_texts() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let body = format!("{}The end.", "<!-- a -->\n\n".repeat(100));
    let create = |title: &str| {
        let content = Content::parse(title, "", &body).unwrap();
        world.create(world.alice, content).unwrap().post
    };
    let draft = create("Without a summary");
    let posts = [draft, world.in_review(), world.published()];
    let mut asked = 0;
    for name in ["alice", "rosa", "stan"] {
        let mut browser = server.signed_in(name);
        let program = Program::of(&world, server.address, world.find_person(name).id);
        for route in routes().iter().filter(|route| route.reads) {
            for post in posts {
                for path in addresses(&route.path, &post.to_string()) {
                    let (status, text) = match path.starts_with("/api/v1/") {
                        true => {
                            let reply = program.get(&path);
                            (reply.status, reply.text)
                        }
                        false => {
                            let page = browser.get(&path);
                            (page.status, page.body)
                        }
                    };
                    assert!([200, 303, 403, 404, 410, 422].contains(&status), "{path}: {text}");
                    asked += usize::from(status == 200);
                }
            }
        }
    }
    assert!(asked > 150, "{asked}");
}

/// Returns addresses of a route for a post, with what they may be asked.
fn addresses(route: &str, post: &str) -> Vec<String> {
    let path = route.replace("{id}", post).replace("{number}", "1").replace("{username}", "alice");
    let actions = Action::ALL.map(|action| path.replace("{action}", action.as_str()));
    let paths = if path.contains("{action}") { actions.to_vec() } else { vec![path] };
    let refused = format!("?person=alice&action=submit&post={post}");
    let asking = ["", "?why=yes", "?from=1", "?q=summary", refused.as_str()];
    paths.iter().flat_map(|path| asking.map(|query| format!("{path}{query}"))).collect()
}

#[test]
fn the_feed_has_a_bounded_size_whatever_its_posts_are() {
    let world = World::new();
    for number in 0..16 {
        let body = "Some words. ".repeat(8_000);
        let title = format!("Post {number}");
        let content = Content::parse(&title, "A long text.", &body).unwrap();
        let post = world.create(world.alice, content).unwrap().post;
        world.perform(world.alice, &submit(post, 1)).unwrap();
        world.perform(world.edith, &publish(post, 1)).unwrap();
    }
    let server = Server::start(world.database.store());
    let feed = server.browser().get("/feed.atom").expect(200).body;
    assert!(feed.len() < 1_200_000, "{}", feed.len());
    assert_eq!(feed.matches("<entry>").count(), 16);
    assert_eq!(feed.matches("<summary>A long text.</summary>").count(), 16);
    let texts = feed.matches("<content ").count();
    assert!((8..16).contains(&texts), "{texts} with their text");
}
