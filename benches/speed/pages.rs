//! How fast public pages are sent, and how soon the first one is there.

use std::time::Instant;

use super::fixtures::{self, Site};
use super::machine::cpu_of;
use super::nginx::{Nginx, wrk};
use super::pgbench;
use super::support::Browser;
use super::support::running::Running;
use super::table::{Bound, Table, median, ratio};

pub fn pages(table: &mut Table, rounds: usize) {
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

pub fn starts(table: &mut Table) {
    let directory = fixtures::fresh_directory();
    let data = directory.join("data").display().to_string();
    let first = until_the_first_page(&data);
    table.row("first page on a fresh machine", first, " s", &Bound::AtMost(3.0), "with the demo");
    let second = until_the_first_page(&data);
    table.row("first page on an existing cluster", second, " s", &Bound::AtMost(1.0), "");
    fixtures::remove(&directory);
}

/// Returns the seconds from the start of the program to its first page, and stops it.
fn until_the_first_page(data: &str) -> f64 {
    let began = Instant::now();
    let server = Running::start(&[], &["--data-dir", data]);
    Browser::new(server.address).get("/").expect(200);
    let took = began.elapsed();
    server.stop();
    took.as_secs_f64()
}
