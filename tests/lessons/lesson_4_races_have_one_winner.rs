//! # Lesson 4: races have one winner
//!
//! **Claim:** however many try at once, in whatever order their steps fall,
//! one wins; everybody else is told so by the policy, in a sentence, and
//! leaves no trace but the record of that refusal.
//!
//! A rule that is asked about an object in memory is asked about the past. So
//! the door asks it about a locked row, reads that row again under the lock,
//! and pins the row of whoever acts, so that a revocation and an action under
//! the old grant cannot pass each other unseen.
//!
//! Real threads, real commits, and no sleeping in the hope of the right order:
//! where one has to wait for another, the test sees it wait.

mod one_post;

mod interleavings;

mod replays;

mod revocation;

mod lock_order;

mod interruptions;

use std::sync::Barrier;
use std::thread;

use imprimatur::domain::{Outcome, Step};
use imprimatur::invariants::Mutation;
use imprimatur::refusal::Refusal;
use imprimatur::workflow::{self, Call};

use crate::support::World;
use crate::support::steps::step_by_step;

/// Runs all tasks at the same instant, each in a thread of its own.
fn at_once<T: Send>(tasks: impl IntoIterator<Item = impl FnOnce() -> T + Send>) -> Vec<T> {
    let tasks: Vec<_> = tasks.into_iter().collect();
    let barrier = Barrier::new(tasks.len());
    thread::scope(|scope| {
        let running: Vec<_> = tasks
            .into_iter()
            .map(|task| {
                let barrier = &barrier;
                scope.spawn(move || {
                    barrier.wait();
                    task()
                })
            })
            .collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// Performs an attempt, and calls `at` at each step of the workflow, in the middle of
/// the transaction.
fn in_slow_motion<A: Mutation + Sync>(
    world: &World,
    call: &Call,
    attempt: &A,
    at: impl FnMut(Step),
) -> Result<Outcome, Refusal> {
    step_by_step(|| workflow::perform(&world.store, call, attempt), at)
}

/// An answer in one word, or the codes of its reasons.
fn in_short(answer: &Result<Outcome, Refusal>) -> String {
    match answer {
        Ok(outcome) => format!("{} at {}", outcome.state.as_str(), outcome.revision),
        Err(Refusal::Policy(denied)) => {
            let codes: Vec<&str> = denied.reasons().iter().map(|r| r.code.as_str()).collect();
            codes.join(" ")
        }
        Err(refusal) => refusal.layer().as_str().to_owned(),
    }
}
