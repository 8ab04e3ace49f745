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
//! `IMPRIMATUR_BENCH_VARIANTS=file` has a line of SQL for each variant of the schema,
//! and prints what a publish costs in each beside what it costs now.

#![allow(missing_docs, reason = "this is no library")]
#![allow(dead_code, unreachable_pub, unused_imports, reason = "it shares the support of the tests")]
#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]

mod fixtures;
mod load;
mod machine;
mod nginx;
mod pages;
mod pgbench;
mod publish;
#[path = "../seed/mod.rs"]
mod seed;
#[path = "../../tests/support/mod.rs"]
mod support;
mod table;

use imprimatur::postgres::Durability;

use support::database::DURABILITY;
use table::Table;

fn main() {
    DURABILITY.set(Durability::Durable).ok();
    let rounds = std::env::var("IMPRIMATUR_BENCH_ROUNDS").ok();
    let rounds = rounds.map_or(3, |rounds| rounds.parse().unwrap());
    let only = std::env::var("IMPRIMATUR_BENCH_ONLY").unwrap_or_default();
    if let Ok(file) = std::env::var("IMPRIMATUR_BENCH_VARIANTS") {
        return publish::variants(&std::fs::read_to_string(file).unwrap(), rounds);
    }
    let mut table = Table::default();
    println!("| work | measured | to reach | |");
    println!("|---|---|---|---|");
    if "publish race memory".contains(&only) {
        publish::publish(&mut table, rounds);
    }
    if "page".contains(&only) {
        pages::pages(&mut table, rounds);
    }
    if "start".contains(&only) {
        pages::starts(&mut table);
    }
    println!("\nshort of its figure: {:?}", table.missed);
}
