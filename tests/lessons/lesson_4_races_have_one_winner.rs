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

mod revocation;

mod interruptions;

use std::sync::Barrier;
use std::thread;

use imprimatur::accounts;
use imprimatur::domain::Outcome;
use imprimatur::invariants::{self, Broken, InvariantViolation, Mutation, Operation};
use imprimatur::refusal::Refusal;
use imprimatur::store::failure::{Failure, classify};
use imprimatur::store::{self, posts};
use imprimatur::workflow::Call;
use imprimatur::{permissions, policies};

use crate::support::World;

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

/// Where an action stands between its beginning and its commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    Begun,
    ActorPinned,
    PermissionGiven,
    PostLocked,
    FoundValid,
    Written,
}

impl Moment {
    const ALL: [Self; 6] = [
        Self::Begun,
        Self::ActorPinned,
        Self::PermissionGiven,
        Self::PostLocked,
        Self::FoundValid,
        Self::Written,
    ];
}

/// The door's own steps, in slow motion: `at` is called at each moment, in the
/// middle of the transaction.
fn in_slow_motion<A: Mutation>(
    world: &World,
    call: &Call,
    attempt: &A,
    mut at: impl FnMut(Moment),
) -> Result<Outcome, Refusal> {
    let operation = Operation { key: &call.key, fingerprint: attempt.fingerprint() };
    let mut conn = world.store.checkout()?;
    store::transaction(&mut conn, |tx| {
        at(Moment::Begun);
        let actor = accounts::load(tx, &call.credential)?.ok_or(Refusal::NotSignedIn)?;
        at(Moment::ActorPinned);
        let capability = permissions::verify::<A>(actor).map_err(Refusal::from)?;
        at(Moment::PermissionGiven);
        let (id, _) = attempt.target().unwrap();
        let post = posts::lock(tx, &capability, id)?.ok_or(Refusal::NotFound)?;
        at(Moment::PostLocked);
        let validity = policies::evaluate(capability, attempt, post).map_err(Refusal::from)?;
        at(Moment::FoundValid);
        let outcome = invariants::enforce(validity, &operation, tx)?;
        at(Moment::Written);
        Ok(outcome)
    })
    .map_err(|Stopped(refusal)| refusal)
}

struct Stopped(Refusal);

impl From<Refusal> for Stopped {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}

impl From<Broken> for Stopped {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Invariant(violation) => Self(violation.into()),
            Broken::Database(error) => error.into(),
        }
    }
}

impl From<diesel::result::Error> for Stopped {
    fn from(error: diesel::result::Error) -> Self {
        Self(match classify(&error) {
            Failure::Unavailable(why) => why.into(),
            Failure::Constraint(name) | Failure::Defect(name) => {
                InvariantViolation::new(name).into()
            }
            Failure::Conflict => InvariantViolation::new("a conflict").into(),
        })
    }
}

/// An answer in one word, or the codes of its reasons.
fn in_short(answer: &Result<Outcome, Refusal>) -> String {
    match answer {
        Ok(outcome) => format!("{} at {}", outcome.state.as_str(), outcome.revision),
        Err(Refusal::Policy(denied)) => {
            let codes: Vec<&str> = denied.reasons().iter().map(|r| r.code.as_str()).collect();
            codes.join(" ")
        }
        Err(refusal) => refusal.layer().to_owned(),
    }
}
