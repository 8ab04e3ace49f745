//! Reads the row of a post, and makes the post from it.

use diesel::prelude::*;
use diesel::sql_types::Jsonb;
use jiff::Timestamp;

use crate::domain::{
    Archival, Availability, Byline, Content, Post, PostId, Publication, Review, Revision,
    RevisionNumber, Slug, State, Status, Submission,
};
use crate::store::row::{row, values};
use crate::store::values::{availability, byline};

row! {
    pub(super) struct PostRow {
        id: PostId = "p.id",
        state: State = "p.state",
        created_at: Timestamp = "p.created_at",
        author: Byline = byline!("author"),
        author_availability: Availability = availability!("author", "author"),
        submitted: Option<Submission>,
        published: Option<Publication>,
        archived: Option<Archival>,
        current: Revision,
        standing_requests: Vec<Review> = STANDING_REQUESTS,
    }
}

row! {
    for Submission {
        by: Byline = byline!("submitter"),
        at: Timestamp = "p.submitted_at",
        revision: RevisionNumber = "p.submitted_revision",
    }
}

row! {
    for Publication {
        by: Byline = byline!("publisher"),
        at: Timestamp = "p.published_at",
        revision: RevisionNumber = "p.published_revision",
        slug: Slug = "p.slug",
    }
}

row! {
    for Archival {
        by: Byline = byline!("archiver"),
        at: Timestamp = "p.archived_at",
        reason: String = "p.archive_reason",
    }
}

row! {
    for Revision {
        number: RevisionNumber = "r.number",
        content: Content,
        at: Timestamp = "r.at",
    }
}

const STANDING_REQUESTS: &str = concat!(
    "(SELECT coalesce(jsonb_agg(jsonb_build_object(
          'id', request.id, 'revision', request.revision, 'reviewer', ",
    byline!(json "reviewer"),
    ", 'reviewer_availability', ",
    availability!("reviewer", "reviewer"),
    ", 'note', request.note, 'at', request.at) ORDER BY request.id), '[]')
      FROM standing_requests request JOIN users reviewer ON reviewer.id = request.reviewer_id
      WHERE request.post_id = p.id)"
);

values! {
    Vec<Review>: Jsonb, serde_json::Value, |requests| Ok(serde_json::from_value(requests)?);
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
        let PostRow { id, state, current, standing_requests, .. } = row;
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
        Ok(Self {
            id,
            author: row.author,
            author_availability: row.author_availability,
            created_at: row.created_at,
            current,
            status,
            standing_requests,
        })
    }
}
