//! **What must never be false?**
//!
//! This layer is the mutation. It looks at the row before, the row after and
//! the history row, and it trusts nobody: the source state stands in the
//! `UPDATE` although the lock should make that unnecessary, and what comes back
//! is compared with what must hold before anything is committed. It refuses to
//! know why somebody wants this, and whether they may: those questions are
//! answered by the proof that it consumes.
//!
//! A refusal means that *we* have a defect. It is rolled back, logged as an
//! error and kept as an incident; nobody is told that they did something wrong.
//! The database keeps the same promises alone, under the same names.

pub mod accounts;
pub mod incidents;
mod mutations;
pub mod own_account;

use std::fmt;

use diesel::prelude::*;
use jiff::Timestamp;

use crate::domain::{
    Attempt, Create, Fingerprint, OperationKey, Outcome, PostId, RevisionNumber, State,
};
use crate::policies::Validity;
use crate::store::Transaction;

/// The key and the fingerprint that an effect is recorded under.
#[derive(Debug)]
pub struct Operation<'a> {
    /// The key of the intention.
    pub key: &'a OperationKey,
    /// What it was used for.
    pub fingerprint: Fingerprint,
}

/// What the database says it has written: everything that must hold afterwards.
#[derive(Debug, PartialEq, Eq)]
pub struct Written {
    post: PostId,
    state: State,
    revision: RevisionNumber,
    at: Timestamp,
    /// The history row, for the actions that enter a state.
    entered: Option<(State, Timestamp, RevisionNumber)>,
}

/// How one action is written: one statement, so that its effect, its history
/// row and its operation exist together or not at all.
pub trait Mutation: Attempt + Sized {
    /// Writes it, and returns every row that says so.
    ///
    /// # Errors
    ///
    /// The database's, which include the violation of a constraint.
    fn write(
        validity: &Validity<'_, '_, Self>,
        operation: &Operation<'_>,
        conn: &mut PgConnection,
    ) -> QueryResult<Vec<Written>>;

    /// Returns the revision that must be current afterwards.
    fn leaves(validity: &Validity<'_, '_, Self>) -> RevisionNumber {
        validity.post().current.number
    }
}

/// Writes an attempt that was found valid, and returns what it did.
///
/// # Errors
///
/// [`Broken::Invariant`] when what came back is not what must hold, and
/// [`Broken::Database`] with whatever the database answers.
pub fn enforce<'tx, A: Mutation>(
    validity: Validity<'tx, '_, A>,
    operation: &Operation<'_>,
    tx: &mut Transaction<'tx>,
) -> Result<Outcome, Broken> {
    let written = A::write(&validity, operation, tx.conn())?;
    let post = validity.post();
    let state = A::ACTION.target().unwrap_or(post.state());
    if A::ACTION.target().is_some() && post.state().next() != Some(state) {
        return Err(InvariantViolation::new("post_moves_one_step_forward").into());
    }
    let revision = A::leaves(&validity);
    check::<A>(written, Some(post.id), state, revision)
}

/// Writes the beginning of a post, and returns what it did.
///
/// # Errors
///
/// As [`enforce`].
pub fn enforce_creation<'tx>(
    validity: Validity<'tx, '_, Create, ()>,
    operation: &Operation<'_>,
    tx: &mut Transaction<'tx>,
) -> Result<Outcome, Broken> {
    let written = mutations::begin(&validity, operation, tx.conn())?;
    check::<Create>(written, None, State::Draft, RevisionNumber(1))
}

/// Returns the outcome if the rows say exactly what must hold.
fn check<A: Attempt>(
    written: Vec<Written>,
    post: Option<PostId>,
    state: State,
    revision: RevisionNumber,
) -> Result<Outcome, Broken> {
    let [row] = <[Written; 1]>::try_from(written).map_err(|rows| {
        InvariantViolation::new(if rows.is_empty() {
            "locked_post_is_what_the_update_finds"
        } else {
            "one_action_changes_one_post"
        })
    })?;
    let expected = Written {
        post: post.unwrap_or(row.post),
        state,
        revision,
        at: row.at,
        entered: A::ACTION.target().map(|target| (target, row.at, revision)),
    };
    if row != expected {
        tracing::error!(?row, ?expected, "what was written is not what must hold");
        return Err(InvariantViolation::new("what_was_written_is_what_must_hold").into());
    }
    Ok(Outcome { action: A::ACTION, post: row.post, revision, state, at: row.at })
}

/// Why a write was not made.
#[derive(Debug)]
pub enum Broken {
    /// What must never be false would have been.
    Invariant(InvariantViolation),
    /// The database answered with an error, which may be a constraint of the
    /// same name.
    Database(diesel::result::Error),
}

impl From<InvariantViolation> for Broken {
    fn from(violation: InvariantViolation) -> Self {
        Self::Invariant(violation)
    }
}

impl From<diesel::result::Error> for Broken {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error)
    }
}

/// We were about to lie. Carries the proposition that would have been broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvariantViolation {
    invariant: String,
}

impl InvariantViolation {
    /// Returns the violation of a proposition.
    pub fn new(invariant: impl Into<String>) -> Self {
        Self { invariant: invariant.into() }
    }

    /// Returns the name of the proposition: a constraint's, a trigger's or one
    /// of this module's.
    pub fn invariant(&self) -> &str {
        &self.invariant
    }
}

impl fmt::Display for InvariantViolation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the invariant {} would have been broken", self.invariant)
    }
}

impl std::error::Error for InvariantViolation {}
