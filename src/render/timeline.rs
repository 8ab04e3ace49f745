use jiff::Timestamp;

use crate::domain::{Byline, Review, RevisionNumber, Transition};
use crate::store::posts::PostHistory;

/// One thing that happened to a post.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Event {
    /// When; of several revisions in a row, when the last was written.
    pub(crate) at: Timestamp,
    /// Who did it.
    pub(crate) by: Byline,
    /// What it was.
    pub(crate) kind: Happened,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Happened {
    /// The post entered a state.
    Entered(Transition),
    /// Its author wrote the revisions from the first to the second, the same
    /// one where it is one.
    Wrote(RevisionNumber, RevisionNumber),
    /// A reviewer asked for changes.
    Asked(Review),
    /// A reviewer took their request back.
    Withdrew(Review),
}

/// Returns what happened to a post, newest first. Revisions that follow each
/// other without anything between them are one event: who saves often tells
/// no longer story.
pub(crate) fn timeline(history: &PostHistory, author: &Byline) -> Vec<Event> {
    let entered = history.transitions.iter().map(|transition| Event {
        at: transition.at,
        by: transition.by.clone(),
        kind: Happened::Entered(transition.clone()),
    });
    // The first revision is how the post begins.
    let wrote = history.revisions.iter().skip(1).map(|(number, at)| Event {
        at: *at,
        by: author.clone(),
        kind: Happened::Wrote(*number, *number),
    });
    let reviewed = history.reviews.iter().flat_map(|review| {
        let asked = Event {
            at: review.at,
            by: review.reviewer.clone(),
            kind: Happened::Asked(review.clone()),
        };
        let withdrew = review.withdrawn_at.map(|at| Event {
            at,
            by: review.reviewer.clone(),
            kind: Happened::Withdrew(review.clone()),
        });
        std::iter::once(asked).chain(withdrew)
    });
    let mut events: Vec<Event> = entered.chain(wrote).chain(reviewed).collect();
    events.sort_by_key(|event| event.at);
    let mut told: Vec<Event> = Vec::new();
    for event in events {
        match (told.last_mut(), &event.kind) {
            (
                Some(Event { kind: Happened::Wrote(_, last), at, .. }),
                Happened::Wrote(_, number),
            ) => (*last, *at) = (*number, event.at),
            _ => told.push(event),
        }
    }
    told.reverse();
    told
}
