//! How a post came to be.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp, Timestamp as Stored};

use super::post_row::RevisionSqlType;
use crate::domain::{
    Availability, Byline, Post, Reading, Review, ReviewId, Revision, RevisionNumber, State,
    Transition,
};
use crate::store::statement::statement;
use crate::store::values::{BylineSqlType, availability};

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
        let (by, at, revision) = (row.actor, row.at.to_jiff(), row.revision);
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
                    withdrawn_at: row.withdrawn_at.to_jiff(),
                })
            }
            ("reading", ..) => self.readings.push(Reading { reader: by, revision, at }),
            ("unsaved edit", ..) => self.unsaved_edit_at = Some(at),
            _ => self.revisions.push((revision, at)),
        }
    }
}

type EventSqlType = (
    Text,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<Text>,
    BylineSqlType,
    Timestamptz,
    Integer,
    Nullable<BigInt>,
    Nullable<Timestamptz>,
    Nullable<Text>,
);

#[derive(Queryable)]
struct EventRow {
    kind: String,
    to: Option<State>,
    from: Option<State>,
    note: Option<String>,
    actor: Byline,
    at: Stored,
    revision: RevisionNumber,
    review: Option<ReviewId>,
    withdrawn_at: NullableTimestamp,
    reviewer_availability: Option<Availability>,
}

/// Returns how a post came to be. The caller has read the post, so the caller
/// may see it.
pub fn history(conn: &mut PgConnection, post: &Post) -> QueryResult<PostHistory> {
    let rows = statement::<EventSqlType>(concat!(
        "SELECT 'transition' AS kind, h.entered, h.from_state, NULL::text AS note,
                actor.id, actor.username || ' ' || actor.display_name, h.at, h.revision,
                NULL::bigint, NULL::timestamptz, NULL::text
         FROM history h JOIN users actor ON actor.id = h.actor_id
         WHERE h.post_id = $1 AND h.entered IS NOT NULL
         UNION ALL
         SELECT 'revision', NULL, NULL, NULL, author.id,
                author.username || ' ' || author.display_name, r.at, r.number,
                NULL, NULL, NULL
         FROM revisions r JOIN users author ON author.id = r.author_id
         WHERE r.post_id = $1
         UNION ALL
         SELECT 'review', NULL, NULL, request.note, reviewer.id,
                reviewer.username || ' ' || reviewer.display_name,
                request.at, request.revision, request.id, withdrawal.at, ",
        availability!("reviewer", "reviewer"),
        "
         FROM reviews request JOIN users reviewer ON reviewer.id = request.reviewer_id
         LEFT JOIN reviews withdrawal ON withdrawal.withdraws = request.id
         WHERE request.post_id = $1 AND request.withdraws IS NULL
         UNION ALL
         SELECT 'reading', NULL, NULL, NULL, reader.id,
                reader.username || ' ' || reader.display_name,
                readings.last_at, readings.revision, NULL, NULL, NULL
         FROM readings JOIN users reader ON reader.id = readings.reader_id
         WHERE readings.post_id = $1
         UNION ALL
         SELECT 'unsaved edit', NULL, NULL, NULL, author.id,
                author.username || ' ' || author.display_name,
                edit.last_at, edit.revision, NULL, NULL, NULL
         FROM unsaved_edits edit
         JOIN posts p ON p.id = edit.post_id AND p.current_revision = edit.revision
         JOIN users author ON author.id = p.author_id
         WHERE edit.post_id = $1
         ORDER BY 7, 8, 9"
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
    statement::<RevisionSqlType>(
        "SELECT number, title, summary, body, slug, at FROM revisions
         WHERE post_id = $1 AND number = $2",
    )
    .bind::<BigInt, _>(post.id.0)
    .bind::<Integer, _>(number.0)
    .get_result(conn)
    .optional()
}
