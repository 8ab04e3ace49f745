//! What must never be false of posts: one statement writes the effect and its
//! record, and what comes back is compared with what must hold.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{Broken, InvariantViolation};
use crate::domain::{
    Action, Attempt, Fingerprint, OnPost, OperationKey, Outcome, PostId, RevisionNumber, Slug,
    State,
};
use crate::policies::Validity;
use crate::store::Transaction;

/// The key and the fingerprint that an effect is recorded under.
#[derive(Debug)]
pub struct Operation<'a> {
    /// The idempotency key.
    pub key: &'a OperationKey,
    /// What it was used for.
    pub fingerprint: Fingerprint,
}

/// What the database says it has written: everything that must hold afterwards.
#[derive(Debug, PartialEq, Eq)]
pub struct Written {
    pub(super) post: PostId,
    pub(super) state: State,
    pub(super) revision: RevisionNumber,
    pub(super) at: Timestamp,
    /// The history row, for the actions that enter a state.
    pub(super) entered: Option<(State, Timestamp, RevisionNumber)>,
    /// The web address, from publication on.
    pub(super) slug: Option<Slug>,
}

/// How one action is written: one statement, so that its effect, its history
/// row and its operation exist together or not at all.
pub trait Mutation: OnPost + Sized {
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
        validity.subject().post().current.number
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
    let post = validity.subject().post();
    let state = A::ACTION.target().unwrap_or(post.state());
    if A::ACTION.target().is_some() && post.state().next() != Some(state) {
        return Err(InvariantViolation::new("post_moves_one_step_forward").into());
    }
    let revision = A::leaves(&validity);
    check(validity.attempt(), written, Some(post.id), state, revision)
}

/// Returns the outcome if the rows say exactly what must hold.
pub(super) fn check<A: Attempt>(
    attempt: &A,
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
        slug: attempt.shown_slug().cloned().or_else(|| row.slug.clone()),
    };
    if row != expected {
        tracing::error!(?row, ?expected, "what was written is not what must hold");
        return Err(InvariantViolation::new("what_was_written_is_what_must_hold").into());
    }
    let slug = row.slug.filter(|_| A::ACTION == Action::Publish);
    Ok(Outcome { action: A::ACTION, post: row.post, revision, state, at: row.at, slug })
}
