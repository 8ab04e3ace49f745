//! Reads the posts that the public can see.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::Timestamp as Stored;
use uuid::Uuid;

use crate::domain::{PostId, RevisionNumber, Slug, State, UserId};
use crate::store::paging::{Cursor, HasCursor, Page, PageRequest};
use crate::store::row::{row, select};
use crate::store::statement::statement;

/// What the public finds at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A published post.
    Published(Box<PublicPost>),
    /// A post that was published and is no longer.
    Gone,
}

row! {
    /// A post as the public finds it, without its body.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct PublicPost {
        pub id: PostId = "p.id",
        /// The revision that was published, for ever.
        pub revision: RevisionNumber = "p.published_revision",
        pub slug: Slug = "p.slug",
        pub title: String = "r.title",
        pub summary: String = "r.summary",
        pub author_id: UserId = "p.author_id",
        pub author: String = "author.display_name",
        pub published_at: Timestamp = "p.published_at",
    }
}

macro_rules! last_archived {
    () => {
        "(SELECT max(since) FROM posts WHERE state = 'archived')"
    };
}

row! {
    /// A published post, and when a post was last archived.
    struct NewestRow {
        archived_at: Option<Timestamp> = last_archived!(),
        post: PublicPost,
    }
}

row! {
    /// A post that was published, and its state now.
    struct AddressRow {
        state: State = "p.state",
        post: PublicPost,
    }
}

row! {
    /// The Markdown of a published revision.
    #[derive(Debug)]
    pub struct PublishedBody {
        pub post: PostId = "r.post_id",
        pub revision: RevisionNumber = "r.number",
        pub body: String = "r.body",
    }
}

row! {
    /// The address of a published post.
    #[derive(Debug)]
    pub struct PublishedAddress {
        pub slug: String = "slug",
        pub published_at: Timestamp = "published_at",
    }
}

/// The tables that the columns of a [`PublicPost`] come from.
macro_rules! public_where {
    ($condition:literal) => {
        concat!(
            "SELECT {columns} FROM posts p
             JOIN users author ON author.id = p.author_id
             JOIN revisions r ON r.post_id = p.id AND r.number = p.published_revision
             WHERE ",
            $condition
        )
    };
}

impl HasCursor for PublicPost {
    fn cursor(&self) -> Cursor {
        Cursor { at: self.published_at, id: self.id.0 }
    }
}

/// Returns a page of the published posts, by the time of publication.
pub fn published(conn: &mut PgConnection, request: &PageRequest) -> QueryResult<Page<PublicPost>> {
    // A published post is in its state since its publication.
    const PUBLISHED: &str = public_where!("p.state = 'published' AND ");
    let rows = select::<PublicPost>([PUBLISHED, &request.from_start("p.since", "p.id")].concat())
        .bind::<Timestamptz, _>(Stored::from(request.start().at))
        .bind::<BigInt, _>(request.start().id)
        .at_most(request.limit())
        .load::<PublicPost>(conn)?;
    Ok(request.page(rows))
}

/// Returns the newest published posts, and when the public last saw a change: a post
/// was published or archived.
pub fn newest(
    conn: &mut PgConnection,
    count: usize,
) -> QueryResult<(Vec<PublicPost>, Option<Timestamp>)> {
    let rows = select::<NewestRow>(NEWEST).at_most(count as i64).load::<NewestRow>(conn)?;
    let archived = match rows.first() {
        Some(row) => row.archived_at,
        None => statement::<Nullable<Timestamptz>>(concat!("SELECT ", last_archived!()))
            .get_result::<Option<Stored>>(conn)?
            .map(|at| at.to_jiff()),
    };
    let posts: Vec<PublicPost> = rows.into_iter().map(|row| row.post).collect();
    let published = posts.first().map(|post| post.published_at);
    Ok((posts, published.max(archived)))
}

const NEWEST: &str = public_where!("p.state = 'published' ORDER BY p.since DESC, p.id DESC");

/// Returns what the public finds at an address, or `None` where there never
/// was anything to find.
pub fn at_address(conn: &mut PgConnection, slug: &Slug) -> QueryResult<Option<Address>> {
    let row = select::<AddressRow>(public_where!("p.slug = $1"))
        .bind::<Text, _>(slug.as_str())
        .get_result::<AddressRow>(conn)
        .optional()?;
    Ok(row.and_then(|row| match row.state {
        State::Draft | State::InReview => None,
        State::Archived => Some(Address::Gone),
        State::Published => Some(Address::Published(Box::new(row.post))),
    }))
}

/// Returns the Markdown of published revisions, in no particular order. It never
/// changes, so it may be kept; whether a post is still public is asked each time.
pub fn bodies(
    conn: &mut PgConnection,
    revisions: &[(PostId, RevisionNumber)],
) -> QueryResult<Vec<PublishedBody>> {
    let (posts, numbers): (Vec<i64>, Vec<i32>) =
        revisions.iter().map(|(post, number)| (post.0, number.0)).unzip();
    select::<PublishedBody>(
        "SELECT {columns} FROM unnest($1::bigint[], $2::integer[]) AS wanted (post_id, number)
         JOIN revisions r ON r.post_id = wanted.post_id AND r.number = wanted.number
         JOIN posts p ON p.id = r.post_id AND p.published_revision = r.number",
    )
    .bind::<Array<BigInt>, _>(posts)
    .bind::<Array<Integer>, _>(numbers)
    .load(conn)
}

/// Returns the id of the site, from which the ids of its feed come.
pub fn site_id(conn: &mut PgConnection) -> QueryResult<Uuid> {
    statement::<diesel::sql_types::Uuid>("SELECT id FROM site_identity").get_result(conn)
}

/// Returns the highest post id that is taken, or 0.
pub fn highest_id(conn: &mut PgConnection) -> QueryResult<i64> {
    statement::<BigInt>("SELECT coalesce(max(id), 0) FROM posts").get_result(conn)
}

/// Returns the addresses of the published posts with ids in a range, and since
/// when they are public.
pub fn addresses(
    conn: &mut PgConnection,
    ids: std::ops::Range<i64>,
) -> QueryResult<Vec<PublishedAddress>> {
    select::<PublishedAddress>(
        "SELECT {columns} FROM posts
         WHERE state = 'published' AND id >= $1 AND id < $2 ORDER BY id",
    )
    .bind::<BigInt, _>(ids.start)
    .bind::<BigInt, _>(ids.end)
    .load(conn)
}
