//! How fast is the program where people wait? `cargo bench --bench speed` prints
//! one table: each kind of work beside something that does the least of it, measured
//! in the same run, in turns; what falls short of its figure is marked.
//!
//! - A publish over HTTP beside pgbench, which sends the statements that the program
//!   sent (read from the log of PostgreSQL), and beside a publish in a schema without
//!   any guard.
//! - Public pages beside nginx, which sends the same bytes.
//! - 64 clients that publish one post at the same moment.
//! - Memory, and the time until the first page.
//!
//! It needs pgbench, wrk and nginx, and leaves out the rows of those that are missing.
//! PostgreSQL writes durably. `IMPRIMATUR_BENCH_ONLY=page` prints the rows of that
//! name alone, and `IMPRIMATUR_BENCH_ROUNDS=5` asks each question five times.

#![allow(missing_docs, reason = "this is no library")]
#![allow(dead_code, unreachable_pub, unused_imports, reason = "it shares the support of the tests")]
#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]

mod fixtures;
mod load;
mod machine;
mod nginx;
mod pgbench;
mod program;
#[path = "../seed/mod.rs"]
mod seed;
#[path = "../../tests/support/mod.rs"]
mod support;

use std::time::Duration;

use imprimatur::postgres::Durability;

use fixtures::Site;
use load::PublishForm;
use machine::{cpu_of, memory_of};
use nginx::{Nginx, wrk};
use pgbench::Script;
use program::Running;
use support::database::DURABILITY;
use support::{Browser, Database};

/// The connections over which posts are published.
const PUBLISHERS: usize = 16;

/// The posts that are published in one round.
const POSTS: usize = 3200;

/// The clients of a race, and how many races there are.
const RACERS: usize = 64;
const RACES: usize = 60;

/// A figure to reach.
enum Bound {
    AtLeast(f64),
    AtMost(f64),
    /// It has no bound of its own.
    None,
}

struct Table {
    missed: Vec<String>,
}

impl Table {
    fn row(&mut self, work: &str, value: f64, unit: &str, bound: &Bound, remark: &str) {
        let (reached, bound) = match bound {
            Bound::AtLeast(least) => (value >= *least, format!("≥ {least}")),
            Bound::AtMost(most) => (value <= *most, format!("≤ {most}")),
            Bound::None => (true, String::new()),
        };
        let mark = if reached { "" } else { " short" };
        println!("| {work} | {value:.2}{unit} | {bound}{mark} | {remark} |");
        if !reached {
            self.missed.push(work.to_owned());
        }
    }
}

fn main() {
    DURABILITY.set(Durability::Durable).ok();
    let rounds = std::env::var("IMPRIMATUR_BENCH_ROUNDS").ok();
    let rounds = rounds.map_or(3, |rounds| rounds.parse().unwrap());
    let only = std::env::var("IMPRIMATUR_BENCH_ONLY").unwrap_or_default();
    let mut table = Table { missed: Vec::new() };
    println!("| work | measured | to reach | |");
    println!("|---|---|---|---|");
    if "publish race memory".contains(&only) {
        publish(&mut table, rounds);
    }
    if "page".contains(&only) {
        pages(&mut table, rounds);
    }
    if "start".contains(&only) {
        starts(&mut table);
    }
    println!("\nshort of its figure: {:?}", table.missed);
}

fn publish(table: &mut Table, rounds: usize) {
    if pgbench::program("pgbench").is_none() {
        println!("| publish | no pgbench | | |");
        return;
    }
    let mut site = Site::with(1_000);
    let script = captured(&mut site);
    let bare_database = Database::empty();
    let bare = Script::bare(&bare_database, (POSTS * (rounds + 1)) as i64);
    let server = Running::start(&[("DATABASE_URL", &site.url())], &[]);
    let mut edith = signed_in(&server, "edith");
    let form = PublishForm::of(&mut edith, server.address, site.in_review(1)[0]);
    let postmaster = site.postmaster();
    let mut measured = Measured::default();
    for round in 0..=rounds {
        let posts = site.in_review(POSTS);
        let before = [cpu_of(server.pid()), cpu_of(postmaster)];
        let took = load::publish(&form, &posts, PUBLISHERS);
        let used = [cpu_of(server.pid()) - before[0], cpu_of(postmaster) - before[1]];
        let first = site.in_review(POSTS)[0];
        let before = cpu_of(postmaster);
        let same = script.run(&site.url(), first, POSTS as i64, PUBLISHERS as i64);
        let same_used = cpu_of(postmaster) - before;
        let first = (round * POSTS + 1) as i64;
        let before = cpu_of(postmaster);
        let least = bare.run(&bare_database.owner_url(), first, POSTS as i64, PUBLISHERS as i64);
        let least_used = cpu_of(postmaster) - before;
        // The first round warms everything up.
        if round > 0 {
            measured.http.push(POSTS as f64 / took.as_secs_f64());
            measured.same.push(same.per_second);
            measured.bare.push(least.per_second);
            measured.server_cpu.push(each(used[0]));
            measured.database_cpu.push(each(used[1]));
            measured.same_cpu.push(each(same_used));
            measured.bare_cpu.push(each(least_used));
        }
    }
    measured.print(table, script.statements());
    races(table, &mut site, &form);
    let [now, most] = memory_of(server.pid());
    table.row(
        "memory after this load",
        now,
        " MiB",
        &Bound::AtMost(24.0),
        &format!("{most:.0} MiB at most"),
    );
    site.read_every_page(&server);
    let [now, most] = memory_of(server.pid());
    table.row(
        "memory after 12,000 pages",
        now,
        " MiB",
        &Bound::AtMost(64.0),
        &format!("{most:.0} MiB at most"),
    );
}

/// Publishes two posts with every statement logged, and returns the second's.
fn captured(site: &mut Site) -> Script {
    pgbench::log_statements(&site.world.database, true);
    let server = Running::start(&[("DATABASE_URL", &site.url())], &[]);
    let mut edith = signed_in(&server, "edith");
    let posts = site.in_review(2);
    let form = PublishForm::of(&mut edith, server.address, posts[0]);
    load::publish(&form, &posts[..1], 1);
    let from = pgbench::logged_bytes();
    load::publish(&form, &posts[1..], 1);
    let script = Script::of_log(from, posts[1], &format!("speed-{}", posts[1]));
    pgbench::log_statements(&site.world.database, false);
    script
}

fn signed_in(server: &Running, name: &str) -> Browser {
    let mut browser = Browser::new(server.address);
    browser.sign_in(name);
    browser
}

/// Microseconds for each publish.
fn each(used: Duration) -> f64 {
    used.as_secs_f64() * 1e6 / POSTS as f64
}

/// What each round measured, in the order of rounds.
#[derive(Default)]
struct Measured {
    http: Vec<f64>,
    same: Vec<f64>,
    bare: Vec<f64>,
    server_cpu: Vec<f64>,
    database_cpu: Vec<f64>,
    same_cpu: Vec<f64>,
    bare_cpu: Vec<f64>,
}

impl Measured {
    fn print(self, table: &mut Table, statements: usize) {
        let same = ratio(&self.http, &self.same);
        let bare = ratio(&self.http, &self.bare);
        let [http, pgbench, least] = [self.http, self.same, self.bare].map(median);
        let remark = format!("{http:.0}/s and {pgbench:.0}/s, {statements} statements");
        table.row(
            "publish, of pgbench with the same statements",
            same,
            "",
            &Bound::AtLeast(0.95),
            &remark,
        );
        let remark = format!("{least:.0}/s");
        table.row("publish, of pgbench in a bare schema", bare, "", &Bound::AtLeast(0.6), &remark);
        table.row(
            "publish, processor of the server",
            median(self.server_cpu),
            " µs",
            &Bound::AtMost(130.0),
            "",
        );
        let remark = format!(
            "pgbench {:.0} µs, bare {:.0} µs",
            median(self.same_cpu),
            median(self.bare_cpu)
        );
        table.row(
            "publish, processor of PostgreSQL",
            median(self.database_cpu),
            " µs",
            &Bound::AtMost(550.0),
            &remark,
        );
    }
}

fn races(table: &mut Table, site: &mut Site, form: &PublishForm) {
    let posts = site.in_review(RACES + 5);
    let mut times: Vec<f64> = load::race(form, &posts, RACERS)
        .into_iter()
        .skip(5)
        .map(|time| time.as_secs_f64() * 1e3)
        .collect();
    times.sort_by(f64::total_cmp);
    let slowest = times[(times.len() * 99).div_ceil(100) - 1];
    table.row(
        "64 clients publish one post, median",
        times[times.len() / 2],
        " ms",
        &Bound::AtMost(15.0),
        "",
    );
    table.row("64 clients publish one post, 99 of 100", slowest, " ms", &Bound::AtMost(30.0), "");
}

fn pages(table: &mut Table, rounds: usize) {
    if ["wrk", "nginx"].iter().any(|name| pgbench::program(name).is_none()) {
        println!("| public page | no wrk or no nginx | | |");
        return;
    }
    let site = Site::with(1_000);
    let server = Running::start(&[("DATABASE_URL", &site.url())], &[]);
    let path = site.page_of_4_kb(&server);
    for (name, path, least) in
        [("public page", path.as_str(), 0.5), ("home page", "/", 0.4), ("list page", "/posts", 0.4)]
    {
        let page = Browser::new(server.address).get(path).expect(200);
        let nginx = Nginx::start(&[("page", page.body.as_bytes())]).unwrap();
        let [mut ours, mut theirs] = [Vec::new(), Vec::new()];
        let postmaster = site.postmaster();
        let mut used = [Vec::new(), Vec::new()];
        for round in 0..=rounds {
            let before = [cpu_of(server.pid()), cpu_of(postmaster)];
            let rate = wrk(server.address, path, 32, 4);
            let after = [cpu_of(server.pid()), cpu_of(postmaster)];
            let of_nginx = wrk(nginx.address, "/page", 32, 4);
            if round > 0 {
                ours.push(rate);
                theirs.push(of_nginx);
                for number in 0..2 {
                    let used_here = (after[number] - before[number]).as_secs_f64();
                    used[number].push(used_here * 1e6 / (rate * 4.0));
                }
            }
        }
        let value = ratio(&ours, &theirs);
        let [server_cpu, database_cpu] = used.map(median);
        let remark = format!(
            "{:.0}/s and {:.0}/s, {} bytes; server {server_cpu:.0} µs, PostgreSQL {database_cpu:.0} µs",
            median(ours),
            median(theirs),
            page.body.len(),
        );
        table.row(
            &format!("{name}, of nginx with the same bytes"),
            value,
            "",
            &Bound::AtLeast(least),
            &remark,
        );
    }
}

fn starts(table: &mut Table) {
    let directory = fixtures::fresh_directory();
    let data = directory.join("data").display().to_string();
    let fresh = Running::start(&[], &["--data-dir", &data]);
    let first = fresh.first_page_after.as_secs_f64();
    fresh.stop();
    table.row("first page on a fresh machine", first, " s", &Bound::AtMost(3.0), "with the demo");
    let again = Running::start(&[], &["--data-dir", &data]);
    let second = again.first_page_after.as_secs_f64();
    again.stop();
    table.row("first page on an existing cluster", second, " s", &Bound::AtMost(1.0), "");
    fixtures::remove(&directory);
}

/// Returns the median of the ratios of what was measured side by side.
fn ratio(ours: &[f64], theirs: &[f64]) -> f64 {
    median(ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
