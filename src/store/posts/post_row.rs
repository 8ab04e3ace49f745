//! The row of a post, and the post that it is.

use diesel::deserialize;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Jsonb, Nullable, Text, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::Timestamp as Stored;

use crate::domain::{
    Archival, Availability, Byline, Content, Post, PostId, Publication, Review, ReviewId, Revision,
    RevisionNumber, Slug, State, Status, Submission, UserId,
};
use crate::store::values::BylineSqlType;

type SubmissionSqlType = (BylineSqlType, Timestamptz, Integer);
type PublicationSqlType = (BylineSqlType, Timestamptz, Integer, Text);
type ArchivalSqlType = (BylineSqlType, Timestamptz, Text);
pub(super) type RevisionSqlType = (Integer, Text, Text, Text, Nullable<Text>, Timestamptz);
pub(super) type PostSqlType = (
    (BigInt, Text, Timestamptz, BylineSqlType, Text),
    Nullable<SubmissionSqlType>,
    Nullable<PublicationSqlType>,
    Nullable<ArchivalSqlType>,
    RevisionSqlType,
    Jsonb,
    Nullable<Text>,
);

#[derive(Queryable)]
pub(super) struct PostRow {
    origin: OriginRow,
    submitted: Option<Submission>,
    published: Option<Publication>,
    archived: Option<Archival>,
    current: Revision,
    standing: serde_json::Value,
    pub(super) next_slug: Option<Slug>,
}

#[derive(Queryable)]
pub(super) struct OriginRow {
    id: PostId,
    state: State,
    created_at: Stored,
    author: Byline,
    author_availability: Availability,
}

impl Queryable<SubmissionSqlType, Pg> for Submission {
    type Row = (Byline, Stored, RevisionNumber);

    fn build((by, at, revision): Self::Row) -> deserialize::Result<Self> {
        Ok(Self { at: at.to_jiff(), by, revision })
    }
}

impl Queryable<PublicationSqlType, Pg> for Publication {
    type Row = (Byline, Stored, RevisionNumber, Slug);

    fn build((by, at, revision, slug): Self::Row) -> deserialize::Result<Self> {
        Ok(Self { at: at.to_jiff(), by, revision, slug })
    }
}

impl Queryable<ArchivalSqlType, Pg> for Archival {
    type Row = (Byline, Stored, String);

    fn build((by, at, reason): Self::Row) -> deserialize::Result<Self> {
        Ok(Self { at: at.to_jiff(), by, reason })
    }
}

impl Queryable<RevisionSqlType, Pg> for Revision {
    type Row = (RevisionNumber, String, String, String, Option<String>, Stored);

    fn build((number, title, summary, body, slug, at): Self::Row) -> deserialize::Result<Self> {
        let content = Content::stored([title, summary, body], slug);
        Ok(Self { number, content, at: at.to_jiff() })
    }
}

pub(super) fn post(row: PostRow) -> QueryResult<Post> {
    Post::try_from(row).map_err(|error: ImpossibleRow| {
        diesel::result::Error::DeserializationError(Box::new(error))
    })
}

/// A row that the constraints should have made impossible.
#[derive(Debug, thiserror::Error)]
#[error("post {0} does not carry the facts of its state")]
pub(super) struct ImpossibleRow(PostId);

impl TryFrom<PostRow> for Post {
    type Error = ImpossibleRow;

    fn try_from(row: PostRow) -> Result<Self, ImpossibleRow> {
        let OriginRow { id, state, created_at, author, author_availability } = row.origin;
        let status = match (state, (row.submitted, row.published, row.archived)) {
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
        let number = row.current.number;
        let standing: Vec<StandingRequest> =
            serde_json::from_value(row.standing).map_err(|_| ImpossibleRow(id))?;
        Ok(Self {
            id,
            author,
            author_availability,
            created_at: created_at.to_jiff(),
            current: row.current,
            status,
            standing_requests: standing
                .into_iter()
                .map(|request| request.review(number).ok_or(ImpossibleRow(id)))
                .collect::<Result<_, _>>()?,
        })
    }
}

#[derive(serde::Deserialize)]
struct StandingRequest {
    id: i64,
    reviewer: i64,
    name: String,
    availability: String,
    note: String,
    at: Timestamp,
}

impl StandingRequest {
    fn review(self, revision: RevisionNumber) -> Option<Review> {
        Some(Review {
            id: ReviewId(self.id),
            revision,
            reviewer: Byline::from_names(UserId(self.reviewer), &self.name),
            reviewer_availability: self.availability.parse().ok()?,
            note: self.note,
            at: self.at,
            withdrawn_at: None,
        })
    }
}
