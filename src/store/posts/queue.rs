//! The posts in review, for their reviewers. Each list goes by an index and ends at a
//! limit.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use jiff::Timestamp;

use super::desk_line::{Name, Requests, look, requests_of, waits_for_author};
use crate::domain::{Availability, Byline, PostId, Reading, RevisionNumber, UserId};
use crate::store::row::{row, select};
use crate::store::values::{availability, byline};

row! {
    /// A post in review by another author, as a reviewer's desk shows it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct QueueLine {
        pub id: PostId = "p.id",
        pub author: Byline = byline!("author"),
        pub author_availability: Availability = availability!("author", "author"),
        /// Since when it waits.
        pub submitted_at: Timestamp = "p.submitted_at",
        pub name: Name,
        pub revision: RevisionNumber = "r.number",
        pub revised_at: Timestamp = "r.at",
        /// The change requests that are not withdrawn, of every revision.
        pub request: Option<Requests>,
        /// Which reviewer looked last.
        pub last_reading: Option<Reading>,
        /// The newest revision that the reader of the list has read.
        pub own_reading: Option<RevisionNumber> =
            "(SELECT max(readings.revision) FROM readings
              WHERE readings.post_id = p.id AND readings.reader_id = $1)",
        /// When its author last changed the current text without saving.
        pub unsaved_edit_at: Option<Timestamp> =
            "(SELECT edit.last_at FROM unsaved_edits edit
              WHERE edit.post_id = p.id AND edit.revision = p.current_revision)",
    }
}

/// The posts of a queue. A post in review is there since it was submitted, so an index
/// has their order.
macro_rules! queue_where {
    ($condition:literal) => {
        concat!(
            "SELECT {columns}
             FROM posts p
             JOIN users author ON author.id = p.author_id
             JOIN revisions r ON r.post_id = p.id AND r.number = p.current_revision ",
            requests_of!("unwithdrawn_requests"),
            look!(),
            "WHERE p.state = 'in_review' AND p.author_id <> $1 AND ",
            $condition,
            "
 ",
            waits_for_author!("author", "p"),
            " ORDER BY p.since, p.id"
        )
    };
}

/// Returns the posts that wait for a decision of this reviewer. They are in review, by
/// another author, and without a change request that the author can answer. Longest
/// waiting first, at most `limit`.
pub fn awaiting_review(
    conn: &mut PgConnection,
    reviewer: UserId,
    limit: i64,
) -> QueryResult<Vec<QueueLine>> {
    queue(queue_where!("NOT"), conn, reviewer, limit)
}

/// Returns the posts in review that wait for their author to answer a change
/// request, and have another author. Longest waiting first, at most `limit`.
pub fn awaiting_author(
    conn: &mut PgConnection,
    reviewer: UserId,
    limit: i64,
) -> QueryResult<Vec<QueueLine>> {
    queue(queue_where!(""), conn, reviewer, limit)
}

fn queue(
    sql: &str,
    conn: &mut PgConnection,
    reviewer: UserId,
    limit: i64,
) -> QueryResult<Vec<QueueLine>> {
    select::<QueueLine>(sql).bind::<BigInt, _>(reviewer.0).at_most(limit).load(conn)
}
