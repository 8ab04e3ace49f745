//! How a post came to be.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamptz};
use jiff_diesel::{NullableTimestamp, Timestamp as Stored};

use super::byline;
use crate::domain::{Content, Post, Review, ReviewId, Revision, RevisionNumber, State, Transition};
use crate::store::statement::statement;

/// Returns the states a post entered and the reviews it got, oldest first: the
/// caller has read the post, so the caller may see them.
///
/// # Errors
///
/// The database's.
pub fn history(
    conn: &mut PgConnection,
    post: &Post,
) -> QueryResult<(Vec<Transition>, Vec<Review>)> {
    type Row = (
        Text,
        Nullable<Text>,
        Nullable<Text>,
        (BigInt, Text),
        Timestamptz,
        Integer,
        (Nullable<BigInt>, Nullable<Text>, Nullable<Timestamptz>),
    );
    type Loaded = (
        String,
        Option<State>,
        Option<State>,
        (i64, String),
        Stored,
        i32,
        (Option<i64>, Option<String>, NullableTimestamp),
    );
    let rows = statement::<Row>(
        "SELECT 'transition' AS kind, t.from_state, t.to_state, actor.id, actor.display_name,
                t.at, t.revision, NULL::bigint, NULL::text, NULL::timestamptz
         FROM transitions t JOIN users actor ON actor.id = t.actor_id
         WHERE t.post_id = $1
         UNION ALL
         SELECT 'review', NULL, NULL, reviewer.id, reviewer.display_name,
                request.at, request.revision, request.id, request.note, withdrawal.at
         FROM reviews request JOIN users reviewer ON reviewer.id = request.reviewer_id
         LEFT JOIN reviews withdrawal ON withdrawal.withdraws = request.id
         WHERE request.post_id = $1 AND request.withdraws IS NULL
         ORDER BY 6",
    )
    .bind::<BigInt, _>(post.id.0)
    .load::<Loaded>(conn)?;
    let mut transitions = Vec::new();
    let mut reviews = Vec::new();
    for (_, from, to, (who, name), at, revision, review) in rows {
        let (by, at, revision) = (byline(who, name), at.to_jiff(), RevisionNumber(revision));
        match (to, review) {
            (Some(to), _) => transitions.push(Transition { from, to, by, at, revision }),
            (None, (Some(id), Some(note), withdrawn_at)) => reviews.push(Review {
                id: ReviewId(id),
                revision,
                reviewer: by,
                note,
                at,
                withdrawn_at: withdrawn_at.to_jiff(),
            }),
            (None, _) => {}
        }
    }
    Ok((transitions, reviews))
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
