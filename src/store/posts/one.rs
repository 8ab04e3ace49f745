//! Reading one post.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Text};
use jiff::Timestamp;

use super::post_row::{PostRow, post};
use crate::domain::{Post, PostId, Slug};
use crate::store::row::{row, select};
use crate::store::statement::statement;
use crate::store::visibility::Visibility;

/// The text of a query for posts, with the relation that has their content.
macro_rules! posts_with {
    ($revisions:literal, $condition:literal) => {
        concat!(
            "SELECT {columns} FROM posts p
             JOIN users author ON author.id = p.author_id
             JOIN ",
            $revisions,
            " r ON r.post_id = p.id AND r.number = p.current_revision
             LEFT JOIN users submitter ON submitter.id = p.submitted_by
             LEFT JOIN users publisher ON publisher.id = p.published_by
             LEFT JOIN users archiver ON archiver.id = p.archived_by
             WHERE ",
            $condition
        )
    };
}

row! {
    /// A post, with the web address that was shown for it where that is free.
    struct NextSlugRow {
        post: PostRow,
        next_slug: Option<Slug> = "CASE p.state WHEN 'in_review' THEN available_slug($5) END",
    }
}

/// Returns a post as it is now, or `None` where there is none to be seen.
pub fn find(
    conn: &mut PgConnection,
    id: PostId,
    visibility: Visibility,
) -> QueryResult<Option<Post>> {
    select::<PostRow>(posts_with!(
        "revisions",
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
    let row = select::<NextSlugRow>(posts_with!(
        "revisions",
        "p.id = $1 AND post_is_visible(p.state, p.author_id, $2, $3, $4)"
    ))
    .bind::<BigInt, _>(id.0)
    .seen_by(visibility)
    .bind::<Text, _>(shown.as_str())
    .get_result::<NextSlugRow>(conn)
    .optional()?;
    let Some(row) = row else { return Ok(None) };
    let is_free = row.next_slug.as_ref() == Some(shown);
    let post = post(row.post)?;
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

row! {
    /// What a reviewer is shown before they publish a post.
    #[derive(Debug)]
    pub struct BeforePublishing {
        /// The web address that the post would get now.
        pub slug: Slug = "available_slug($1)",
        /// When its author last changed the text without saving it, if they did.
        pub unsaved_edit_at: Option<Timestamp> =
            "(SELECT edit.last_at FROM unsaved_edits edit
              WHERE edit.post_id = $2 AND edit.revision = $3)",
    }
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
    select::<BeforePublishing>("SELECT {columns}")
        .bind::<Text, _>(post.current.content.wanted_slug().as_str())
        .bind::<BigInt, _>(post.id.0)
        .bind::<Integer, _>(post.current.number.0)
        .get_result(conn)
        .map(Some)
}

/// Returns the visible ones of these posts, each with no more than the opening of its
/// body. Lists and prechecks of actions need no more. The opening is empty if the body is.
pub fn outlines(
    conn: &mut PgConnection,
    ids: &[PostId],
    visibility: Visibility,
) -> QueryResult<Vec<Post>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    select::<PostRow>(posts_with!(
        "(SELECT post_id, number, title, summary, opening(body) AS body, slug, at FROM revisions)",
        "p.id = ANY ($1) AND post_is_visible(p.state, p.author_id, $2, $3, $4) ORDER BY p.id"
    ))
    .bind::<Array<BigInt>, _>(ids)
    .seen_by(visibility)
    .load::<PostRow>(conn)?
    .into_iter()
    .map(post)
    .collect()
}
