//! Tells programs what has happened to a post.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Reading, Review, State, Transition};
use crate::render::documents::person::PersonBody;
use crate::store::posts::PostHistory;

/// The history of a post.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HistoryBody {
    /// The states that it entered, oldest first.
    transitions: Vec<StepBody>,
    /// Its revisions, the first one first.
    revisions: Vec<RevisionLineBody>,
    /// The change requests that it got, oldest first.
    change_requests: Vec<ChangeRequestBody>,
    /// Who read which revision, oldest first.
    readings: Vec<ReadingBody>,
}

impl From<&PostHistory> for HistoryBody {
    fn from(history: &PostHistory) -> Self {
        let revisions = history.revisions.iter();
        Self {
            transitions: history.transitions.iter().map(StepBody::from).collect(),
            revisions: revisions
                .map(|(number, at)| RevisionLineBody { revision: number.0, at: *at })
                .collect(),
            change_requests: history.reviews.iter().map(ChangeRequestBody::from).collect(),
            readings: history.readings.iter().map(ReadingBody::from).collect(),
        }
    }
}

/// A state change.
#[derive(Debug, Serialize, ToSchema)]
struct StepBody {
    /// The state before; null for a new draft.
    from: Option<State>,
    /// The state entered.
    to: State,
    /// Who did it.
    by: PersonBody,
    /// When.
    at: Timestamp,
    /// The revision that was current.
    revision: i32,
}

impl From<&Transition> for StepBody {
    fn from(step: &Transition) -> Self {
        Self {
            from: step.from,
            to: step.to,
            by: PersonBody::from(&step.by),
            at: step.at,
            revision: step.revision.0,
        }
    }
}

/// When a revision was saved.
#[derive(Debug, Serialize, ToSchema)]
struct RevisionLineBody {
    /// Its number.
    revision: i32,
    /// When it was saved.
    at: Timestamp,
}

/// A change request.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChangeRequestBody {
    /// The revision that it is about.
    revision: i32,
    /// The reviewer who requested changes.
    reviewer: PersonBody,
    /// What the author should change.
    note: String,
    /// When the request was made.
    at: Timestamp,
    /// When it was withdrawn, or null.
    withdrawn_at: Option<Timestamp>,
}

impl From<&Review> for ChangeRequestBody {
    fn from(review: &Review) -> Self {
        Self {
            revision: review.revision.0,
            reviewer: PersonBody::from(&review.reviewer),
            note: review.note.clone(),
            at: review.at,
            withdrawn_at: review.withdrawn_at,
        }
    }
}

/// A reading: a reviewer opened a revision.
#[derive(Debug, Serialize, ToSchema)]
struct ReadingBody {
    /// The revision.
    revision: i32,
    /// Who opened it.
    reader: PersonBody,
    /// When they opened it last.
    at: Timestamp,
}

impl From<&Reading> for ReadingBody {
    fn from(reading: &Reading) -> Self {
        Self {
            revision: reading.revision.0,
            reader: PersonBody::from(&reading.reader),
            at: reading.at,
        }
    }
}
