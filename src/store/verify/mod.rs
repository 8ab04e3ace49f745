//! Does every promise hold for every row?
//!
//! Constraints and triggers refuse what would break a promise, so there should
//! be nothing to find. But a restore runs with triggers off, an owner can drop
//! a constraint, an index can be damaged. This walks a whole database and
//! reports every row that could not have come into being with the guards in
//! place, and every guard that is not what the migrations made. It changes
//! nothing.
//!
//! The questions about rows come from the catalogue: a CHECK, a foreign key and
//! a unique key say what is true, and their COMMENT says it in a sentence. What
//! triggers keep is asked by hand, as far as a row shows it. Triggers that
//! speak of change alone, such as `submission_facts_are_final`, have no
//! question: what a row was before cannot be seen in it.

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
