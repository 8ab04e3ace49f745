//! Merges the states, revisions and change requests of a post into one list.

use jiff::Timestamp;

use crate::domain::{Byline, Review, RevisionNumber, Transition};
use crate::store::posts::PostHistory;

/// One event in the history of a post.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Event {
    /// When it happened; of several revisions in a row, the last.
    pub(crate) at: Timestamp,
    /// The person who did it.
    pub(crate) by: Byline,
    /// What happened.
    pub(crate) kind: EventKind,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum EventKind {
    /// The post entered a state.
    Entered(Transition),
    /// The author wrote the revisions from the first to the second, which are the same
    /// if it was one.
    Revised(RevisionNumber, RevisionNumber),
    /// A reviewer asked for changes.
    ChangesRequested(Review),
    /// A reviewer withdrew their request.
    RequestWithdrawn(Review),
}

/// Returns the events in the history of a post, newest first. Consecutive revisions
/// are one event, because authors save often.
pub(crate) fn timeline(history: &PostHistory, author: &Byline) -> Vec<Event> {
    let event = |at: Timestamp, by: &Byline, kind| Event { at, by: by.clone(), kind };
    let entered = history.transitions.iter().map(|transition| {
        event(transition.at, &transition.by, EventKind::Entered(transition.clone()))
    });
    // The first revision is part of entering the draft state.
    let wrote = history.revisions.iter().skip(1);
    let wrote = wrote.map(|(number, at)| event(*at, author, EventKind::Revised(*number, *number)));
    let reviewed = history.reviews.iter().flat_map(|review| {
        let by = &review.reviewer;
        let asked = event(review.at, by, EventKind::ChangesRequested(review.clone()));
        let withdrew = review
            .withdrawn_at
            .map(|at| event(at, by, EventKind::RequestWithdrawn(review.clone())));
        std::iter::once(asked).chain(withdrew)
    });
    let mut events: Vec<Event> = entered.chain(wrote).chain(reviewed).collect();
    events.sort_by_key(|event| event.at);
    let mut told: Vec<Event> = Vec::new();
    for event in events {
        match (told.last_mut(), &event.kind) {
            (
                Some(Event { kind: EventKind::Revised(_, last), at, .. }),
                EventKind::Revised(_, number),
            ) => (*last, *at) = (*number, event.at),
            _ => told.push(event),
        }
    }
    told.reverse();
    told
}
