//! Reading one post.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::NullableTimestamp;

use super::post_row::{PostRow, PostSqlType, post};
use crate::domain::{Post, PostId, Slug};
use crate::store::statement::statement;
use crate::store::values::availability;
use crate::store::visibility::Visibility;

/// The columns of a [`PostRow`] in the order of its SQL types, with the body as far as
/// it is asked for.
macro_rules! posts_with {
    ($body:literal, $condition:literal) => {
        posts_with!($body, "NULL::text", $condition)
    };
    ($body:literal, $next_slug:literal, $condition:literal) => {
        concat!(
            "SELECT p.id, p.state, p.created_at, author.id,
            author.username || ' ' || author.display_name, ",
            availability!("author", "author"),
            ",
            submitter.id,
            submitter.username || ' ' || submitter.display_name, p.submitted_at, p.submitted_revision,
            publisher.id,
            publisher.username || ' ' || publisher.display_name, p.published_at, p.published_revision, p.slug,
            archiver.id,
            archiver.username || ' ' || archiver.display_name, p.archived_at, p.archive_reason,
            r.number, r.title, r.summary, ",
            $body,
            ", r.slug, r.at,
            (SELECT coalesce(jsonb_agg(jsonb_build_object(
                'id', request.id, 'reviewer', reviewer.id,
                'name', reviewer.username || ' ' || reviewer.display_name,
                'availability', ",
            availability!("reviewer", "reviewer"),
            ", 'note', request.note, 'at', request.at)
                ORDER BY request.id), '[]')
             FROM standing_requests request JOIN users reviewer ON reviewer.id = request.reviewer_id
             WHERE request.post_id = p.id AND request.revision = p.current_revision),
            ",
            $next_slug,
            " FROM posts p
         JOIN users author ON author.id = p.author_id
         JOIN revisions r ON r.post_id = p.id AND r.number = p.current_revision
         LEFT JOIN users submitter ON submitter.id = p.submitted_by
         LEFT JOIN users publisher ON publisher.id = p.published_by
         LEFT JOIN users archiver ON archiver.id = p.archived_by
         WHERE ",
            $condition
        )
    };
}

/// Returns a post as it is now, or `None` where there is none to be seen.
pub fn find(
    conn: &mut PgConnection,
    id: PostId,
    visibility: Visibility,
) -> QueryResult<Option<Post>> {
    statement::<PostSqlType>(posts_with!(
        "r.body",
        "p.id = $1 AND post_is_visible(p.state, p.author_id, $2, $3, $4)"
    ))
    .bind::<BigInt, _>(id.0)
    .seen_by(visibility)
    .get_result::<PostRow>(conn)
    .optional()?
    .map(post)
    .transpose()
}

/// Returns a post with the web address that it would be published under, while it is in
/// review. Usually that is the one that was shown, so the same query asks whether it is
/// still free.
pub(super) fn find_with_next_slug(
    conn: &mut PgConnection,
    id: PostId,
    visibility: Visibility,
    shown: &Slug,
) -> QueryResult<Option<(Post, Option<Slug>)>> {
    let row = statement::<PostSqlType>(posts_with!(
        "r.body",
        "CASE p.state WHEN 'in_review' THEN available_slug($5) END",
        "p.id = $1 AND post_is_visible(p.state, p.author_id, $2, $3, $4)"
    ))
    .bind::<BigInt, _>(id.0)
    .seen_by(visibility)
    .bind::<Text, _>(shown.as_str())
    .get_result::<PostRow>(conn)
    .optional()?;
    let Some(mut row) = row else { return Ok(None) };
    let is_free = row.next_slug.take().as_ref() == Some(shown);
    let post = post(row)?;
    if !post.is_in_review() {
        return Ok(Some((post, None)));
    }
    let wanted = post.current.content.wanted_slug();
    // No address becomes free again: all that come before the shown one are still taken.
    let is_next = is_free && (*shown == wanted || shown.without_number() == wanted);
    let next = if is_next { shown.clone() } else { available_slug(conn, &wanted)? };
    Ok(Some((post, Some(next))))
}

/// Returns the web address that a post which wants this one would get now. It
/// waits for a publication in progress under the same one.
pub fn available_slug(conn: &mut PgConnection, wanted: &Slug) -> QueryResult<Slug> {
    statement::<Text>("SELECT available_slug($1)").bind::<Text, _>(wanted.as_str()).get_result(conn)
}

/// What a reviewer is shown before they publish a post.
#[derive(Debug, Queryable)]
pub struct BeforePublishing {
    /// The web address that the post would get now.
    pub slug: Slug,
    /// When its author last changed the text without saving it, if they did.
    #[diesel(deserialize_as = NullableTimestamp)]
    pub unsaved_edit_at: Option<Timestamp>,
}

/// Returns what the page on which a publication is confirmed shows besides a post in
/// review.
pub fn before_publishing(
    conn: &mut PgConnection,
    post: &Post,
) -> QueryResult<Option<BeforePublishing>> {
    if !post.is_in_review() {
        return Ok(None);
    }
    statement::<(Text, Nullable<Timestamptz>)>(
        "SELECT available_slug($1), (SELECT edit.last_at FROM unsaved_edits edit
             WHERE edit.post_id = $2 AND edit.revision = $3)",
    )
    .bind::<Text, _>(post.current.content.wanted_slug().as_str())
    .bind::<BigInt, _>(post.id.0)
    .bind::<Integer, _>(post.current.number.0)
    .get_result(conn)
    .map(Some)
}

/// Returns those of the posts that can be seen, by their numbers, each with no
/// more than the opening of its body: to list them, and to precheck what an
/// action would be answered. Whether there is a body shows in its opening.
pub fn outlines(
    conn: &mut PgConnection,
    ids: &[PostId],
    visibility: Visibility,
) -> QueryResult<Vec<Post>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    statement::<PostSqlType>(posts_with!(
        "opening(r.body)",
        "p.id = ANY ($1) AND post_is_visible(p.state, p.author_id, $2, $3, $4) ORDER BY p.id"
    ))
    .bind::<Array<BigInt>, _>(ids)
    .seen_by(visibility)
    .load::<PostRow>(conn)?
    .into_iter()
    .map(post)
    .collect()
}
