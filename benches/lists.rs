//! Does each list answer in the same time among a million posts as among a
//! thousand? `cargo bench --bench lists` seeds both, asks the real server for
//! each list in turns, and prints the medians and their ratio; then it has
//! PostgreSQL say how it read, and names what it read from end to end.
//!
//! It needs some 6 GB below the temporary directory and several minutes, most
//! of them for seeding. `IMPRIMATUR_BENCH_POSTS=100000` asks for less,
//! `IMPRIMATUR_BENCH_ONLY=desk` for the lists of that name alone, and
//! `IMPRIMATUR_BENCH_PLANS=1` for the plans themselves.

#![allow(missing_docs, reason = "this is no library")]
#![allow(dead_code, unreachable_pub, unused_imports, reason = "it shares what the tests stand on")]
#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]

mod seed;
#[path = "../tests/support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use imprimatur::store::statement::statement;

use seed::{log, seed};
use support::{Browser, Database, Server, World};

/// How often each list is asked for: among both, in turns.
const ROUNDS: usize = 40;

/// How often before, so that every connection has its plans.
const WARM_UP: usize = 12;

/// One list, and how much longer it may take among more posts.
struct List {
    name: &'static str,
    who: &'static str,
    address: fn(&House) -> String,
    bound: f64,
}

const fn list(name: &'static str, who: &'static str, address: fn(&House) -> String) -> List {
    List { name, who, address, bound: 1.5 }
}

const fn search(name: &'static str, address: fn(&House) -> String) -> List {
    List { name, who: "stan", address, bound: 3.0 }
}

const LISTS: &[List] = &[
    list("change list", "stan", |_| "/admin/posts".into()),
    list("second page", "stan", |house| house.next("/admin/posts")),
    list("deepest page", "stan", |house| house.last("/admin/posts?")),
    list("longest first", "stan", |_| "/admin/posts?sort=since".into()),
    list("by number, falling", "stan", |_| "/admin/posts?sort=-number".into()),
    list("by number, rising", "stan", |_| "/admin/posts?sort=number".into()),
    list("drafts", "stan", |_| "/admin/posts?state=draft".into()),
    list("in review", "stan", |_| "/admin/posts?state=in_review".into()),
    list("published", "stan", |_| "/admin/posts?state=published".into()),
    list("published, deepest page", "stan", |house| house.last("/admin/posts?state=published&")),
    list("archived", "stan", |_| "/admin/posts?state=archived".into()),
    list("archived by number", "stan", |_| "/admin/posts?state=archived&sort=number".into()),
    list("of an author", "stan", |_| "/admin/posts?author=alice".into()),
    list("drafts of an author", "stan", |_| "/admin/posts?author=alice&state=draft".into()),
    list("of an author by number", "stan", |_| "/admin/posts?author=alice&sort=number".into()),
    list("published by", "stan", |_| "/admin/posts?reviewer=edith".into()),
    list("published by, by number", "stan", |_| "/admin/posts?reviewer=edith&sort=-number".into()),
    list("of an author, published by", "stan", |_| {
        "/admin/posts?author=alice&reviewer=edith".into()
    }),
    list("of an author, by somebody else's reviewer", "stan", |_| {
        "/admin/posts?author=alice&reviewer=author1".into()
    }),
    list("of a month", "stan", |house| format!("/admin/posts?{}", house.month())),
    list("waiting longer than", "stan", |_| "/admin/posts?state=in_review&waiting=7".into()),
    search("rare word", |_| "/admin/posts?q=colophon".into()),
    search("common word", |_| "/admin/posts?q=press".into()),
    search("common word, published", |_| "/admin/posts?q=press&state=published".into()),
    search("common word, an author's drafts", |_| {
        "/admin/posts?q=press&author=alice&state=draft".into()
    }),
    search("beginning of words", |_| "/admin/posts?q=word1".into()),
    search("two common words", |_| "/admin/posts?q=press+quire".into()),
    list("a desk that writes", "alice", |_| "/desk".into()),
    list("a desk that reviews", "rosa", |_| "/desk".into()),
    list("one's own published posts", "alice", |_| "/desk/posts?state=published".into()),
    list("refusals", "stan", |_| "/admin/refusals".into()),
    list("refusals, second page", "stan", |house| house.next("/admin/refusals")),
    list("refusals of a person", "stan", |_| "/admin/refusals?person=alice".into()),
    list("refusals of an action", "stan", |_| "/admin/refusals?action=publish".into()),
    list("refusals by a layer", "stan", |_| "/admin/refusals?layer=permission".into()),
    list("refusals by a rule", "stan", |_| "/admin/refusals?rule=stale-revision".into()),
    list("refusals by a rule nobody broke", "stan", |_| "/admin/refusals?rule=not-active".into()),
    list("refusals through an edge", "stan", |_| "/admin/refusals?interface=api".into()),
    list("refusals of a person by a layer", "stan", |_| {
        "/admin/refusals?person=alice&layer=policy".into()
    }),
    list("why not this person that post", "stan", |_| {
        "/admin/refusals?person=alice&action=publish&post=500".into()
    }),
    list("incidents", "stan", |_| "/admin/incidents".into()),
    list("accounts", "stan", |_| "/admin/accounts".into()),
    // It counts what was published in twelve weeks, as far as 5,000 posts.
    List { name: "overview", who: "stan", address: |_| "/admin".into(), bound: 5.0 },
    list("home", "", |_| "/".into()),
    list("all posts", "", |_| "/posts".into()),
    list("all posts, deepest page", "", |house| house.last_public()),
    list("feed", "", |_| "/feed.atom".into()),
];

/// A publishing house with so many posts.
struct House {
    world: World,
    server: Server,
    posts: i64,
}

impl House {
    fn with(posts: i64) -> Self {
        let began = Instant::now();
        let world = World::new();
        seed(&world.database, posts);
        let server = Server::start(world.database.store());
        eprintln!("{posts} posts are there after {:.0?}", began.elapsed());
        Self { world, server, posts }
    }

    fn browser(&self, who: &str) -> Browser {
        if who.is_empty() { self.server.browser() } else { self.server.signed_in(who) }
    }

    fn next(&self, path: &str) -> String {
        let page = self.browser("stan").get(path).expect(200);
        let (_, rest) = page.body.split_once("rel=\"next\" href=\"").unwrap();
        rest.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&")
    }

    /// The last whole page of a list, which the first of the reverse leads to.
    fn last(&self, path: &str) -> String {
        let reverse = self.next(&format!("{path}sort=since"));
        let place = reverse.rsplit("after=").next().unwrap().to_owned();
        format!("{path}after={place}")
    }

    fn last_public(&self) -> String {
        let (at, id): (i64, i64) = statement::<(BigInt, BigInt)>(
            "SELECT (extract(epoch FROM published_at) * 1000000)::bigint, id FROM posts
             WHERE state = 'published' ORDER BY published_at, id OFFSET 50 LIMIT 1",
        )
        .get_result(&mut self.world.database.as_owner())
        .unwrap();
        format!("/posts?before={at}-{id}")
    }

    /// Thirty days in the middle of its history.
    fn month(&self) -> String {
        let (from, until): (String, String) = statement::<(Text, Text)>(
            "SELECT (max(created_at) - interval '60 days')::date::text,
                 (max(created_at) - interval '30 days')::date::text FROM posts",
        )
        .get_result(&mut self.world.database.as_owner())
        .unwrap();
        format!("from={from}&until={until}")
    }
}

fn main() {
    let most = std::env::var("IMPRIMATUR_BENCH_POSTS").ok();
    let most: i64 = most.map_or(1_000_000, |most| most.parse().unwrap());
    let houses = [House::with(1_000), House::with(most)];
    println!("| list | {} posts, ms | {} posts, ms | ratio | at most |", houses[0].posts, most);
    println!("|---|---|---|---|---|");
    let mut beyond = Vec::new();
    for list in wanted() {
        let [few, many] = medians(&houses, list);
        let ratio = many.as_secs_f64() / few.as_secs_f64();
        let [few, many] = [few, many].map(|time| time.as_secs_f64() * 1e3);
        println!("| {} | {few:.2} | {many:.2} | {ratio:.2} | {} |", list.name, list.bound);
        if ratio > list.bound {
            beyond.push(list.name);
        }
    }
    println!("\nbeyond its bound: {beyond:?}");
    for house in &houses {
        explain(house);
    }
}

/// The lists whose names hold `IMPRIMATUR_BENCH_ONLY`, or all.
fn wanted() -> impl Iterator<Item = &'static List> {
    let only = std::env::var("IMPRIMATUR_BENCH_ONLY").unwrap_or_default();
    LISTS.iter().filter(move |list| list.name.contains(&only))
}

fn medians(houses: &[House; 2], list: &List) -> [Duration; 2] {
    let mut browsers = houses.each_ref().map(|house| house.browser(list.who));
    let addresses = houses.each_ref().map(|house| (list.address)(house));
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..WARM_UP + ROUNDS {
        for (number, browser) in browsers.iter_mut().enumerate() {
            let began = Instant::now();
            let page = browser.get(&addresses[number]);
            let took = began.elapsed();
            assert_eq!(page.status, 200, "{}: {}", addresses[number], page.body);
            if round >= WARM_UP {
                times[number].push(took);
            }
        }
    }
    times.map(|mut times| {
        times.sort();
        times[times.len() / 2]
    })
}

/// Prints how PostgreSQL reads each list, from its own log.
fn explain(house: &House) {
    let sql = "ALTER ROLE imprimatur_runtime IN DATABASE :name SET session_preload_libraries = 'auto_explain';
        ALTER ROLE imprimatur_runtime IN DATABASE :name SET auto_explain.log_min_duration = 0;
        ALTER ROLE imprimatur_runtime IN DATABASE :name SET auto_explain.log_nested_statements = off;";
    let name = &house.world.database.name;
    house.world.database.as_superuser().batch_execute(&sql.replace(":name", name)).unwrap();
    let server = Server::start(house.world.database.store_of(1));
    let log = log();
    println!("\nHow it is read, at {} posts:\n", house.posts);
    for list in wanted() {
        let address = (list.address)(house);
        let mut browser = server.browser();
        if !list.who.is_empty() {
            browser = server.signed_in(list.who);
        }
        // From the sixth time on, PostgreSQL may keep a plan for all values.
        for _ in 0..7 {
            browser.get(&address);
        }
        std::thread::sleep(Duration::from_millis(100));
        let before = fs::metadata(&log).unwrap().len() as usize;
        browser.get(&address).expect(200);
        std::thread::sleep(Duration::from_millis(200));
        let text = fs::read(&log).unwrap();
        let text = String::from_utf8_lossy(&text[before..]).into_owned();
        let took: f64 = text
            .lines()
            .filter_map(|line| line.split_once("duration: ")?.1.split_once(" ms  plan"))
            .filter_map(|(time, _)| time.parse::<f64>().ok())
            .sum();
        let large = [
            "posts",
            "post_documents",
            "revisions",
            "reviews",
            "history",
            "refusals",
            "incidents",
            "users",
        ];
        let scanned: BTreeSet<&str> = large
            .into_iter()
            .filter(|table| {
                text.lines().any(|line| {
                    let (_, rest) = line.split_once("Seq Scan on ").unwrap_or_default();
                    rest.split(' ').next() == Some(table)
                })
            })
            .collect();
        let indexes: BTreeSet<&str> =
            text.lines()
                .filter_map(|line| line.split_once(" using ")?.1.split(' ').next())
                .chain(text.lines().filter_map(|line| {
                    line.split_once("Bitmap Index Scan on ")?.1.split(' ').next()
                }))
                .collect();
        let scans = if scanned.is_empty() { "none".to_owned() } else { format!("{scanned:?}") };
        println!(
            "{}: {took:.2} ms in the database; read from end to end: {scans}; by {indexes:?}",
            list.name
        );
        if std::env::var_os("IMPRIMATUR_BENCH_PLANS").is_some() {
            println!("{text}");
        }
    }
}
