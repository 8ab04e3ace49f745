//! A model of the workflow: clients, the steps of their transactions, locks, a crash
//! and a lost answer, in every order.
//!
//! With every ingredient in place the promises hold in every state. With one taken
//! away, the search finds the shortest way to break one of them. Where two
//! ingredients back each other, taking one away changes an answer at most, and it
//! takes both to break the promise.
//!
//! The search is our own. It goes breadth first in one thread, so that the first
//! counterexample is a shortest one and the same each time, and it takes sixty
//! lines; a model checker as a dependency would weigh more than the model.

mod explore;
pub mod promises;
pub mod removals;
mod scenarios;
mod steps;
mod words;
pub mod world;

use std::time::Instant;

pub use explore::{Counterexample, Found, explore};
use removals::{Ingredient, REMOVALS, System};
use world::{Broken, Operation};

/// Returns a shortest way to break a promise among these clients.
pub fn shortest(
    without: &[Ingredient],
    operations: &[Operation],
    promise: Broken,
) -> Counterexample {
    let found = explore(&[operations.to_vec()], &System { without }, |broken| broken == promise);
    found.counterexample.unwrap_or_else(|| panic!("{without:?} breaks nothing"))
}

#[test]
fn with_every_ingredient_every_promise_holds_in_every_state() {
    let begun = Instant::now();
    let found = explore(&scenarios::all(), &System { without: &[] }, |_| true);
    println!("{} states in {:?}", found.states, begun.elapsed());
    if let Some(counterexample) = found.counterexample {
        panic!("{} {:#?}", counterexample.broken, counterexample.steps);
    }
    assert!(found.states > 40_000, "{}", found.states);
}

#[test]
fn an_ingredient_taken_away_breaks_its_promise_or_is_backed_by_another() {
    for removal in &REMOVALS {
        let begun = Instant::now();
        let system = System { without: removal.without };
        let is_looked_for =
            |broken| removal.breaks.is_none_or(|expected: Broken| broken == expected);
        let Found { states, counterexample } =
            explore(&scenarios::one_and_two(), &system, is_looked_for);
        let steps = counterexample.as_ref().map_or(0, |found| found.steps.len());
        println!("{}: {states} states, {steps} steps, {:?}", removal.name, begun.elapsed());
        let broken = counterexample.map(|found| found.broken);
        assert_eq!(broken, removal.breaks, "{}", removal.name);
    }
}

/// An ingredient that no removal takes away would be one that nothing shows to be
/// needed.
#[test]
fn every_ingredient_is_needed_for_a_promise() {
    for ingredient in Ingredient::ALL {
        let is_taken = |removal: &&removals::Removal| removal.without.contains(&ingredient);
        let breaks = REMOVALS.iter().filter(is_taken).any(|removal| removal.breaks.is_some());
        assert!(breaks, "{ingredient:?}");
    }
}
