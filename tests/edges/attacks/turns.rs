//! What one person asks for keeps no other person waiting.

use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::connection::SimpleConnection;
use imprimatur::accounts::tokens;

use crate::support::raw::{db_waiters, wait_until};
use crate::support::{Browser, Program, Server, World};

/// How often a request is sent at once.
const FLOOD: usize = 40;

/// The connections of the server.
const CONNECTIONS: u32 = 16;

/// A way to ask that needs the posts.
type Ask<'a> = Box<dyn Fn() -> u16 + Sync + 'a>;

/// Returns a way to open a page.
fn open<'a>(browser: &'a Browser, path: &'a str) -> Ask<'a> {
    Box::new(move || browser.beside().get(path).status)
}

/// The table of posts is locked, so whatever needs it takes as long as the test: pages,
/// searches, files, forms and programs, of one person and of a stranger.
#[test]
fn the_requests_of_one_person_leave_connections_to_all_others() {
    let world = World::new();
    let draft = world.draft();
    world.published();
    let server = Server::start(world.database.store_of(CONNECTIONS));
    let (alice, stan, stranger) =
        (server.signed_in("alice"), server.signed_in("stan"), server.browser());
    let form = alice.beside().get(&format!("/desk/posts/{draft}/submit")).expect(200);
    let fields = ["token", "key", "seen"].map(|name| (name, form.hidden(name)));
    let submit = move |browser: &Browser| {
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        browser.beside().post(&format!("/desk/posts/{draft}/submit"), &fields).status
    };
    let program = Program::of(&world, server.address, world.alice);
    let post = format!("/desk/posts/{draft}");
    let asks: Vec<(&str, Ask)> = vec![
        ("desk", open(&alice, "/desk")),
        ("own posts", open(&alice, "/desk/posts?q=restraint")),
        ("a post", open(&alice, &post)),
        ("the public list", open(&alice, "/posts?q=restraint")),
        ("a form", Box::new(|| submit(&alice))),
        ("a program reads", Box::new(|| program.get("/api/v1/posts").status)),
        ("a program acts", Box::new(|| program.act(draft, "submission", 1, "").status)),
        ("the admin's list", open(&stan, "/admin/posts?q=restraint")),
        ("a file", open(&stan, "/admin/posts.csv")),
        ("the overview", open(&stan, "/admin")),
        ("a stranger's list", open(&stranger, "/posts?q=restraint")),
        ("the feed", open(&stranger, "/feed.atom")),
        ("the map", open(&stranger, "/sitemap.xml")),
    ];
    let mut mallory = server.signed_in("mallory");
    let mut lock = world.database.as_owner();
    for (what, ask) in asks {
        lock.batch_execute("BEGIN; LOCK TABLE posts").unwrap();
        std::thread::scope(|scope| {
            let flood: Vec<_> = (0..FLOOD).map(|_| scope.spawn(&ask)).collect();
            wait_until(what, || db_waiters(&mut world.database.as_superuser()) > 0);
            for _ in 0..5 {
                mallory.get("/account").expect(200);
            }
            server.signed_in("rosa");
            let waiting = db_waiters(&mut world.database.as_superuser());
            assert!((1..=i64::from(CONNECTIONS / 4)).contains(&waiting), "{what}: {waiting}");
            lock.batch_execute("ROLLBACK").unwrap();
            for answer in flood {
                let status = answer.join().unwrap();
                assert!([200, 201, 303, 409, 503].contains(&status), "{what}: {status}");
            }
        });
    }
}

/// Floods with a request, and returns how many of its queries wait, while `meanwhile` is
/// done.
fn flood(world: &World, locked: &str, ask: &Ask<'_>, meanwhile: impl FnOnce()) -> i64 {
    let mut lock = world.database.as_owner();
    lock.batch_execute(&format!("BEGIN; LOCK TABLE {locked}")).unwrap();
    let waiting = || db_waiters(&mut world.database.as_superuser());
    std::thread::scope(|scope| {
        for _ in 0..FLOOD {
            scope.spawn(ask);
        }
        wait_until("they wait", || waiting() > 0);
        meanwhile();
        let waiting = waiting();
        lock.batch_execute("ROLLBACK").unwrap();
        waiting
    })
}

/// Each has another name, or another token.
#[test]
fn strangers_who_try_what_they_do_not_know_have_the_turns_of_their_network() {
    let world = World::new();
    let server = Server::start(world.database.store_of(CONNECTIONS));
    let mut mallory = server.signed_in("mallory");
    let mut meanwhile = || {
        for _ in 0..5 {
            mallory.get("/desk").expect(200);
        }
    };
    let number = AtomicUsize::new(0);
    let next = || number.fetch_add(1, Ordering::Relaxed);
    let mut stranger = server.browser();
    let token = stranger.get("/sign-in").expect(200).hidden("token");
    let sign_in: Ask = Box::new(|| {
        let name = format!("nobody-{}", next());
        let fields = [("token", &*token), ("username", &name), ("password", "a wrong password")];
        stranger.beside().post("/sign-in", &fields).status
    });
    let waiting = flood(&world, "sign_in_throttle", &sign_in, &mut meanwhile);
    assert!((1..=i64::from(CONNECTIONS / 4)).contains(&waiting), "{waiting} sign in");
    for body in [String::new(), format!("{{\"title\": \"{}\"}}", "x".repeat(20_000))] {
        let call: Ask = Box::new(|| {
            let token = tokens::generate().as_str().to_owned();
            Program::with(server.address, &token).post("/api/v1/posts", &[], &body).status
        });
        let waiting = flood(&world, "tokens", &call, &mut meanwhile);
        assert!((1..=i64::from(CONNECTIONS / 4)).contains(&waiting), "{waiting} show a token");
    }
}

/// Four people take all connections there are.
#[test]
fn a_server_whose_connections_are_all_busy_is_ready() {
    let world = World::new();
    let server = Server::start(world.database.store_of(CONNECTIONS));
    let busy = ["alice", "arthur", "rosa", "edith"].map(|name| server.signed_in(name));
    let next = AtomicUsize::new(0);
    let ask: Ask = Box::new(|| {
        let number = next.fetch_add(1, Ordering::Relaxed);
        busy[number % busy.len()].beside().get("/posts").status
    });
    let waiting = flood(&world, "posts", &ask, || {
        let waiting = || db_waiters(&mut world.database.as_superuser());
        wait_until("all are busy", || waiting() >= i64::from(CONNECTIONS));
        std::thread::scope(|scope| {
            for _ in 0..FLOOD {
                scope.spawn(|| server.browser().get("/readyz").expect(200));
            }
        });
    });
    assert_eq!(waiting, i64::from(CONNECTIONS));
}

/// Who has an ended session of hers is a stranger, and takes a stranger's turns, whatever
/// page it was shown to first.
#[test]
fn an_ended_session_takes_no_turns_of_its_owner() {
    let world = World::new();
    let server = Server::start(world.database.store_of(CONNECTIONS));
    let mut alice = server.signed_in("alice");
    for (page, status) in [("/desk", 401), ("/", 200), ("/posts", 200), ("/sign-in", 200)] {
        let ended = alice.beside();
        let token = alice.get("/account").expect(200).hidden("token");
        alice.post("/sign-out", &[("token", &token)]).expect(303);
        alice.sign_in("alice");
        ended.beside().get(page).expect(status);
        flood(&world, "posts", &open(&ended, "/posts"), || {
            for _ in 0..5 {
                alice.get("/account").expect(200);
            }
        });
    }
}
