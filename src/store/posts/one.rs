//! Reading one post, and locking it.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp, Timestamp as Stored};

use super::byline::byline;
use crate::domain::{
    Archival, Content, LockedPost, OnPost, Post, PostId, Publication, Review, ReviewId, Revision,
    RevisionNumber, Slug, State, Status, Step, Submission,
};
use crate::permissions::Capability;
use crate::store::Transaction;
use crate::store::statement::statement;
use crate::store::visibility::Visibility;

/// Locks a post and returns it as it is now, or `None` where there is none that
/// the actor may see. A person cannot lock a post that they may not see.
///
/// It takes the capability, so that a refused person locks nothing. It is two
/// statements, because a statement that had to wait for the lock would show
/// everything but the locked row as it was before the wait.
///
/// Where a web address was shown to the actor, it also returns the one that the
/// post would get. That stays so until the transaction ends: `available_slug`
/// makes others who want it wait.
pub fn lock<'tx, A: OnPost>(
    tx: &mut Transaction<'tx>,
    capability: &Capability<'tx, A>,
    attempt: &A,
) -> QueryResult<Option<LockedPost<'tx>>> {
    let (id, visibility) = (attempt.post(), Visibility::of(capability.actor().person()));
    let locked = statement::<BigInt>(
        "SELECT id FROM posts
         WHERE id = $1 AND post_is_visible(state, author_id, $2, $3, $4)
         FOR UPDATE",
    )
    .bind::<BigInt, _>(id.0)
    .seen_by(visibility)
    .get_result::<i64>(tx.conn())
    .optional()?;
    if locked.is_none() {
        return Ok(None);
    }
    Step::Lock.reached();
    let found = match attempt.shown_slug() {
        None => find(tx.conn(), id, visibility)?.map(|post| (post, None)),
        Some(shown) => find_with_next_slug(tx.conn(), id, visibility, shown)?,
    };
    let Some((mut post, next_slug)) = found else { return Ok(None) };
    lock_deactivated_reviewers(tx.conn(), &mut post)?;
    Step::Post.reached();
    Ok(Some(LockedPost::for_update(post, next_slug, tx.within())))
}

/// Locks the accounts of the reviewers whose requests any reviewer may
/// withdraw, so that none is reactivated before the transaction ends. Usually
/// there are none, and then there is no statement.
fn lock_deactivated_reviewers(conn: &mut PgConnection, post: &mut Post) -> QueryResult<()> {
    let deactivated = post.standing_requests.iter().filter(|request| !request.reviewer_is_active);
    let ids: Vec<i64> = deactivated.map(|request| request.reviewer.id.0).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let active = statement::<(BigInt, Bool)>(
        "SELECT id, is_active FROM users WHERE id = ANY ($1) ORDER BY id FOR KEY SHARE",
    )
    .bind::<Array<BigInt>, _>(ids)
    .load::<(i64, bool)>(conn)?;
    for request in &mut post.standing_requests {
        if let Some((_, is_active)) = active.iter().find(|(id, _)| *id == request.reviewer.id.0) {
            request.reviewer_is_active = *is_active;
        }
    }
    Ok(())
}

/// The columns of a [`PostRow`], with the body as far as it is asked for.
macro_rules! posts_with {
    ($body:literal, $condition:literal) => {
        posts_with!($body, "NULL::text", $condition)
    };
    ($body:literal, $next_slug:literal, $condition:literal) => {
        concat!(
            "SELECT p.id, p.state, p.created_at, author.id,
            author.username || ' ' || author.display_name, author.is_active,
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
                'is_active', reviewer.is_active, 'note', request.note, 'at', request.at)
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

/// Returns a post with the web address that it would be published under. Usually that is
/// the one that was shown, so the same query asks whether it is still free.
fn find_with_next_slug(
    conn: &mut PgConnection,
    id: PostId,
    visibility: Visibility,
    shown: &Slug,
) -> QueryResult<Option<(Post, Option<Slug>)>> {
    let row = statement::<PostSqlType>(posts_with!(
        "r.body",
        "available_slug($5)",
        "p.id = $1 AND post_is_visible(p.state, p.author_id, $2, $3, $4)"
    ))
    .bind::<BigInt, _>(id.0)
    .seen_by(visibility)
    .bind::<Text, _>(shown.as_str())
    .get_result::<PostRow>(conn)
    .optional()?;
    let Some(mut row) = row else { return Ok(None) };
    let is_free = row.next_slug.take().as_deref() == Some(shown.as_str());
    let post = post(row)?;
    let wanted = post.current.content.wanted_slug();
    // No address becomes free again: all that come before the shown one are still taken.
    let is_next = is_free && (*shown == wanted || shown.without_number() == wanted);
    let next = if is_next { shown.clone() } else { available_slug(conn, &wanted)? };
    Ok(Some((post, Some(next))))
}

/// Returns the web address that a post which wants this one would get now. It
/// waits for a publication in progress under the same one.
pub fn available_slug(conn: &mut PgConnection, wanted: &Slug) -> QueryResult<Slug> {
    let slug = statement::<Text>("SELECT available_slug($1)")
        .bind::<Text, _>(wanted.as_str())
        .get_result::<String>(conn)?;
    Ok(Slug::parse(&slug).unwrap_or_else(|| wanted.clone()))
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

fn post(row: PostRow) -> QueryResult<Post> {
    Post::try_from(row).map_err(|error: ImpossibleRow| {
        diesel::result::Error::DeserializationError(Box::new(error))
    })
}

type PostSqlType = (
    (BigInt, Text, Timestamptz, BigInt, Text, Bool),
    (Nullable<BigInt>, Nullable<Text>, Nullable<Timestamptz>, Nullable<Integer>),
    (Nullable<BigInt>, Nullable<Text>, Nullable<Timestamptz>, Nullable<Integer>, Nullable<Text>),
    (Nullable<BigInt>, Nullable<Text>, Nullable<Timestamptz>, Nullable<Text>),
    (Integer, Text, Text, Text, Nullable<Text>, Timestamptz),
    Jsonb,
    Nullable<Text>,
);

#[derive(Queryable)]
struct PostRow {
    origin: OriginRow,
    submitted: SubmissionRow,
    published: PublicationRow,
    archived: ArchivalRow,
    current: RevisionRow,
    standing: serde_json::Value,
    next_slug: Option<String>,
}

#[derive(Queryable)]
struct OriginRow {
    id: i64,
    state: State,
    created_at: Stored,
    author: i64,
    author_name: String,
    author_is_active: bool,
}

#[derive(Queryable)]
struct SubmissionRow {
    by: Option<i64>,
    name: Option<String>,
    at: NullableTimestamp,
    revision: Option<i32>,
}

impl SubmissionRow {
    fn submission(self) -> Option<Submission> {
        Some(Submission {
            at: self.at.to_jiff()?,
            by: byline(self.by?, &self.name?),
            revision: RevisionNumber(self.revision?),
        })
    }
}

#[derive(Queryable)]
struct PublicationRow {
    by: Option<i64>,
    name: Option<String>,
    at: NullableTimestamp,
    revision: Option<i32>,
    slug: Option<String>,
}

impl PublicationRow {
    fn publication(self) -> Option<Publication> {
        Some(Publication {
            at: self.at.to_jiff()?,
            by: byline(self.by?, &self.name?),
            revision: RevisionNumber(self.revision?),
            slug: Slug::parse(&self.slug?)?,
        })
    }
}

#[derive(Queryable)]
struct ArchivalRow {
    by: Option<i64>,
    name: Option<String>,
    at: NullableTimestamp,
    reason: Option<String>,
}

impl ArchivalRow {
    fn archival(self) -> Option<Archival> {
        Some(Archival {
            at: self.at.to_jiff()?,
            by: byline(self.by?, &self.name?),
            reason: self.reason?,
        })
    }
}

#[derive(Queryable)]
struct RevisionRow {
    number: i32,
    title: String,
    summary: String,
    body: String,
    slug: Option<String>,
    at: Stored,
}

/// A row that the constraints should have made impossible.
#[derive(Debug, thiserror::Error)]
#[error("post {0} does not carry the facts of its state")]
struct ImpossibleRow(i64);

impl TryFrom<PostRow> for Post {
    type Error = ImpossibleRow;

    fn try_from(row: PostRow) -> Result<Self, ImpossibleRow> {
        let OriginRow { id, state, created_at, author, author_name, author_is_active } = row.origin;
        let facts =
            (row.submitted.submission(), row.published.publication(), row.archived.archival());
        let status = match (state, facts) {
            (State::Draft, (None, None, None)) => Status::Draft,
            (State::InReview, (Some(submission), None, None)) => Status::InReview(submission),
            (State::Published, (Some(submission), Some(publication), None)) => {
                Status::Published(submission, publication)
            }
            (State::Archived, (Some(submission), Some(publication), Some(archival))) => {
                Status::Archived(submission, publication, archival)
            }
            _ => return Err(ImpossibleRow(id)),
        };
        let RevisionRow { number, title, summary, body, slug, at } = row.current;
        let number = RevisionNumber(number);
        let standing: Vec<StandingRequest> =
            serde_json::from_value(row.standing).map_err(|_| ImpossibleRow(id))?;
        Ok(Self {
            id: PostId(id),
            author: byline(author, &author_name),
            author_is_active,
            created_at: created_at.to_jiff(),
            current: Revision {
                number,
                content: Content::stored([title, summary, body], slug),
                at: at.to_jiff(),
            },
            status,
            standing_requests: standing.into_iter().map(|request| request.review(number)).collect(),
        })
    }
}

#[derive(serde::Deserialize)]
struct StandingRequest {
    id: i64,
    reviewer: i64,
    name: String,
    is_active: bool,
    note: String,
    at: Timestamp,
}

impl StandingRequest {
    fn review(self, revision: RevisionNumber) -> Review {
        Review {
            id: ReviewId(self.id),
            revision,
            reviewer: byline(self.reviewer, &self.name),
            reviewer_is_active: self.is_active,
            note: self.note,
            at: self.at,
            withdrawn_at: None,
        }
    }
}
