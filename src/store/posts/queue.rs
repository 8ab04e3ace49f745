//! The posts in review, for their reviewers. Each list goes by an index and ends at a
//! limit.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp, Timestamp as Stored};

use super::desk_line::{
    Name, NameSqlType, ReadingSqlType, Requests, RequestsSqlType, look, name, request_where,
};
use crate::domain::{Availability, Byline, PostId, Reading, RevisionNumber, UserId};
use crate::store::statement::{Statement, statement};
use crate::store::values::{BylineSqlType, availability};

/// A post in review by another author, as a reviewer's desk shows it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct QueueLine {
    /// The post.
    pub id: PostId,
    /// Its author.
    pub author: Byline,
    /// Whether the author can still answer.
    pub author_availability: Availability,
    /// Since when it waits.
    #[diesel(deserialize_as = Stored)]
    pub submitted_at: Timestamp,
    /// What to call it.
    pub name: Name,
    /// Its current revision.
    pub revision: RevisionNumber,
    /// When that was written.
    #[diesel(deserialize_as = Stored)]
    pub revised_at: Timestamp,
    /// The change requests that are not withdrawn, of every revision.
    pub request: Option<Requests>,
    /// Which reviewer looked last.
    pub last_reading: Option<Reading>,
    /// The newest revision that the reader of the list has read.
    pub own_reading: Option<RevisionNumber>,
    /// When its author last changed the current text without saving.
    #[diesel(deserialize_as = NullableTimestamp)]
    pub unsaved_edit_at: Option<Timestamp>,
}

type QueueSqlType = (
    BigInt,
    BylineSqlType,
    Text,
    Timestamptz,
    NameSqlType,
    Integer,
    Timestamptz,
    Nullable<RequestsSqlType>,
    Nullable<ReadingSqlType>,
    Nullable<Integer>,
    Nullable<Timestamptz>,
);

/// The posts of a queue. A post in review is there since it was submitted, so an index
/// has their order.
macro_rules! queue_where {
    ($condition:literal) => {
        concat!(
            "SELECT p.id, author.id, author.username || ' ' || author.display_name, \
             ",
            availability!("author", "author"),
            ", p.submitted_at, ",
            name!(),
            ",   r.number, r.at,
                 request.ids, request.names, request.at, request.note,
                 look.id, look.names, look.revision, look.last_at,
                 (SELECT max(readings.revision) FROM readings
                  WHERE readings.post_id = p.id AND readings.reader_id = $1),
                 (SELECT edit.last_at FROM unsaved_edits edit
                  WHERE edit.post_id = p.id AND edit.revision = p.current_revision)
             FROM posts p
             JOIN users author ON author.id = p.author_id
             JOIN revisions r ON r.post_id = p.id AND r.number = p.current_revision ",
            request_where!("true "),
            look!(),
            "WHERE p.state = 'in_review' AND p.author_id <> $1 AND ",
            $condition,
            "
             (author.is_active AND 'author' = ANY (author.roles) AND EXISTS (
                 SELECT FROM standing_requests asked
                 WHERE asked.post_id = p.id AND asked.revision = p.current_revision))
             ORDER BY p.since, p.id"
        )
    };
}

/// Returns the posts that wait for a decision of this reviewer: in review,
/// by another author, and without a change request that the author can answer.
/// Longest waiting first, at most `limit`.
pub fn awaiting_review(
    conn: &mut PgConnection,
    reviewer: UserId,
    limit: i64,
) -> QueryResult<Vec<QueueLine>> {
    queue(statement(queue_where!("NOT")), conn, reviewer, limit)
}

/// Returns the posts in review that wait for their author to answer a change
/// request, and have another author. Longest waiting first, at most `limit`.
pub fn awaiting_author(
    conn: &mut PgConnection,
    reviewer: UserId,
    limit: i64,
) -> QueryResult<Vec<QueueLine>> {
    queue(statement(queue_where!("")), conn, reviewer, limit)
}

fn queue(
    statement: Statement<'_, QueueSqlType>,
    conn: &mut PgConnection,
    reviewer: UserId,
    limit: i64,
) -> QueryResult<Vec<QueueLine>> {
    statement.bind::<BigInt, _>(reviewer.0).at_most(limit).load(conn)
}
