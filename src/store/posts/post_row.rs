//! The row of a post, and the post that it is.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp, Timestamp as Stored};

use super::byline::byline;
use crate::domain::{
    Archival, Content, Post, PostId, Publication, Review, ReviewId, Revision, RevisionNumber, Slug,
    State, Status, Submission,
};

pub(super) type PostSqlType = (
    (BigInt, Text, Timestamptz, BigInt, Text, Bool),
    (Nullable<BigInt>, Nullable<Text>, Nullable<Timestamptz>, Nullable<Integer>),
    (Nullable<BigInt>, Nullable<Text>, Nullable<Timestamptz>, Nullable<Integer>, Nullable<Text>),
    (Nullable<BigInt>, Nullable<Text>, Nullable<Timestamptz>, Nullable<Text>),
    (Integer, Text, Text, Text, Nullable<Text>, Timestamptz),
    Jsonb,
    Nullable<Text>,
);

/// A row of the queries of posts.
#[derive(Queryable)]
pub(super) struct PostRow {
    origin: OriginRow,
    submitted: SubmissionRow,
    published: PublicationRow,
    archived: ArchivalRow,
    current: RevisionRow,
    standing: serde_json::Value,
    pub(super) next_slug: Option<String>,
}

#[derive(Queryable)]
pub(super) struct OriginRow {
    id: i64,
    state: State,
    created_at: Stored,
    author: i64,
    author_name: String,
    author_is_active: bool,
}

#[derive(Queryable)]
pub(super) struct SubmissionRow {
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
pub(super) struct PublicationRow {
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
pub(super) struct ArchivalRow {
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
pub(super) struct RevisionRow {
    number: i32,
    title: String,
    summary: String,
    body: String,
    slug: Option<String>,
    at: Stored,
}

pub(super) fn post(row: PostRow) -> QueryResult<Post> {
    Post::try_from(row).map_err(|error: ImpossibleRow| {
        diesel::result::Error::DeserializationError(Box::new(error))
    })
}

/// A row that the constraints should have made impossible.
#[derive(Debug, thiserror::Error)]
#[error("post {0} does not carry the facts of its state")]
pub(super) struct ImpossibleRow(i64);

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
