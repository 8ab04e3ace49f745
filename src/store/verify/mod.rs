//! Checks that every promise holds for every row.
//!
//! Constraints and triggers refuse what would break a promise, so there should be
//! nothing to find. But a restore runs with triggers off, an owner can drop a
//! constraint, an index can be damaged. This walks a whole database. It reports every
//! row that the guards would have refused, and every guard that differs from that of
//! the migrations. It changes nothing.
//!
//! The questions about rows come from the catalogue. A CHECK, a foreign key and a
//! unique key say what is true, and their COMMENT says it in a sentence. The rules of
//! triggers are asked by hand, as far as a row shows them. Triggers that speak of
//! change alone, such as `submission_facts_are_final`, have no question: a row does not
//! show what it was before.

mod by_hand;
mod circumventions;
mod expected;
mod fingerprints;
mod guards;
mod of_post;
mod questions;
mod search_words;
mod truth;
mod walk;

pub use of_post::{CheckResult, of_post};
pub use truth::{Finding, Report, Scope, Truth};
pub use walk::{verify, verify_on_two, walk};
