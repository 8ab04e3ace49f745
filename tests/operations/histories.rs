//! What many clients saw, over pages and API of two processes, is what they would have
//! seen of one post on one desk, changed by one person at a time.
//!
//! Clients do what comes, also what they may not; some hang up before the answer and
//! send the same again. Every operation is written down with its beginning and its
//! answer, and a checker looks for an order that explains them.

mod checker;

use std::collections::HashMap;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use imprimatur::domain::{OperationKey, PostId, State, UserId};
use imprimatur::postgres::RUNTIME_ROLE;
use imprimatur::store::verify::verify;

use checker::{Answer, Operation, Wanted, is_linearizable};

use crate::support::program::token;
use crate::support::running::Running;
use crate::support::world::content;
use crate::support::{Browser, Program, World};

const POSTS: usize = 6;

/// The operations of each client.
const STEPS: usize = 60;

/// A clock that tells of any two moments which was first.
static CLOCK: AtomicU64 = AtomicU64::new(0);

fn now() -> u64 {
    CLOCK.fetch_add(1, Ordering::SeqCst)
}

/// A post, and what was done with it.
struct Watched {
    id: PostId,
    slug: String,
    history: Mutex<Vec<Operation>>,
}

/// How a client reaches the servers.
enum Way {
    Pages(Box<Browser>),
    Api(Program),
    /// Through a cache that never asks again: a broken server, which the checker finds.
    Cached(Box<Browser>, HashMap<String, u16>),
}

/// One person at one machine.
struct Client {
    who: &'static str,
    wants: &'static [Wanted],
    way: Way,
    servers: [SocketAddr; 2],
    /// Where chance has got to.
    chance: u64,
}

impl Client {
    /// Returns a number below `most` (Knuth's linear congruential generator).
    fn choose(&mut self, most: usize) -> usize {
        self.chance =
            self.chance.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.chance >> 33) as usize % most
    }

    fn work(mut self, posts: &[Watched], last: u64) {
        let mut seen = vec![1; posts.len()];
        for step in 0..STEPS {
            // Who only reads would be done before there is anything to read.
            while matches!(self.wants, [Wanted::Visit])
                && CLOCK.load(Ordering::SeqCst) < last / STEPS as u64 * step as u64
            {
                thread::sleep(Duration::from_millis(1));
            }
            let number = self.choose(posts.len());
            let post = &posts[number];
            let wanted = self.wants[self.choose(self.wants.len())];
            // Mostly the revision that this client read last, and sometimes an old one.
            let revision = if self.choose(8) == 0 { 1 } else { seen[number] };
            let key = OperationKey::random();
            let from = now();
            if matches!(self.way, Way::Api(_)) && self.choose(6) == 0 {
                self.hang_up(post, wanted, revision, &key);
            }
            let answer = self.ask(post, wanted, revision, &key);
            let until = now();
            if let Answer::Read(_, current) | Answer::Done(Some((_, current))) = answer {
                seen[number] = current;
            }
            let operation =
                Operation { who: self.who, wanted, seen: revision, from, until, answer };
            post.history.lock().unwrap().push(operation);
            // A client that knows nothing newer looks.
            if answer == Answer::Refused
                && let Way::Api(program) = &self.way
            {
                let program = program.at(self.servers[self.chance as usize % 2]);
                let reply = program.get(&format!("/api/v1/posts/{}", post.id));
                if reply.status == 200 {
                    seen[number] = reply.json()["revision"].as_i64().unwrap() as i32;
                }
            }
        }
    }

    fn ask(&mut self, post: &Watched, wanted: Wanted, seen: i32, key: &OperationKey) -> Answer {
        let server = self.servers[self.choose(2)];
        match &mut self.way {
            Way::Pages(browser) => through_pages(browser, post, wanted, seen, key),
            Way::Api(program) => through_api(&program.at(server), post, wanted, seen, key),
            Way::Cached(browser, kept) => {
                let path = format!("/posts/{}", post.slug);
                let kept = kept.entry(post.slug.clone());
                Answer::Visited(*kept.or_insert_with(|| browser.get(&path).status))
            }
        }
    }

    /// Sends the same as [`Self::ask`] will, and does not wait for the answer.
    fn hang_up(&mut self, post: &Watched, wanted: Wanted, seen: i32, key: &OperationKey) {
        let Some((path, body)) = call(post, wanted, key) else { return };
        let server = self.servers[self.choose(2)];
        let Way::Api(program) = &self.way else { return };
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {server}\r\nAuthorization: Bearer {}\r\n\
             If-Match: \"{seen}\"\r\nIdempotency-Key: \"{}\"\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            program.token,
            key.as_str(),
            body.len(),
        );
        TcpStream::connect(server).unwrap().write_all(request.as_bytes()).unwrap();
    }
}

/// Returns the path of the API and the body. No two revisions have the same text.
fn call(post: &Watched, wanted: Wanted, key: &OperationKey) -> Option<(String, String)> {
    let (below, body) = match wanted {
        Wanted::Revise => (
            "revisions",
            format!(
                r#"{{"title":"{}","summary":"A summary.","body":"A text, {}."}}"#,
                post.slug,
                key.as_str(),
            ),
        ),
        Wanted::Submit => ("submission", String::new()),
        Wanted::RequestChanges => ("change-requests", r#"{"note":"Say why."}"#.to_owned()),
        Wanted::WithdrawRequest => ("change-requests/withdrawal", String::new()),
        Wanted::Publish => ("publication", String::new()),
        Wanted::Archive => ("archival", r#"{"reason":"Out of date."}"#.to_owned()),
        Wanted::Read | Wanted::Visit => return None,
    };
    Some((format!("/api/v1/posts/{}/{below}", post.id), body))
}

fn through_api(
    program: &Program,
    post: &Watched,
    wanted: Wanted,
    seen: i32,
    key: &OperationKey,
) -> Answer {
    let Some((path, body)) = call(post, wanted, key) else {
        let reply = program.get(&format!("/api/v1/posts/{}", post.id)).expect(200).json();
        let state: State = reply["state"].as_str().unwrap().parse().unwrap();
        return Answer::Read(state, reply["revision"].as_i64().unwrap() as i32);
    };
    let key = format!("\"{}\"", key.as_str());
    let headers = [("if-match", &*format!("\"{seen}\"")), ("idempotency-key", &key)];
    let reply = program.post(&path, &headers, &body);
    match reply.status {
        200 | 201 => {
            let done = reply.json();
            let state: State = done["state"].as_str().unwrap().parse().unwrap();
            Answer::Done(Some((state, done["revision"].as_i64().unwrap() as i32)))
        }
        403 | 404 | 409 | 412 => Answer::Refused,
        status => panic!("{wanted:?}: {status} {}", reply.text),
    }
}

fn through_pages(
    browser: &mut Browser,
    post: &Watched,
    wanted: Wanted,
    seen: i32,
    key: &OperationKey,
) -> Answer {
    let action = match wanted {
        Wanted::Visit => {
            return Answer::Visited(browser.get(&format!("/posts/{}", post.slug)).status);
        }
        Wanted::Revise => "revise",
        Wanted::Submit => "submit",
        Wanted::RequestChanges => "request-changes",
        Wanted::WithdrawRequest => "withdraw-request",
        Wanted::Publish => "publish",
        Wanted::Archive => "archive",
        Wanted::Read => unreachable!("pages are for people"),
    };
    let text = format!("A text, {}.", key.as_str());
    let seen = seen.to_string();
    let mut fields = vec![("key", key.as_str()), ("seen", &seen)];
    match wanted {
        Wanted::Revise => fields.extend([
            ("title", post.slug.as_str()),
            ("summary", "A summary."),
            ("body", &text),
            ("slug", ""),
        ]),
        Wanted::RequestChanges => fields.push(("note", "Say why.")),
        Wanted::Archive => fields.push(("reason", "Out of date.")),
        _ => {}
    }
    let page = browser.send_unasked(&format!("/desk/posts/{}/{action}", post.id), &fields);
    match page.status {
        303 => Answer::Done(None),
        403 | 404 | 409 => Answer::Refused,
        status => panic!("{wanted:?}: {status} {}", page.body),
    }
}

/// Has the clients work on the posts at once. The public reads through `visits`.
fn run(seed: u64, visits: fn(Browser) -> Way) -> (World, Vec<Watched>) {
    let world = World::new();
    let posts: Vec<Watched> = (0..POSTS)
        .map(|number| {
            let slug = format!("post-{number}");
            let id = world.create(world.alice, content(&slug)).unwrap().post;
            Watched { id, slug, history: Mutex::new(Vec::new()) }
        })
        .collect();
    let url = world.database.runtime_url();
    let processes = [(); 2].map(|()| Running::start(&[("DATABASE_URL", &url)], &[]));
    let servers = [processes[0].address, processes[1].address];
    let writes = &[Wanted::Revise, Wanted::Submit, Wanted::Read, Wanted::Revise];
    let reviews = &[
        Wanted::RequestChanges,
        Wanted::WithdrawRequest,
        Wanted::Publish,
        Wanted::WithdrawRequest,
    ];
    let api = |who: UserId| Way::Api(Program::with(servers[0], &token(&world.store, who, None)));
    // The name of a session's cookie carries the port, so a browser stays where it is.
    let pages = |name: &str, server: usize| {
        let mut browser = Browser::new(servers[server]);
        browser.sign_in(name);
        Way::Pages(Box::new(browser))
    };
    let clients: [(&str, &[Wanted], Way); 8] = [
        ("alice", writes, api(world.alice)),
        ("alice", &[Wanted::Revise, Wanted::Submit], pages("alice", 0)),
        ("edith", reviews, api(world.edith)),
        ("rosa", reviews, pages("rosa", 1)),
        ("stan", &[Wanted::Archive, Wanted::Read], api(world.stan)),
        ("stan", &[Wanted::Archive], pages("stan", 1)),
        ("", &[Wanted::Visit], visits(Browser::new(servers[0]))),
        ("", &[Wanted::Visit], visits(Browser::new(servers[1]))),
    ];
    // The other six tell the clock twice for each operation.
    let last = CLOCK.load(Ordering::SeqCst) + 2 * 6 * STEPS as u64;
    thread::scope(|scope| {
        for (number, (who, wants, way)) in clients.into_iter().enumerate() {
            let chance = seed.wrapping_mul(1_000_003).wrapping_add(number as u64);
            let client = Client { who, wants, way, servers, chance };
            let posts = &posts;
            scope.spawn(move || client.work(posts, last));
        }
    });
    // What was asked by a client that hung up is over with the processes.
    processes.into_iter().for_each(Running::stop);
    (world, posts)
}

fn check(seed: u64) -> usize {
    let (world, posts) = run(seed, |browser| Way::Pages(Box::new(browser)));
    let mut operations = 0;
    for post in &posts {
        let history = post.history.lock().unwrap().clone();
        operations += history.len();
        assert!(is_linearizable(&history), "seed {seed}, {}: {history:#?}", post.slug);
    }
    let report = verify(&mut world.database.as_owner(), RUNTIME_ROLE).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(world.db_incidents(), [""; 0]);
    operations
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn every_history_of_two_processes_has_an_order_that_explains_it() {
    println!("{} operations", check(1));
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn the_history_of_a_server_that_answers_from_a_cache_has_none() {
    let (_, posts) = run(1, |browser| Way::Cached(Box::new(browser), HashMap::new()));
    let explained = |post: &Watched| is_linearizable(&post.history.lock().unwrap());
    assert!(!posts.iter().all(explained));
}

/// `cargo test --test proof histories -- --ignored --nocapture`
#[test]
#[ignore = "by hand: some minutes, a hundred seeds"]
fn a_hundred_histories_have_an_order_that_explains_them() {
    let operations: usize = (0..100).map(check).sum();
    println!("100 histories, {operations} operations");
}
