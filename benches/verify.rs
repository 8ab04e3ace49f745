//! How long does `verify` take for a large database?
//!
//! `cargo bench --bench verify` seeds 200,000 posts, walks them three times and
//! prints the median beside the time that reading every row once takes. The
//! bound is 15 seconds on two cores. `IMPRIMATUR_BENCH_POSTS` sets another size.

#![allow(missing_docs, reason = "this is no library")]
#![allow(dead_code, unreachable_pub, unused_imports, reason = "it shares the support of the tests")]
#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]

mod seed;
#[path = "../tests/support/mod.rs"]
mod support;

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use imprimatur::postgres::RUNTIME_ROLE;
use imprimatur::store::verify::verify_on_two;

use support::World;

const ROUNDS: usize = 3;

/// Reads every column of every row of the large tables.
const READ_ALL: &str = "
    SELECT sum(hashtext(posts::text)) FROM posts;
    SELECT sum(hashtext(revisions::text)) FROM revisions;
    SELECT sum(hashtext(history::text)) FROM history;
    SELECT sum(hashtext(reviews::text)) FROM reviews;
    SELECT sum(hashtext(post_documents::text)) FROM post_documents;
    SELECT sum(hashtext(refusals::text)) FROM refusals;";

fn main() {
    let posts = std::env::var("IMPRIMATUR_BENCH_POSTS").ok();
    let posts: i64 = posts.map_or(200_000, |posts| posts.parse().unwrap());
    let world = World::new();
    seed::seed(&world.database, posts);
    let [conn, second] = &mut [(); 2].map(|()| world.database.as_owner());
    let (mut walks, mut reads) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        reads.push(timed(|| conn.batch_execute(READ_ALL).unwrap()));
        walks.push(timed(|| {
            let report = verify_on_two(conn, second, RUNTIME_ROLE).unwrap();
            assert_eq!((report.posts, report.findings), (posts, Vec::new()));
        }));
    }
    let [walk, read] = [median(walks), median(reads)].map(|time| time.as_secs_f64());
    println!(
        "verify of {posts} posts: {walk:.2} s, {:.1} times as long as reading them",
        walk / read
    );
}

fn timed(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
