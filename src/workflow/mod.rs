//! The door: the only way in which a post changes.
//!
//! One function takes every action, from every edge, through the same steps in
//! the same order, in one transaction:
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
//! It decides nothing itself. It keeps the order, repeats what a conflict
//! interrupted, answers a repeated key with its first outcome, and has every
//! refusal recorded after the rollback.

pub mod accounts;
pub mod incidents;
pub mod visible;

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Integer, Text, Timestamptz};
use jiff_diesel::Timestamp as Stored;

use crate::accounts::{Credential, identity};
use crate::audit::{self, Asked};
use crate::domain::{
    Action, Attempt, Create, FieldError, Interface, OperationKey, Outcome, Person, Post, PostId,
    Reason, RequestId, RevisionNumber, State, UserId,
};
use crate::invariants::{self, Broken, InvariantViolation, Mutation, Operation};
use crate::metrics;
use crate::permissions::{self, PermissionDenied};
use crate::policies::{self, Circumstances, PolicyDenied};
use crate::refusal::Refusal;
use crate::store::failure::{Failure, classify};
use crate::store::statement::statement;
use crate::store::{self, Store, Transaction, Unavailable};

/// Who asks, through what, and under which key.
#[derive(Debug, Clone)]
pub struct Call {
    /// Who asks. There is no call without somebody.
    pub credential: Credential,
    /// Through which edge.
    pub interface: Interface,
    /// The request, for the records.
    pub request: RequestId,
    /// The key of the intention.
    pub key: OperationKey,
}

/// Takes an attempt at a post through the door, and returns what it did.
///
/// # Errors
///
/// [`Refusal`]; then nothing has changed.
pub fn perform<A: Mutation>(store: &Store, call: &Call, attempt: &A) -> Result<Outcome, Refusal> {
    let operation = Operation { key: &call.key, fingerprint: attempt.fingerprint() };
    pass::<A>(store, call, attempt, |tx, actor_id| {
        let actor = identity::load(tx, &call.credential)?.ok_or(Refusal::NotSignedIn)?;
        *actor_id = Some(actor.id());
        let capability = permissions::verify::<A>(actor)?;
        let (id, _seen) = attempt.target().ok_or(Refusal::NotFound)?;
        let post = store::posts::lock(tx, &capability, id)?.ok_or(Refusal::NotFound)?;
        let validity = policies::evaluate(capability, attempt, post)?;
        Ok(invariants::enforce(validity, &operation, tx)?)
    })
}

/// Takes the beginning of a post through the door, and returns what it did.
///
/// # Errors
///
/// [`Refusal`]; then nothing has changed.
pub fn create(store: &Store, call: &Call, attempt: &Create) -> Result<Outcome, Refusal> {
    let operation = Operation { key: &call.key, fingerprint: attempt.fingerprint() };
    pass::<Create>(store, call, attempt, |tx, actor_id| {
        let actor = identity::load(tx, &call.credential)?.ok_or(Refusal::NotSignedIn)?;
        *actor_id = Some(actor.id());
        let capability = permissions::verify::<Create>(actor)?;
        let validity = policies::evaluate_creation(capability, attempt);
        Ok(invariants::enforce_creation(validity, &operation, tx)?)
    })
}

/// What an action would be answered, as far as can be told beforehand. It is
/// advice for whoever renders a page: the door asks again and decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advice {
    /// The person does not hold the permission.
    NotYours(Vec<Reason>),
    /// The person may attempt it, and it is not valid now.
    NotNow(Vec<Reason>),
    /// Nothing stands in the way.
    Live,
}

/// Returns what an action on a post would be answered.
pub fn advise(action: Action, person: &Person, post: &Post) -> Advice {
    match precheck(action, person, post) {
        Ok(()) => Advice::Live,
        Err(refusal @ Refusal::Policy(_)) => Advice::NotNow(refusal.reasons()),
        Err(refusal) => Advice::NotYours(refusal.reasons()),
    }
}

/// Asks permission and policy beforehand, about a post that was read and a
/// revision that is current, for whoever shows the form of an action.
///
/// # Errors
///
/// What the door would answer.
pub fn precheck(action: Action, person: &Person, post: &Post) -> Result<(), Refusal> {
    precheck_seen(action, person, post, post.current.number)
}

/// Asks the same beforehand about the revision that somebody was looking at
/// when they chose the post.
///
/// # Errors
///
/// What the door would answer.
pub fn precheck_seen(
    action: Action,
    person: &Person,
    post: &Post,
    seen: RevisionNumber,
) -> Result<(), Refusal> {
    permissions::check(&person.roles, permissions::required(action))?;
    let seen = Some(seen);
    policies::check(action, &Circumstances { person, post, seen, has_reason: true })?;
    Ok(())
}

/// How often a decision that others interrupted is taken anew.
const TRIES: usize = 3;

/// What ended a transaction early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Somebody or something was refused.
    Refused(Refusal),
    /// The database answered with an error, during the transaction or at its commit.
    Database(diesel::result::Error),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<PermissionDenied> for Stop {
    fn from(denied: PermissionDenied) -> Self {
        Self::Refused(denied.into())
    }
}

impl From<PolicyDenied> for Stop {
    fn from(denied: PolicyDenied) -> Self {
        Self::Refused(denied.into())
    }
}

impl From<Broken> for Stop {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Invariant(violation) => Self::Refused(violation.into()),
            Broken::Database(error) => Self::Database(error),
        }
    }
}

impl From<diesel::result::Error> for Stop {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error)
    }
}

/// Runs the steps of an attempt at a post. A refusal is final only when the
/// key is new: an earlier use of it may be why the post is where it is.
fn pass<A: Attempt>(
    store: &Store,
    call: &Call,
    attempt: &A,
    steps: impl for<'tx> FnMut(&mut Transaction<'tx>, &mut Option<UserId>) -> Result<Outcome, Stop>,
) -> Result<Outcome, Refusal> {
    let (post, seen) = attempt.target().unzip();
    let asked = Asked {
        request: call.request,
        interface: call.interface,
        actor: None,
        action: A::ACTION.as_str(),
        post,
        seen,
    };
    settle(store, asked, steps, |conn, actor| earlier_outcome(conn, actor, call, attempt))
}

/// Settles what is asked for, and has the answer counted.
pub(crate) fn settle<T>(
    store: &Store,
    asked: Asked<'_>,
    steps: impl for<'tx> FnMut(&mut Transaction<'tx>, &mut Option<UserId>) -> Result<T, Stop>,
    earlier: impl Fn(&mut PgConnection, UserId) -> Result<Option<T>, Refusal>,
) -> Result<T, Refusal> {
    let (action, interface) = (asked.action, asked.interface.as_str());
    let (outcome, answer) = match decide(store, asked, steps, earlier) {
        Ok(Settled::Done(done)) => ("done", Ok(done)),
        Ok(Settled::Repeated(done)) => ("repeated", Ok(done)),
        Err(refusal) => (refusal.layer(), Err(refusal)),
    };
    metrics::decided(action, interface, outcome);
    answer
}

/// What took effect: now, or when its key was first used.
enum Settled<T> {
    Done(T),
    Repeated(T),
}

/// Runs the steps in a transaction until they are through, refused, or have
/// been interrupted too often; then has the records written.
fn decide<T>(
    store: &Store,
    mut asked: Asked<'_>,
    mut steps: impl for<'tx> FnMut(&mut Transaction<'tx>, &mut Option<UserId>) -> Result<T, Stop>,
    earlier: impl Fn(&mut PgConnection, UserId) -> Result<Option<T>, Refusal>,
) -> Result<Settled<T>, Refusal> {
    let conn = &mut *store.checkout()?;
    for _ in 0..TRIES {
        let stop = match store::transaction(conn, |tx| steps(tx, &mut asked.actor)) {
            Ok(done) => return Ok(Settled::Done(done)),
            Err(stop) => stop,
        };
        match judge(stop) {
            Verdict::Again => {}
            Verdict::Refused(refusal) => {
                record(conn, &asked, &refusal);
                return Err(refusal);
            }
            Verdict::Defect { invariant, detail } => {
                audit::record_incident(conn, &asked, &invariant, &detail);
                return Err(InvariantViolation::new(invariant).into());
            }
            // Whether this is refused depends on what the key did before.
            Verdict::RefusedUnlessRepeated(refusal) => {
                let repeated = match asked.actor {
                    Some(actor) => earlier(conn, actor),
                    None => Ok(None),
                };
                match (repeated, refusal) {
                    (Ok(Some(outcome)), _) => return Ok(Settled::Repeated(outcome)),
                    (Err(refusal), _) | (Ok(None), Some(refusal)) => {
                        record(conn, &asked, &refusal);
                        return Err(refusal);
                    }
                    // The key was taken by a transaction that then rolled back.
                    (Ok(None), None) => {}
                }
            }
        }
    }
    Err(Unavailable::Contended.into())
}

/// What to do about a transaction that ended early.
enum Verdict {
    Again,
    Refused(Refusal),
    RefusedUnlessRepeated(Option<Refusal>),
    Defect { invariant: String, detail: String },
}

fn judge(stop: Stop) -> Verdict {
    let error = match stop {
        Stop::Refused(Refusal::Policy(denied)) => {
            return Verdict::RefusedUnlessRepeated(Some(denied.into()));
        }
        Stop::Refused(Refusal::Invariant(violation)) => {
            return Verdict::Defect {
                invariant: violation.invariant().to_owned(),
                detail: "found before commit, by the program".to_owned(),
            };
        }
        Stop::Refused(refusal) => return Verdict::Refused(refusal),
        Stop::Database(error) => error,
    };
    match classify(&error) {
        Failure::Conflict => Verdict::Again,
        Failure::Unavailable(why) => Verdict::Refused(why.into()),
        Failure::Constraint(name) => match name.as_str() {
            "idempotency_key_is_used_once" => Verdict::RefusedUnlessRepeated(None),
            // Another post took the address between the look and the write.
            "slug_is_unique" => Verdict::Again,
            "username_is_unique" => Verdict::Refused(Refusal::Input(
                FieldError::new("username", "Choose another name: this one is taken.").into(),
            )),
            _ => Verdict::Defect { invariant: name, detail: "refused by the database".to_owned() },
        },
        Failure::Defect(detail) => {
            Verdict::Defect { invariant: "the_database_answers_as_expected".to_owned(), detail }
        }
    }
}

fn record(conn: &mut PgConnection, asked: &Asked<'_>, refusal: &Refusal) {
    match refusal {
        Refusal::Permission(_) | Refusal::Policy(_) => {
            audit::record_refusal(conn, asked, refusal.layer(), &refusal.reasons());
        }
        Refusal::NotSignedIn
        | Refusal::Input(_)
        | Refusal::NotFound
        | Refusal::Invariant(_)
        | Refusal::Unavailable(_) => {
            tracing::info!(request_id = %asked.request, layer = refusal.layer(), action = asked.action, "no effect");
        }
    }
}

/// Returns what the key did before, if it did anything.
fn earlier_outcome<A: Attempt>(
    conn: &mut PgConnection,
    actor: UserId,
    call: &Call,
    attempt: &A,
) -> Result<Option<Outcome>, Refusal> {
    type Row = (Text, BigInt, Integer, Text, Timestamptz, Binary);
    let row = statement::<Row>(
        "SELECT action, post_id, revision, to_state, at, fingerprint
         FROM history WHERE actor_id = $1 AND key = $2",
    )
    .bind::<BigInt, _>(actor.0)
    .bind::<Text, _>(call.key.as_str())
    .get_result::<(Action, i64, i32, State, Stored, Vec<u8>)>(conn)
    .optional()
    .map_err(|error| match classify(&error) {
        Failure::Unavailable(why) => why,
        Failure::Constraint(_) | Failure::Conflict | Failure::Defect(_) => {
            tracing::error!(request_id = %call.request, %error, "an operation could not be looked up");
            Unavailable::ConnectionLost
        }
    })?;
    match row {
        None => Ok(None),
        Some((action, post, revision, state, at, fingerprint))
            if fingerprint == attempt.fingerprint().by(actor).as_bytes() =>
        {
            Ok(Some(Outcome {
                action,
                post: PostId(post),
                revision: RevisionNumber(revision),
                state,
                at: at.to_jiff(),
            }))
        }
        Some(_) => Err(Refusal::Input(
            FieldError::new(
                "key",
                "This form was already used for something else. Open it anew and send it again.",
            )
            .into(),
        )),
    }
}
