//! Shows reviewers what has changed in a post since they last read it.

use diesel::pg::PgConnection;
use jiff::Timestamp;

use crate::domain::{Byline, Content, Person, Post, Review, RevisionNumber};
use crate::refusal::Refusal;
use crate::render::diff::{self, DiffPart};
use crate::store::posts::{self, PostHistory};
use crate::store::visibility::Visibility;

/// The changes that a reviewer has not read yet.
pub(super) struct Unread {
    /// The revision that the changes are compared with.
    pub(super) since: RevisionNumber,
    /// The person who asked for changes to it, if the reviewer has read no revision.
    pub(super) asked: Option<Byline>,
    /// When the reviewer read it, or when changes were requested.
    pub(super) at: Timestamp,
    pub(super) differences: Vec<DiffPart>,
    /// The newest change requests that have been answered since.
    pub(super) answered: Vec<Review>,
}

/// The revision that the changes are compared with, as it is read.
pub(super) struct Earlier {
    content: Content,
    since: RevisionNumber,
    asked: Option<Byline>,
    at: Timestamp,
}

/// Returns the revision of a post in review that the reviewer last read. If they have
/// read none, returns that of the last change request.
pub(super) fn earlier(
    conn: &mut PgConnection,
    person: &Person,
    post: &Post,
    history: &PostHistory,
) -> Result<Option<Earlier>, Refusal> {
    if !Visibility::of(person).reviews(post) {
        return Ok(None);
    }
    let current = post.current.number;
    let own = history.readings.iter().filter(|reading| reading.reader.id == person.id);
    let known = own
        .filter(|reading| reading.revision < current)
        .max_by_key(|reading| reading.revision)
        .map(|reading| (reading.revision, None, reading.at));
    let asked = history.reviews.iter().rfind(|review| review.revision < current);
    let asked = asked.map(|review| (review.revision, Some(review.reviewer.clone()), review.at));
    let Some((since, asked, at)) = known.or(asked) else { return Ok(None) };
    let older = posts::revision(conn, post, since)?;
    Ok(older.map(|older| Earlier { content: older.content, since, asked, at }))
}

impl Unread {
    /// Returns what has changed since then.
    pub(super) fn since(earlier: Earlier, post: &Post, history: &PostHistory) -> Self {
        let Earlier { content, since, asked, at } = earlier;
        let differences = diff::compare(&content, &post.current.content);
        Self { since, asked, at, differences, answered: answered(history, post.current.number) }
    }

    pub(super) fn older(&self) -> String {
        format!("Revision {}", self.since)
    }
}

/// Returns the open change requests to the newest revision before the current one
/// that has any.
fn answered(history: &PostHistory, current: RevisionNumber) -> Vec<Review> {
    let is_answered = |review: &&Review| review.revision < current && review.withdrawn_at.is_none();
    let requests: Vec<&Review> = history.reviews.iter().filter(is_answered).collect();
    let newest = requests.iter().map(|review| review.revision).max();
    let requests = requests.into_iter().filter(|review| Some(review.revision) == newest);
    requests.cloned().collect()
}
