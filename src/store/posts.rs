//! Reading posts, and locking one.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp, Timestamp as Stored};

use super::Transaction;
use super::statement::{Statement, statement};
use super::visibility::Sight;
use crate::domain::{
    Archival, Byline, Content, LockedPost, Post, PostId, Publication, Review, ReviewId, Revision,
    RevisionNumber, Slug, State, Status, Submission, Transition, UserId,
};
use crate::permissions::Capability;

/// Locks a post and returns it as it is now, or `None` where there is none that
/// the actor may see. What a person may not see they cannot lock either.
///
/// It takes the capability, so that a refused person locks nothing. It is two
/// statements, because a statement that had to wait for the lock would show
/// everything but the locked row as it was before the wait.
///
/// # Errors
///
/// The database's.
pub fn lock<'tx, A>(
    tx: &mut Transaction<'tx>,
    capability: &Capability<'tx, A>,
    id: PostId,
) -> QueryResult<Option<LockedPost<'tx>>> {
    let sight = Sight::of(capability.actor().person());
    let locked = statement::<BigInt>(
        "SELECT id FROM posts
         WHERE id = $1 AND post_is_visible(state, author_id, $2, $3, $4)
         FOR UPDATE",
    )
    .bind::<BigInt, _>(id.0)
    .seen_by(sight)
    .get_result::<i64>(tx.conn())
    .optional()?;
    match locked {
        None => Ok(None),
        Some(_) => {
            let post = find(tx.conn(), id, sight)?;
            Ok(post.map(|post| LockedPost::for_update(post, tx.within())))
        }
    }
}

/// Returns a post as it is now, or `None` where there is none to be seen.
///
/// # Errors
///
/// The database's.
pub fn find(conn: &mut PgConnection, id: PostId, sight: Sight) -> QueryResult<Option<Post>> {
    statement::<PostSqlType>(
        "SELECT p.id, p.state, p.created_at, author.id, author.display_name,
            submitter.id, submitter.display_name, p.submitted_at, p.submitted_revision,
            publisher.id, publisher.display_name, p.published_at, p.published_revision, p.slug,
            archiver.id, archiver.display_name, p.archived_at, p.archive_reason,
            r.number, r.title, r.summary, r.body, r.at,
            (SELECT coalesce(jsonb_agg(jsonb_build_object(
                'id', request.id, 'reviewer', reviewer.id, 'name', reviewer.display_name,
                'note', request.note, 'at', request.at) ORDER BY request.id), '[]')
             FROM reviews request JOIN users reviewer ON reviewer.id = request.reviewer_id
             WHERE request.post_id = p.id AND request.revision = p.current_revision
               AND request.withdraws IS NULL
               AND NOT EXISTS (SELECT FROM reviews w WHERE w.withdraws = request.id))
         FROM posts p
         JOIN users author ON author.id = p.author_id
         JOIN revisions r ON r.post_id = p.id AND r.number = p.current_revision
         LEFT JOIN users submitter ON submitter.id = p.submitted_by
         LEFT JOIN users publisher ON publisher.id = p.published_by
         LEFT JOIN users archiver ON archiver.id = p.archived_by
         WHERE p.id = $1 AND post_is_visible(p.state, p.author_id, $2, $3, $4)",
    )
    .bind::<BigInt, _>(id.0)
    .seen_by(sight)
    .get_result::<PostRow>(conn)
    .optional()?
    .map(Post::try_from)
    .transpose()
    .map_err(|error: ImpossibleRow| diesel::result::Error::DeserializationError(Box::new(error)))
}

impl<Row> Statement<'_, Row> {
    /// Adds the three arguments of `post_is_visible` that speak of the reader.
    pub(super) fn seen_by(self, sight: Sight) -> Self {
        self.bind::<Nullable<BigInt>, _>(sight.viewer)
            .bind::<Bool, _>(sight.sees_reviews)
            .bind::<Bool, _>(sight.sees_everything)
    }
}

type PostSqlType = (
    (BigInt, Text, Timestamptz, BigInt, Text),
    (
        Nullable<BigInt>,
        Nullable<Text>,
        Nullable<Timestamptz>,
        Nullable<Integer>,
    ),
    (
        Nullable<BigInt>,
        Nullable<Text>,
        Nullable<Timestamptz>,
        Nullable<Integer>,
        Nullable<Text>,
    ),
    (
        Nullable<BigInt>,
        Nullable<Text>,
        Nullable<Timestamptz>,
        Nullable<Text>,
    ),
    (Integer, Text, Text, Text, Timestamptz),
    Jsonb,
);

#[derive(Queryable)]
struct PostRow {
    origin: (i64, State, Stored, i64, String),
    submitted: (Option<i64>, Option<String>, NullableTimestamp, Option<i32>),
    published: (
        Option<i64>,
        Option<String>,
        NullableTimestamp,
        Option<i32>,
        Option<String>,
    ),
    archived: (
        Option<i64>,
        Option<String>,
        NullableTimestamp,
        Option<String>,
    ),
    current: (i32, String, String, String, Stored),
    standing: serde_json::Value,
}

/// A row that the constraints should have made impossible.
#[derive(Debug, thiserror::Error)]
#[error("post {0} does not carry the facts of its state")]
struct ImpossibleRow(i64);

impl TryFrom<PostRow> for Post {
    type Error = ImpossibleRow;

    fn try_from(row: PostRow) -> Result<Self, ImpossibleRow> {
        let (id, state, created_at, author_id, author_name) = row.origin;
        let submission = match row.submitted {
            (Some(by), Some(name), at, Some(revision)) => at.to_jiff().map(|at| Submission {
                at,
                by: byline(by, name),
                revision: RevisionNumber(revision),
            }),
            _ => None,
        };
        let publication = match row.published {
            (Some(by), Some(name), at, Some(revision), Some(slug)) => at
                .to_jiff()
                .zip(Slug::parse(&slug))
                .map(|(at, slug)| Publication {
                    at,
                    by: byline(by, name),
                    revision: RevisionNumber(revision),
                    slug,
                }),
            _ => None,
        };
        let archival = match row.archived {
            (Some(by), Some(name), at, Some(reason)) => at.to_jiff().map(|at| Archival {
                at,
                by: byline(by, name),
                reason,
            }),
            _ => None,
        };
        let status = match (state, submission, publication, archival) {
            (State::Draft, None, None, None) => Status::Draft,
            (State::InReview, Some(submission), None, None) => Status::InReview(submission),
            (State::Published, Some(submission), Some(publication), None) => {
                Status::Published(submission, publication)
            }
            (State::Archived, Some(submission), Some(publication), Some(archival)) => {
                Status::Archived(submission, publication, archival)
            }
            _ => return Err(ImpossibleRow(id)),
        };
        let (number, title, summary, body, written_at) = row.current;
        let number = RevisionNumber(number);
        let content = Content::stored(title, summary, body);
        let standing: Vec<StandingRequest> =
            serde_json::from_value(row.standing).map_err(|_| ImpossibleRow(id))?;
        Ok(Self {
            id: PostId(id),
            author: byline(author_id, author_name),
            created_at: created_at.to_jiff(),
            current: Revision {
                number,
                content,
                at: written_at.to_jiff(),
            },
            status,
            standing_requests: standing
                .into_iter()
                .map(|request| Review {
                    id: ReviewId(request.id),
                    revision: number,
                    reviewer: byline(request.reviewer, request.name),
                    note: request.note,
                    at: request.at,
                    withdrawn_at: None,
                })
                .collect(),
        })
    }
}

#[derive(serde::Deserialize)]
struct StandingRequest {
    id: i64,
    reviewer: i64,
    name: String,
    note: String,
    at: Timestamp,
}

fn byline(id: i64, name: String) -> Byline {
    Byline {
        id: UserId(id),
        name,
    }
}

/// One line of a list of posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostLine {
    /// The post.
    pub id: PostId,
    /// Where it stands.
    pub state: State,
    /// Its current title, which a draft may lack.
    pub title: String,
    /// Its current summary.
    pub summary: String,
    /// Who writes it.
    pub author: Byline,
    /// Since when it has been in its state.
    pub since: Timestamp,
    /// Its current revision.
    pub revision: RevisionNumber,
    /// How many change requests stand against that.
    pub standing_requests: i64,
    /// Where the public finds it, from publication on.
    pub slug: Option<String>,
}

type LineSqlType = (
    BigInt,
    Text,
    Text,
    Text,
    (BigInt, Text),
    Timestamptz,
    Integer,
    BigInt,
    Nullable<Text>,
);
type LineRow = (
    i64,
    State,
    String,
    String,
    (i64, String),
    Stored,
    i32,
    i64,
    Option<String>,
);

impl From<LineRow> for PostLine {
    fn from(row: LineRow) -> Self {
        let (id, state, title, summary, (author, name), since, revision, requests, slug) = row;
        Self {
            id: PostId(id),
            state,
            title,
            summary,
            author: byline(author, name),
            since: since.to_jiff(),
            revision: RevisionNumber(revision),
            standing_requests: requests,
            slug,
        }
    }
}

/// The columns of a [`PostLine`], from `posts p`, `users author` and `revisions r`.
macro_rules! lines_where {
    ($condition:literal) => {
        concat!(
            "SELECT p.id, p.state, r.title, r.summary, author.id, author.display_name,
                coalesce(p.archived_at, p.published_at, p.submitted_at, p.created_at) AS since,
                p.current_revision,
                (SELECT count(*) FROM reviews request
                 WHERE request.post_id = p.id AND request.revision = p.current_revision
                   AND request.withdraws IS NULL AND p.state = 'in_review'
                   AND NOT EXISTS (SELECT FROM reviews w WHERE w.withdraws = request.id)),
                p.slug
             FROM posts p
             JOIN users author ON author.id = p.author_id
             JOIN revisions r ON r.post_id = p.id AND r.number = p.current_revision
             WHERE ",
            $condition
        )
    };
}

/// Returns an author's own posts, newest first, at most `limit`.
///
/// # Errors
///
/// The database's.
pub fn written_by(
    conn: &mut PgConnection,
    author: UserId,
    limit: i64,
) -> QueryResult<Vec<PostLine>> {
    lines(
        statement(lines_where!("p.author_id = $1 ORDER BY p.id DESC LIMIT $2"))
            .bind::<BigInt, _>(author.0)
            .bind::<BigInt, _>(limit),
        conn,
    )
}

/// Returns the posts in review that somebody else wrote, longest waiting
/// first, at most `limit`.
///
/// # Errors
///
/// The database's.
pub fn awaiting_review(
    conn: &mut PgConnection,
    reviewer: UserId,
    limit: i64,
) -> QueryResult<Vec<PostLine>> {
    lines(
        statement(lines_where!(
            "p.state = 'in_review' AND p.author_id <> $1
             ORDER BY p.submitted_at, p.id LIMIT $2"
        ))
        .bind::<BigInt, _>(reviewer.0)
        .bind::<BigInt, _>(limit),
        conn,
    )
}

/// Returns what is published, newest first, at most `limit`, from before the
/// given post on.
///
/// # Errors
///
/// The database's.
pub fn published(
    conn: &mut PgConnection,
    before: Option<(Timestamp, PostId)>,
    limit: i64,
) -> QueryResult<Vec<PostLine>> {
    let (at, id) = before.unwrap_or((Timestamp::MAX, PostId(i64::MAX)));
    lines(
        statement(lines_where!(
            "p.state = 'published' AND (p.published_at, p.id) < ($1, $2)
             ORDER BY p.published_at DESC, p.id DESC LIMIT $3"
        ))
        .bind::<Timestamptz, _>(Stored::from(at))
        .bind::<BigInt, _>(id.0)
        .bind::<BigInt, _>(limit),
        conn,
    )
}

/// Returns every post that the reader may see, newest first, at most `limit`,
/// from before the given post on.
///
/// # Errors
///
/// The database's.
pub fn all(
    conn: &mut PgConnection,
    sight: Sight,
    state: Option<State>,
    before: Option<PostId>,
    limit: i64,
) -> QueryResult<Vec<PostLine>> {
    lines(
        statement(lines_where!(
            "post_is_visible(p.state, p.author_id, $1, $2, $3)
             AND ($4::text IS NULL OR p.state = $4) AND p.id < $5
             ORDER BY p.id DESC LIMIT $6"
        ))
        .seen_by(sight)
        .bind::<Nullable<Text>, _>(state.map(State::as_str))
        .bind::<BigInt, _>(before.map_or(i64::MAX, |post| post.0))
        .bind::<BigInt, _>(limit),
        conn,
    )
}

fn lines(
    statement: Statement<'_, LineSqlType>,
    conn: &mut PgConnection,
) -> QueryResult<Vec<PostLine>> {
    let rows = statement.load::<LineRow>(conn)?;
    Ok(rows.into_iter().map(PostLine::from).collect())
}

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
    Ok(row.and_then(
        |(id, state, author, at, title, summary, body)| match state {
            State::Draft | State::InReview => None,
            State::Archived => Some(Address::Gone),
            State::Published => Some(Address::Published(Box::new(PublicPost {
                id: PostId(id),
                slug: slug.clone(),
                author,
                published_at: at.to_jiff(),
                content: Content::stored(title, summary, body),
            }))),
        },
    ))
}

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
            (Some(to), _) => transitions.push(Transition {
                from,
                to,
                by,
                at,
                revision,
            }),
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
