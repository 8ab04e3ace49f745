//! Runs the steps of an attempt in a transaction, retries what a conflict
//! interrupted, and has the answer recorded and counted.

use diesel::pg::PgConnection;

use super::Call;
use super::classify::{Stop, Verdict, classify};
use super::idempotency;
use crate::audit::{AuditEntry, Record};
use crate::domain::{Attempt, Outcome, UserId};
use crate::invariants::InvariantViolation;
use crate::metrics;
use crate::refusal::Refusal;
use crate::store::pool::Connection;
use crate::store::{self, Store, Transaction, Unavailable};

/// Maximum attempts after a serialization failure, a deadlock or a lost race
/// for an address.
const MAX_ATTEMPTS: usize = 3;

/// Runs the steps of an attempt on posts. A refusal is final only when the key
/// is new: an earlier use of it may be why the post is where it is.
pub(super) fn on_post<A: Attempt>(
    store: &Store,
    call: &Call,
    attempt: &A,
    steps: impl for<'tx> FnMut(&mut Transaction<'tx>, &mut AuditEntry) -> Result<Outcome, Stop>,
) -> Result<Effect<Outcome>, Refusal> {
    let (post, seen) = attempt.target().unzip();
    let entry = AuditEntry { post, seen, ..call.caller.asks_for(A::ACTION) };
    run(store, entry, steps, |conn, actor| idempotency::earlier_outcome(conn, actor, call, attempt))
}

/// Runs the steps of an attempt that carries no idempotency key.
pub(super) fn unkeyed<T>(
    store: &Store,
    entry: AuditEntry,
    steps: impl for<'tx> FnMut(&mut Transaction<'tx>, &mut AuditEntry) -> Result<T, Stop>,
) -> Result<T, Refusal> {
    run(store, entry, steps, |_, _| Ok(None)).map(Effect::outcome)
}

/// Runs steps that come before the first of several posts is touched. Only a refusal is
/// counted here. Each post counts its own success.
pub(super) fn beforehand<T>(
    store: &Store,
    entry: AuditEntry,
    steps: impl for<'tx> FnMut(&mut Transaction<'tx>, &mut AuditEntry) -> Result<T, Stop>,
) -> Result<T, Refusal> {
    let answer = retry(store, entry, steps, |_, _| Ok(None)).map(Effect::outcome);
    if let Err(refusal) = &answer {
        count(&entry, refusal.layer().as_str());
    }
    answer
}

fn count(entry: &AuditEntry, outcome: &'static str) {
    metrics::count_outcome(entry.action.as_str(), entry.interface.as_str(), outcome);
}

/// Runs the steps, and counts the answer.
fn run<T>(
    store: &Store,
    entry: AuditEntry,
    steps: impl for<'tx> FnMut(&mut Transaction<'tx>, &mut AuditEntry) -> Result<T, Stop>,
    earlier: impl Fn(&mut PgConnection, UserId) -> Result<Option<T>, Refusal>,
) -> Result<Effect<T>, Refusal> {
    let answer = retry(store, entry, steps, earlier);
    let outcome = match &answer {
        Ok(Effect::New(_)) => "done",
        Ok(Effect::Repeated(_)) => "repeated",
        Err(refusal) => refusal.layer().as_str(),
    };
    count(&entry, outcome);
    answer
}

/// What took effect.
#[derive(Debug)]
pub enum Effect<T> {
    /// Now.
    New(T),
    /// When its key was first used.
    Repeated(T),
}

impl<T> Effect<T> {
    /// Returns the outcome, which is the same for every use of a key.
    pub fn outcome(self) -> T {
        match self {
            Self::New(outcome) | Self::Repeated(outcome) => outcome,
        }
    }
}

/// Runs the steps until they succeed, are refused, or have been interrupted too
/// often; then writes the records.
fn retry<T>(
    store: &Store,
    mut entry: AuditEntry,
    mut steps: impl for<'tx> FnMut(&mut Transaction<'tx>, &mut AuditEntry) -> Result<T, Stop>,
    earlier: impl Fn(&mut PgConnection, UserId) -> Result<Option<T>, Refusal>,
) -> Result<Effect<T>, Refusal> {
    let mut conn = store.checkout()?;
    for _ in 0..MAX_ATTEMPTS {
        let stop = match store::transaction(&mut conn, |tx| steps(tx, &mut entry)) {
            Ok(outcome) => return Ok(Effect::New(outcome)),
            Err(stop) => stop,
        };
        let refusal = match classify(stop) {
            Verdict::Retry => continue,
            Verdict::Refused(refusal) => refusal,
            Verdict::Defect { invariant, detail } => {
                let incident = Record::Incident { invariant: &invariant, detail: &detail };
                incident.write(&entry, conn, store);
                return Err(InvariantViolation::new(invariant).into());
            }
            // An earlier use of the key decides whether this is refused.
            Verdict::RefusedUnlessRepeated(refusal) => {
                let repeated = match entry.actor {
                    Some(actor) => earlier(&mut conn, actor),
                    None => Ok(None),
                };
                match (repeated, refusal) {
                    (Ok(Some(outcome)), _) => return Ok(Effect::Repeated(outcome)),
                    (Err(refusal), _) | (Ok(None), Some(refusal)) => refusal,
                    // The key was taken by a transaction that then rolled back.
                    (Ok(None), None) => continue,
                }
            }
        };
        record(store, conn, &entry, &refusal);
        return Err(refusal);
    }
    Err(Unavailable::Contended.into())
}

fn record(store: &Store, conn: Connection, entry: &AuditEntry, refusal: &Refusal) {
    match refusal {
        Refusal::Permission(_) | Refusal::Policy(_) => {
            let reasons = refusal.reasons();
            Record::Refusal { layer: refusal.layer(), reasons: &reasons }.write(entry, conn, store);
        }
        Refusal::NotSignedIn
        | Refusal::Input(_)
        | Refusal::KeyReused { .. }
        | Refusal::NotFound
        | Refusal::Invariant(_)
        | Refusal::Unavailable(_) => {
            let (layer, action) = (refusal.layer().as_str(), entry.action.as_str());
            tracing::info!(request_id = %entry.request, layer, action, "no effect");
        }
    }
}
