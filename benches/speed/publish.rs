//! How fast posts are published, and what a race costs.

use std::time::Duration;

use diesel::connection::SimpleConnection;

use super::fixtures::Site;
use super::load::{self, PublishForm};
use super::machine::{cpu_of, memory_of};
use super::pgbench::{self, Script};
use super::support::running::Running;
use super::support::{Browser, Database};
use super::table::{Bound, Table, median, ratio};

/// The connections over which posts are published.
const PUBLISHERS: usize = 16;

/// The posts that are published in one round.
const POSTS: usize = 3200;

/// The clients of a race, and how many races there are.
const RACERS: usize = 64;
const RACES: usize = 60;

pub fn publish(table: &mut Table, rounds: usize) {
    if pgbench::program("pgbench").is_none() {
        println!("| publish | no pgbench | | |");
        return;
    }
    let mut site = Site::with(1_000);
    let script = captured(&mut site);
    let bare_database = Database::empty();
    let bare = Script::bare(&bare_database, (POSTS * (rounds + 1)) as i64);
    let empty = Script::empty(script.statements());
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
        let least =
            bare.run(&bare_database.superuser_url(), first, POSTS as i64, PUBLISHERS as i64);
        let least_used = cpu_of(postmaster) - before;
        let before = cpu_of(postmaster);
        let nothing =
            empty.run(&bare_database.superuser_url(), first, POSTS as i64, PUBLISHERS as i64);
        let nothing_used = cpu_of(postmaster) - before;
        // The first round warms everything up.
        if round > 0 {
            measured.http.push(POSTS as f64 / took.as_secs_f64());
            measured.same.push(same.per_second);
            measured.bare.push(least.per_second);
            measured.server_cpu.push(each(used[0]));
            measured.database_cpu.push(each(used[1]));
            measured.same_cpu.push(each(same_used));
            measured.bare_cpu.push(each(least_used));
            measured.client_cpu.push(each(same.client_cpu));
            measured.empty_cpu.push(each(nothing_used));
            measured.empty_client_cpu.push(each(nothing.client_cpu));
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
    client_cpu: Vec<f64>,
    empty_cpu: Vec<f64>,
    empty_client_cpu: Vec<f64>,
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
        let remark = format!(
            "pgbench itself {:.0} µs, with {statements} empty statements {:.0} µs",
            median(self.client_cpu),
            median(self.empty_client_cpu)
        );
        table.row(
            "publish, processor of the server",
            median(self.server_cpu),
            " µs",
            &Bound::AtMost(130.0),
            &remark,
        );
        let remark = format!(
            "pgbench {:.0} µs, bare {:.0} µs, {statements} empty statements {:.0} µs",
            median(self.same_cpu),
            median(self.bare_cpu),
            median(self.empty_cpu)
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

/// Prints the processor time of PostgreSQL for a publish in each variant of the schema.
pub fn variants(file: &str, rounds: usize) {
    let changes = std::iter::once("SELECT 'as it is'").chain(file.lines());
    let mut sites: Vec<(&str, Site, Vec<f64>)> = changes
        .map(|sql| {
            let site = Site::with(1_000);
            site.world.database.as_superuser().batch_execute(sql).unwrap();
            (sql, site, Vec::new())
        })
        .collect();
    for round in 0..=rounds {
        for (_, site, costs) in &mut sites {
            let script = captured(site);
            let (postmaster, first) = (site.postmaster(), site.in_review(POSTS)[0]);
            let before = cpu_of(postmaster);
            script.run(&site.url(), first, POSTS as i64, PUBLISHERS as i64);
            if round > 0 {
                costs.push(each(cpu_of(postmaster) - before));
            }
        }
    }
    let now = sites[0].2.clone();
    for (sql, _, costs) in sites {
        let part = ratio(&costs, &now);
        println!("| {:.0} µs | {part:.3} | {sql} |", median(costs));
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
