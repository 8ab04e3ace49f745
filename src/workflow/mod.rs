//! The workflow: the only way in which a post changes.
//!
//! One function takes every action, from every interface, through the same
//! steps in the same order, in one transaction:
//!
//! ```text
//! BEGIN
//!   who acts, and what they hold now     identity::load        FOR KEY SHARE
//!   who may attempt this?                permissions::verify   -> Capability
//!   the post, as it is now               store::posts::lock    FOR UPDATE
//!   is it valid now?                     policies::evaluate    -> Validity
//!   what must never be false?            invariants::enforce   -> Outcome
//! COMMIT                                 and the deferred constraints
//! ```
//!
//! It decides nothing itself. It keeps the order, and retries what a conflict
//! interrupted (`run`). It answers a repeated key with its first outcome
//! (`idempotency`), and has every refusal recorded after the rollback. A [`Refusal`]
//! means that nothing has changed.

pub mod accounts;
mod advice;
pub mod bulk_archives;
mod call;
mod classify;
mod idempotency;
pub mod incidents;
pub mod own_account;
mod run;
pub mod visible;

use crate::accounts::identity;
use crate::domain::{Attempt, Create, Outcome};
use crate::invariants::{self, Mutation, Operation};
use crate::refusal::Refusal;
use crate::store::{self, Store};
use crate::{permissions, policies};

pub use advice::{precheck, precheck_creation, precheck_seen};
pub use call::{Call, Caller};
pub use run::Effect;

/// Performs an attempt on a post, and returns the outcome.
pub fn perform<A: Mutation>(store: &Store, call: &Call, attempt: &A) -> Result<Outcome, Refusal> {
    let operation = Operation { key: &call.key, fingerprint: attempt.fingerprint() };
    run::on_post(store, call, attempt, |tx, entry| {
        let actor = identity::load(tx, &call.caller.credential)?.ok_or(Refusal::NotSignedIn)?;
        entry.actor = Some(actor.id());
        let capability = permissions::verify::<A>(actor)?;
        let post = store::posts::lock(tx, &capability, attempt)?.ok_or(Refusal::NotFound)?;
        let validity = policies::evaluate(capability, attempt, post)?;
        Ok(invariants::enforce(validity, &operation, tx)?)
    })
    .map(Effect::outcome)
}

/// Creates a post, and returns the outcome.
pub fn create(store: &Store, call: &Call, attempt: &Create) -> Result<Outcome, Refusal> {
    create_once(store, call, attempt).map(Effect::outcome)
}

/// Creates a post, and says whether an earlier call with its key had created it.
pub fn create_once(
    store: &Store,
    call: &Call,
    attempt: &Create,
) -> Result<Effect<Outcome>, Refusal> {
    let operation = Operation { key: &call.key, fingerprint: attempt.fingerprint() };
    run::on_post(store, call, attempt, |tx, entry| {
        let actor = identity::load(tx, &call.caller.credential)?.ok_or(Refusal::NotSignedIn)?;
        entry.actor = Some(actor.id());
        let capability = permissions::verify::<Create>(actor)?;
        let validity = policies::evaluate(capability, attempt, ())?;
        Ok(invariants::enforce_creation(validity, &operation, tx)?)
    })
}
