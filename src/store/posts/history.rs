//! How a post came to be.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp, Timestamp as Stored};

use crate::domain::{
    Content, Post, Reading, Review, ReviewId, Revision, RevisionNumber, State, Transition,
};
use crate::store::posts::byline;
use crate::store::statement::statement;

/// Everything that led a post to where it stands.
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
}

impl PostHistory {
    fn add(&mut self, row: Row) {
        let (kind, (to, from, note), (who, name), at, revision, (id, withdrawn_at)) = row;
        let (by, at, revision) = (byline(who, name), at.to_jiff(), RevisionNumber(revision));
        match (kind.as_str(), to, id, note) {
            ("transition", Some(to), ..) => {
                self.transitions.push(Transition { from, to, by, at, revision });
            }
            ("review", _, Some(id), Some(note)) => self.reviews.push(Review {
                id: ReviewId(id),
                revision,
                reviewer: by,
                note,
                at,
                withdrawn_at: withdrawn_at.to_jiff(),
            }),
            ("reading", ..) => self.readings.push(Reading { reader: by, revision, at }),
            _ => self.revisions.push((revision, at)),
        }
    }
}

type RowSqlType = (
    Text,
    (Nullable<Text>, Nullable<Text>, Nullable<Text>),
    (BigInt, Text),
    Timestamptz,
    Integer,
    (Nullable<BigInt>, Nullable<Timestamptz>),
);
type Row = (
    String,
    (Option<State>, Option<State>, Option<String>),
    (i64, String),
    Stored,
    i32,
    (Option<i64>, NullableTimestamp),
);

/// Returns how a post came to be. The caller has read the post, so the caller
/// may see it.
///
/// # Errors
///
/// The database's.
pub fn history(conn: &mut PgConnection, post: &Post) -> QueryResult<PostHistory> {
    let rows = statement::<RowSqlType>(
        "SELECT 'transition' AS kind, t.to_state, t.from_state, NULL::text AS note,
                actor.id, actor.display_name, t.at, t.revision,
                NULL::bigint, NULL::timestamptz
         FROM transitions t JOIN users actor ON actor.id = t.actor_id
         WHERE t.post_id = $1
         UNION ALL
         SELECT 'revision', NULL, NULL, NULL, author.id, author.display_name, r.at, r.number,
                NULL, NULL
         FROM revisions r JOIN users author ON author.id = r.author_id
         WHERE r.post_id = $1
         UNION ALL
         SELECT 'review', NULL, NULL, request.note, reviewer.id, reviewer.display_name,
                request.at, request.revision, request.id, withdrawal.at
         FROM reviews request JOIN users reviewer ON reviewer.id = request.reviewer_id
         LEFT JOIN reviews withdrawal ON withdrawal.withdraws = request.id
         WHERE request.post_id = $1 AND request.withdraws IS NULL
         UNION ALL
         SELECT 'reading', NULL, NULL, NULL, reader.id, reader.display_name,
                readings.last_at, readings.revision, NULL, NULL
         FROM readings JOIN users reader ON reader.id = readings.reader_id
         WHERE readings.post_id = $1
         ORDER BY 7, 8, 9",
    )
    .bind::<BigInt, _>(post.id.0)
    .load::<Row>(conn)?;
    let mut history = PostHistory::default();
    rows.into_iter().for_each(|row| history.add(row));
    Ok(history)
}

/// Returns one revision of a post that the caller has read.
///
/// # Errors
///
/// The database's.
pub fn revision(
    conn: &mut PgConnection,
    post: &Post,
    number: RevisionNumber,
) -> QueryResult<Option<Revision>> {
    let row = statement::<(Text, Text, Text, Timestamptz)>(
        "SELECT title, summary, body, at FROM revisions WHERE post_id = $1 AND number = $2",
    )
    .bind::<BigInt, _>(post.id.0)
    .bind::<Integer, _>(number.0)
    .get_result::<(String, String, String, Stored)>(conn)
    .optional()?;
    Ok(row.map(|(title, summary, body, at)| Revision {
        number,
        content: Content::stored(title, summary, body),
        at: at.to_jiff(),
    }))
}
