//! Reading one post, and locking it.

mod change_list;
mod desk;
mod history;
mod overview;
mod public;
mod words;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp, Timestamp as Stored};

use crate::domain::{
    Archival, Byline, Content, LockedPost, Post, PostId, Publication, Review, ReviewId, Revision,
    RevisionNumber, Slug, State, Status, Submission, UserId,
};
use crate::permissions::Capability;
use crate::store::Transaction;
use crate::store::statement::{Statement, statement};
use crate::store::visibility::Visibility;

pub use change_list::{COUNTED, ChangeLine, ChangeList, Filter, Names, Sort, change_list, names};
pub use desk::{Name, OwnLine, QueueLine, Requests, awaiting_author, awaiting_review, written_by};
pub use history::{PostHistory, history, revision};
pub use overview::{MOST_PUBLISHED, Waiting, Week, longest_waiting, published_by_week};
pub use public::{Address, PublicPost, addresses, at_address, bodies, highest_id, published};
pub use words::Words;

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
    let visibility = Visibility::of(capability.actor().person());
    let locked = statement::<BigInt>(
        "SELECT id FROM posts
         WHERE id = $1 AND post_is_visible(state, author_id, $2, $3, $4)
         FOR UPDATE",
    )
    .bind::<BigInt, _>(id.0)
    .seen_by(visibility)
    .get_result::<i64>(tx.conn())
    .optional()?;
    match locked {
        None => Ok(None),
        Some(_) => {
            let post = find(tx.conn(), id, visibility)?;
            Ok(post.map(|post| LockedPost::for_update(post, tx.within())))
        }
    }
}

/// The columns of a [`PostRow`], with the body as far as it is asked for.
macro_rules! posts_with {
    ($body:literal, $condition:literal) => {
        concat!(
            "SELECT p.id, p.state, p.created_at, author.id, author.display_name,
            submitter.id, submitter.display_name, p.submitted_at, p.submitted_revision,
            publisher.id, publisher.display_name, p.published_at, p.published_revision, p.slug,
            archiver.id, archiver.display_name, p.archived_at, p.archive_reason,
            r.number, r.title, r.summary, ",
            $body,
            ", r.at,
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
         WHERE ",
            $condition
        )
    };
}

/// Returns a post as it is now, or `None` where there is none to be seen.
///
/// # Errors
///
/// The database's.
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
    .map(whole)
    .transpose()
}

/// Returns those of the posts that can be seen, by their numbers, each with no
/// more than the beginning of its body: to list them, and to precheck what an
/// action would be answered. Whether there is a body shows in its beginning.
///
/// # Errors
///
/// The database's.
pub fn outlines(
    conn: &mut PgConnection,
    ids: &[PostId],
    visibility: Visibility,
) -> QueryResult<Vec<Post>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    statement::<PostSqlType>(posts_with!(
        "left(ltrim(r.body, E' \\t\\r\\n'), 60)",
        "p.id = ANY ($1) AND post_is_visible(p.state, p.author_id, $2, $3, $4) ORDER BY p.id"
    ))
    .bind::<Array<BigInt>, _>(ids)
    .seen_by(visibility)
    .load::<PostRow>(conn)?
    .into_iter()
    .map(whole)
    .collect()
}

/// Returns the post that a row speaks of.
fn whole(row: PostRow) -> QueryResult<Post> {
    Post::try_from(row).map_err(|error: ImpossibleRow| {
        diesel::result::Error::DeserializationError(Box::new(error))
    })
}

impl<Row> Statement<'_, Row> {
    /// Adds the three arguments of `post_is_visible` that speak of the reader.
    pub(super) fn seen_by(self, visibility: Visibility) -> Self {
        self.bind::<Nullable<BigInt>, _>(visibility.viewer)
            .bind::<Bool, _>(visibility.sees_reviews)
            .bind::<Bool, _>(visibility.sees_everything)
    }
}

type PostSqlType = (
    (BigInt, Text, Timestamptz, BigInt, Text),
    (Nullable<BigInt>, Nullable<Text>, Nullable<Timestamptz>, Nullable<Integer>),
    (Nullable<BigInt>, Nullable<Text>, Nullable<Timestamptz>, Nullable<Integer>, Nullable<Text>),
    (Nullable<BigInt>, Nullable<Text>, Nullable<Timestamptz>, Nullable<Text>),
    (Integer, Text, Text, Text, Timestamptz),
    Jsonb,
);

#[derive(Queryable)]
struct PostRow {
    origin: (i64, State, Stored, i64, String),
    submitted: (Option<i64>, Option<String>, NullableTimestamp, Option<i32>),
    published: (Option<i64>, Option<String>, NullableTimestamp, Option<i32>, Option<String>),
    archived: (Option<i64>, Option<String>, NullableTimestamp, Option<String>),
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
            (Some(by), Some(name), at, Some(revision), Some(slug)) => {
                at.to_jiff().zip(Slug::parse(&slug)).map(|(at, slug)| Publication {
                    at,
                    by: byline(by, name),
                    revision: RevisionNumber(revision),
                    slug,
                })
            }
            _ => None,
        };
        let archival = match row.archived {
            (Some(by), Some(name), at, Some(reason)) => {
                at.to_jiff().map(|at| Archival { at, by: byline(by, name), reason })
            }
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
            current: Revision { number, content, at: written_at.to_jiff() },
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
    Byline { id: UserId(id), name }
}
