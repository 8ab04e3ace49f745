//! What one person has typed keeps no other request waiting without end.

use std::sync::mpsc::channel;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use imprimatur::domain::Content;
use imprimatur::store::Store;
use imprimatur::store::pool::Limits;

use crate::support::database::patient;
use crate::support::world::{publish, submit};
use crate::support::{Server, World};

/// With one connection each worker has one thread. A locked table keeps them busy.
#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_request_that_finds_no_thread_in_time_is_answered_503() {
    let world = World::new();
    let post = world.published();
    let slug = world.post(post).status.publication().unwrap().slug.to_string();
    let server = Server::start(world.database.store_of(1));
    let (answers, answered) = channel();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let mut lock = world.database.as_owner();
    lock.batch_execute("BEGIN; LOCK TABLE posts").unwrap();
    std::thread::scope(|scope| {
        for _ in 0..workers + 6 {
            let (mut browser, answers, slug) = (server.browser(), answers.clone(), slug.clone());
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
        for _ in 0..workers {
            assert_eq!(answered.recv().unwrap().status, 200, "these had a thread");
        }
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
        world.database.db_wait_for_waiters(2);
        std::thread::sleep(Duration::from_millis(500));
        let pages: Vec<u16> = (0..4).map(|_| other.get("/account").status).collect();
        lock.batch_execute("ROLLBACK").unwrap();
        assert_eq!(pages, [200; 4]);
    });
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
