//! Reads for staff which posts wait, and how fast posts are published. Each query
//! begins in an index and ends at a limit.

use diesel::prelude::*;
use diesel::sql_types::Timestamptz;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use super::desk_line::waits_for_author;
use crate::domain::{Byline, PostId, Title};
use crate::store::row::{row, select};
use crate::store::values::byline;

row! {
    /// A post that waits in review.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Waiting {
        pub id: PostId = "p.id",
        /// Its current title, which may be blank again.
        pub title: Title = "text.title",
        pub author: Byline = byline!("author"),
        /// Since when it waits.
        pub submitted_at: Timestamp = "p.submitted_at",
        pub waits_for_author: bool = waits_for_author!("author", "p"),
        /// The last change request to its current revision, where one is open.
        pub request: Option<LastRequest>,
    }
}

row! {
    /// A change request in the list.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct LastRequest {
        pub by: Byline = byline!("request"),
        pub at: Timestamp = "request.at",
    }
}

/// Returns the posts that have waited in review the longest, whichever person it is
/// that they wait for, at most `limit`.
pub fn longest_waiting(conn: &mut PgConnection, limit: i64) -> QueryResult<Vec<Waiting>> {
    select::<Waiting>(concat!(
        "SELECT {columns}
         FROM (
             SELECT id, author_id, current_revision, submitted_at FROM posts
             WHERE state = 'in_review' ORDER BY since, id LIMIT rows
         ) p
         JOIN users author ON author.id = p.author_id
         JOIN revisions text ON text.post_id = p.id AND text.number = p.current_revision
         LEFT JOIN LATERAL (
             SELECT ",
        byline!("asker"),
        ", standing.at
             FROM standing_requests standing JOIN users asker ON asker.id = standing.reviewer_id
             WHERE standing.post_id = p.id ORDER BY standing.id DESC LIMIT 1
         ) request ON true
         ORDER BY p.submitted_at, p.id"
    ))
    .at_most_each(limit)
    .load(conn)
}

row! {
    /// What was published within seven days.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Week {
        /// How many weeks after the first one that was asked for.
        pub number: i32 = "(extract(epoch FROM week - $1) / 604800)::integer",
        /// How many posts were published, whether or not they have been archived
        /// since.
        pub published: i64 = "count(*)",
        /// How many seconds half of them, or more, had waited at most since they
        /// were submitted.
        pub median_wait: f64 =
            "extract(epoch FROM percentile_disc(0.5) WITHIN GROUP (ORDER BY wait))::float8",
    }
}

/// How many publications [`published_by_week`] counts at most.
pub const MOST_PUBLISHED: i64 = 5_000;

/// Returns the weeks since a moment in which something was published, as far
/// as the newest [`MOST_PUBLISHED`] publications reach back.
pub fn published_by_week(conn: &mut PgConnection, since: Timestamp) -> QueryResult<Vec<Week>> {
    select::<Week>(
        "SELECT {columns}
         FROM (
             SELECT date_bin('7 days', published_at, $1) AS week, published_at - submitted_at AS wait
             FROM (
                 (SELECT published_at, submitted_at FROM posts
                  WHERE state = 'published' AND since >= $1 ORDER BY since DESC LIMIT rows)
                 UNION ALL
                 (SELECT published_at, submitted_at FROM posts
                  WHERE state = 'archived' AND since >= $1 ORDER BY since DESC LIMIT rows)
             ) AS changed
             WHERE published_at >= $1 ORDER BY published_at DESC LIMIT rows
         ) AS newest
         GROUP BY week ORDER BY week",
    )
    .bind::<Timestamptz, _>(since.to_diesel())
    .at_most_each(MOST_PUBLISHED)
    .load::<Week>(conn)
}
