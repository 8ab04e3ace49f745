//! What the public finds.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::Timestamp as Stored;

use crate::domain::{Content, PostId, Slug, State};
use crate::store::statement::statement;

/// What the public finds at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A published post.
    Published(Box<PublicPost>),
    /// A post that was published and is no longer.
    Gone,
}

/// A post as the public reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicPost {
    /// The post.
    pub id: PostId,
    /// Where it is found.
    pub slug: Slug,
    /// Who wrote it.
    pub author: String,
    /// When it was published.
    pub published_at: Timestamp,
    /// What was published.
    pub content: Content,
}

/// Returns the newest published posts with their text, at most `limit`.
///
/// # Errors
///
/// The database's.
pub fn newest(conn: &mut PgConnection, limit: i64) -> QueryResult<Vec<PublicPost>> {
    let rows = statement::<(BigInt, Text, Text, Timestamptz, Text, Text, Text)>(
        "SELECT p.id, p.slug, author.display_name, p.published_at, r.title, r.summary, r.body
         FROM posts p
         JOIN users author ON author.id = p.author_id
         JOIN revisions r ON r.post_id = p.id AND r.number = p.published_revision
         WHERE p.state = 'published'
         ORDER BY p.published_at DESC, p.id DESC LIMIT $1",
    )
    .bind::<BigInt, _>(limit)
    .load::<(i64, String, String, Stored, String, String, String)>(conn)?;
    Ok(rows
        .into_iter()
        .filter_map(|(id, slug, author, at, title, summary, body)| {
            Some(PublicPost {
                id: PostId(id),
                slug: Slug::parse(&slug)?,
                author,
                published_at: at.to_jiff(),
                content: Content::stored(title, summary, body),
            })
        })
        .collect())
}

/// Returns the highest post id that is taken, or 0.
///
/// # Errors
///
/// The database's.
pub fn highest_id(conn: &mut PgConnection) -> QueryResult<i64> {
    statement::<BigInt>("SELECT coalesce(max(id), 0) FROM posts").get_result(conn)
}

/// Returns the addresses of the published posts with ids in a range, and since
/// when they are public.
///
/// # Errors
///
/// The database's.
pub fn addresses(
    conn: &mut PgConnection,
    ids: std::ops::Range<i64>,
) -> QueryResult<Vec<(String, Timestamp)>> {
    let rows = statement::<(Text, Timestamptz)>(
        "SELECT slug, published_at FROM posts
         WHERE state = 'published' AND id >= $1 AND id < $2 ORDER BY id",
    )
    .bind::<BigInt, _>(ids.start)
    .bind::<BigInt, _>(ids.end)
    .load::<(String, Stored)>(conn)?;
    Ok(rows.into_iter().map(|(slug, at)| (slug, at.to_jiff())).collect())
}

/// Returns what the public finds at an address, or `None` where there never
/// was anything to find.
///
/// # Errors
///
/// The database's.
pub fn at_address(conn: &mut PgConnection, slug: &Slug) -> QueryResult<Option<Address>> {
    let row = statement::<(BigInt, Text, Text, Timestamptz, Text, Text, Text)>(
        "SELECT p.id, p.state, author.display_name, p.published_at, r.title, r.summary, r.body
         FROM posts p
         JOIN users author ON author.id = p.author_id
         JOIN revisions r ON r.post_id = p.id AND r.number = p.published_revision
         WHERE p.slug = $1",
    )
    .bind::<Text, _>(slug.as_str())
    .get_result::<(i64, State, String, Stored, String, String, String)>(conn)
    .optional()?;
    Ok(row.and_then(|(id, state, author, at, title, summary, body)| match state {
        State::Draft | State::InReview => None,
        State::Archived => Some(Address::Gone),
        State::Published => Some(Address::Published(Box::new(PublicPost {
            id: PostId(id),
            slug: slug.clone(),
            author,
            published_at: at.to_jiff(),
            content: Content::stored(title, summary, body),
        }))),
    }))
}
