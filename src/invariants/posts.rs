//! Keeps the invariants of posts. One statement writes the effect and its record, and
//! its result is compared with what must hold.

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::parts::{Operation, upon};
use super::written_row::{Entered, WritingStatement, Written};
use super::{Broken, InvariantViolation};
use crate::domain::{Action, Attempt, OnPost, Outcome, PostId, RevisionNumber, State};
use crate::policies::Validity;
use crate::store::Transaction;

/// The one statement of an action: its effect, its history row and its operation exist
/// together or not at all.
pub trait Mutation: OnPost + Sized {
    /// The statement that writes it, and whose row says so. Its parameters are those of
    /// every action, and the note or the reason.
    const SQL: &'static str;

    /// Returns the statement with its parameters.
    fn statement<'a>(
        validity: &Validity<'_, 'a, Self>,
        operation: &'a Operation<'_>,
    ) -> WritingStatement<'a> {
        let statement = upon(validity, operation, Self::SQL);
        match validity.attempt().words() {
            Some(words) => statement.bind::<Text, _>(words.as_str()),
            None => statement,
        }
    }

    /// Returns the revision that must be current afterwards.
    fn leaves(validity: &Validity<'_, '_, Self>) -> RevisionNumber {
        validity.subject().post().current.number
    }
}

/// Writes a valid attempt, and returns the outcome.
pub fn enforce<'tx, A: Mutation>(
    validity: Validity<'tx, '_, A>,
    operation: &Operation<'_>,
    tx: &mut Transaction<'tx>,
) -> Result<Outcome, Broken> {
    let written = A::statement(&validity, operation).load(tx.conn())?;
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
        entered: A::ACTION.target().map(|state| Entered { state, at: row.at, revision }),
        slug: attempt.shown_slug().cloned().or_else(|| row.slug.clone()),
    };
    if row != expected {
        tracing::error!(?row, ?expected, "what was written is not what must hold");
        return Err(InvariantViolation::new("what_was_written_is_what_must_hold").into());
    }
    let slug = row.slug.filter(|_| A::ACTION == Action::Publish);
    Ok(Outcome { action: A::ACTION, post: row.post, revision, state, at: row.at, slug })
}
