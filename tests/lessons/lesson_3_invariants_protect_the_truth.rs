//! # Lesson 3: invariants protect the truth
//!
//! **Claim:** what must never be false cannot be made false by anybody who has
//! what the program has, and not even by the program.
//!
//! Permissions and policies are asked by code, and code can forget to ask: a
//! script, a migration, a console at night, a validator called with
//! `validate: false`. So there is no workflow in this lesson. Raw SQL tries
//! every impossible state, as the role that the program runs as; each attempt
//! is refused by a constraint whose name is the proposition, and afterwards
//! the database is what it was.
//!
//! One guard often has another behind it. So for each there is also a write that it
//! alone refuses: no guard is there for show.
//!
//! Then the program itself is sabotaged. What it notices, it rolls back and
//! reports as *our* defect: 500, an incident, and not a word of SQL.

mod impossible_states;

mod arrows;

mod accounts;

mod access;

mod authority;

mod rights;

pub mod constraints;

mod triggers;

mod alone;

mod mutations;

mod defects;

use diesel::prelude::*;

use crate::support::World;
use crate::support::raw::db_refused_by;

/// One attempt: what it would do, its SQL, and the proposition that refuses
/// it. Where servers of different age differ in their words, `|` stands
/// between them.
type Attempt<'a> = (&'a str, String, &'a str);

/// Tries each and asserts both halves: who refused, and that nothing changed.
#[track_caller]
fn each_is_refused(world: &World, conn: &mut PgConnection, attempts: &[Attempt<'_>]) {
    let before = world.db_everything();
    let mut surprises = Vec::new();
    for (what, sql, expected) in attempts {
        let refused_by = db_refused_by(conn, sql);
        let is_expected = match refused_by.contains(' ') {
            // The server's own words, of which the beginning is enough.
            true => expected.split('|').any(|words| refused_by.starts_with(words)),
            false => refused_by == *expected,
        };
        if !is_expected {
            surprises.push(format!("{what}: refused by {refused_by}, not {expected}"));
        }
        if world.db_everything() != before {
            panic!("{what}: something changed, and was refused by {refused_by}");
        }
    }
    assert!(surprises.is_empty(), "{surprises:#?}");
}
