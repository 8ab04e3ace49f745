//! Reads the history of a post.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};
use jiff::Timestamp;

use crate::domain::{
    Availability, Byline, Post, Reading, Review, ReviewId, Revision, RevisionNumber, State,
    Transition,
};
use crate::store::row::{row, select};
use crate::store::values::{availability, byline};

/// Everything that led a post to its current state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PostHistory {
    /// The states that it entered, oldest first.
    pub transitions: Vec<Transition>,
    /// When each revision was written, the first one first.
    pub revisions: Vec<(RevisionNumber, Timestamp)>,
    /// The change requests that it got, oldest first.
    pub reviews: Vec<Review>,
    /// Who read which revision, oldest look first.
    pub readings: Vec<Reading>,
    /// When its author last changed the current text without saving.
    pub unsaved_edit_at: Option<Timestamp>,
}

impl PostHistory {
    fn add(&mut self, row: EventRow) {
        let (by, at, revision) = (row.actor, row.at, row.revision);
        match (row.kind.as_str(), row.to, row.review, row.note, row.reviewer_availability) {
            ("transition", Some(to), ..) => {
                self.transitions.push(Transition { from: row.from, to, by, at, revision });
            }
            ("review", _, Some(id), Some(note), Some(reviewer_availability)) => {
                self.reviews.push(Review {
                    id,
                    revision,
                    reviewer: by,
                    note,
                    at,
                    reviewer_availability,
                    withdrawn_at: row.withdrawn_at,
                })
            }
            ("reading", ..) => self.readings.push(Reading { reader: by, revision, at }),
            ("unsaved edit", ..) => self.unsaved_edit_at = Some(at),
            _ => self.revisions.push((revision, at)),
        }
    }
}

row! {
    struct EventRow {
        kind: String = "event.kind",
        to: Option<State> = "event.entered",
        from: Option<State> = "event.from_state",
        note: Option<String> = "event.note",
        actor: Byline = byline!("event"),
        at: Timestamp = "event.at",
        revision: RevisionNumber = "event.revision",
        review: Option<ReviewId> = "event.review",
        withdrawn_at: Option<Timestamp> = "event.withdrawn_at",
        reviewer_availability: Option<Availability> = "event.reviewer_availability",
    }
}

/// Returns how a post came to be. The caller has read the post, so the caller
/// may see it.
pub fn history(conn: &mut PgConnection, post: &Post) -> QueryResult<PostHistory> {
    let rows = select::<EventRow>(concat!(
        "SELECT {columns} FROM (
             SELECT 'transition' AS kind, h.entered, h.from_state, NULL::text AS note, ",
        byline!("actor"),
        ", h.at, h.revision, NULL::bigint AS review, NULL::timestamptz AS withdrawn_at,
                 NULL::text AS reviewer_availability
             FROM history h JOIN users actor ON actor.id = h.actor_id
             WHERE h.post_id = $1 AND h.entered IS NOT NULL
             UNION ALL
             SELECT 'revision', NULL, NULL, NULL, ",
        byline!("author"),
        ", r.at, r.number, NULL, NULL, NULL
             FROM revisions r JOIN users author ON author.id = r.author_id
             WHERE r.post_id = $1
             UNION ALL
             SELECT 'review', NULL, NULL, request.note, ",
        byline!("reviewer"),
        ", request.at, request.revision, request.id, withdrawal.at, ",
        availability!("reviewer", "reviewer"),
        "
             FROM reviews request JOIN users reviewer ON reviewer.id = request.reviewer_id
             LEFT JOIN reviews withdrawal ON withdrawal.withdraws = request.id
             WHERE request.post_id = $1 AND request.withdraws IS NULL
             UNION ALL
             SELECT 'reading', NULL, NULL, NULL, ",
        byline!("reader"),
        ", readings.last_at, readings.revision, NULL, NULL, NULL
             FROM readings JOIN users reader ON reader.id = readings.reader_id
             WHERE readings.post_id = $1
             UNION ALL
             SELECT 'unsaved edit', NULL, NULL, NULL, ",
        byline!("author"),
        ", edit.last_at, edit.revision, NULL, NULL, NULL
             FROM unsaved_edits edit
             JOIN posts p ON p.id = edit.post_id AND p.current_revision = edit.revision
             JOIN users author ON author.id = p.author_id
             WHERE edit.post_id = $1
         ) event ORDER BY event.at, event.revision, event.review"
    ))
    .bind::<BigInt, _>(post.id.0)
    .load::<EventRow>(conn)?;
    let mut history = PostHistory::default();
    rows.into_iter().for_each(|row| history.add(row));
    Ok(history)
}

/// Returns one revision of a post that the caller has read.
pub fn revision(
    conn: &mut PgConnection,
    post: &Post,
    number: RevisionNumber,
) -> QueryResult<Option<Revision>> {
    select::<Revision>("SELECT {columns} FROM revisions r WHERE r.post_id = $1 AND r.number = $2")
        .bind::<BigInt, _>(post.id.0)
        .bind::<Integer, _>(number.0)
        .get_result(conn)
        .optional()
}
