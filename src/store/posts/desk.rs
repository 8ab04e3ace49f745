//! What lies on a desk: one's own posts, and what waits for one's review.
//!
//! Each list goes by an index and ends at a limit.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp, Timestamp as Stored};

use crate::domain::{Byline, PostId, Reading, RevisionNumber, State, UserId};
use crate::store::posts::byline;
use crate::store::statement::{Statement, statement};

/// One of an author's own posts: where it stands, and with whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnLine {
    /// The post.
    pub id: PostId,
    /// Where it stands.
    pub state: State,
    /// What to call it.
    pub name: Name,
    /// What it still lacks before it can be submitted.
    pub missing: Vec<&'static str>,
    /// Since when it has been in its state.
    pub since: Timestamp,
    /// Its current revision.
    pub revision: RevisionNumber,
    /// When that was written.
    pub revised_at: Timestamp,
    /// Who brought it into its state, from published on.
    pub by: Option<String>,
    /// Where the public finds it, from publication on.
    pub slug: Option<String>,
    /// Why it is archived, if it is.
    pub archive_reason: Option<String>,
    /// The change requests that stand against the current revision.
    pub request: Option<Requests>,
    /// Which reviewer looked last, while it is in review.
    pub last_reading: Option<Reading>,
}

/// What to call a post that may have no title yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    title: String,
    opening: String,
}

impl Name {
    /// Returns the title, or how the text begins.
    pub fn words(&self) -> String {
        let opening = self.opening.split_whitespace().collect::<Vec<_>>().join(" ");
        match (self.title.trim(), opening.as_str()) {
            ("", "") => "Untitled".to_owned(),
            ("", opening) => format!("Untitled: {opening}…"),
            (title, _) => title.to_owned(),
        }
    }
}

/// The change requests to a post, in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requests {
    /// Who asked, whoever asked first first.
    pub by: Vec<Byline>,
    /// When the newest was made.
    pub at: Timestamp,
    /// What has to change, by the newest.
    pub note: String,
}

/// A post in review that somebody else wrote, as a reviewer's desk shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueLine {
    /// The post.
    pub id: PostId,
    /// What to call it.
    pub name: Name,
    /// Who writes it.
    pub author: Byline,
    /// Since when it waits.
    pub submitted_at: Timestamp,
    /// Its current revision.
    pub revision: RevisionNumber,
    /// When that was written.
    pub revised_at: Timestamp,
    /// The change requests that nobody took back, against whichever revision.
    pub request: Option<Requests>,
    /// Which reviewer looked last.
    pub last_reading: Option<Reading>,
    /// The newest revision that the reader of the list has read.
    pub own_reading: Option<RevisionNumber>,
}

/// How a post is called, in SQL: of `revisions r`.
macro_rules! name {
    () => {
        "btrim(r.title), CASE WHEN r.title ~ '\\S' THEN '' ELSE left(r.body, 60) END"
    };
}

/// The change requests that nobody took back, as the relation `request`. What
/// is in no review is not asked for any.
macro_rules! request_where {
    ($condition:literal) => {
        concat!(
            "CROSS JOIN LATERAL (
                 SELECT array_agg(asked.reviewer_id ORDER BY asked.id) AS ids,
                     array_agg((SELECT display_name FROM users WHERE users.id = asked.reviewer_id)
                               ORDER BY asked.id) AS names,
                     max(asked.at) AS at, (array_agg(asked.note ORDER BY asked.id DESC))[1] AS note
                 FROM reviews asked
                 WHERE p.state = 'in_review'
                   AND asked.post_id = p.id AND asked.withdraws IS NULL AND ",
            $condition,
            "    AND NOT EXISTS (SELECT FROM reviews w WHERE w.withdraws = asked.id)
             ) request "
        )
    };
}

/// Who looked last, as the relation `look`.
macro_rules! look {
    () => {
        "LEFT JOIN LATERAL (
             SELECT readings.reader_id AS id, readings.revision, readings.last_at,
                 (SELECT display_name FROM users WHERE users.id = readings.reader_id)
             FROM readings
             WHERE p.state = 'in_review' AND readings.post_id = p.id
             ORDER BY readings.last_at DESC LIMIT 1
         ) look ON true "
    };
}

type NameSqlType = (Text, Text);
type RequestSqlType =
    (Nullable<Array<BigInt>>, Nullable<Array<Text>>, Nullable<Timestamptz>, Nullable<Text>);
type LookSqlType = (Nullable<BigInt>, Nullable<Text>, Nullable<Integer>, Nullable<Timestamptz>);
type RequestRow = (Option<Vec<i64>>, Option<Vec<String>>, NullableTimestamp, Option<String>);
type LookRow = (Option<i64>, Option<String>, Option<i32>, NullableTimestamp);

type OwnSqlType = (
    (BigInt, Text, Timestamptz),
    NameSqlType,
    (Bool, Bool, Bool),
    (Integer, Timestamptz),
    (Nullable<Text>, Nullable<Text>, Nullable<Text>),
    RequestSqlType,
    LookSqlType,
);
type OwnRow = (
    (i64, State, Stored),
    (String, String),
    (bool, bool, bool),
    (i32, Stored),
    (Option<String>, Option<String>, Option<String>),
    RequestRow,
    LookRow,
);

/// Returns an author's own posts, state by state as they are named, newest
/// first, so many of each at most, from before the given post on.
///
/// # Errors
///
/// The database's.
pub fn written_by(
    conn: &mut PgConnection,
    author: UserId,
    wanted: &[(State, usize)],
    before: Option<PostId>,
) -> QueryResult<Vec<OwnLine>> {
    // A limit for each state that is no literal would be one that the planner
    // does not know.
    let of_each = wanted.iter().enumerate().map(|(place, (state, most))| {
        format!(
            "(SELECT {place} AS place, posts.* FROM posts
              WHERE author_id = $1 AND state = '{}' AND id < $2 ORDER BY id DESC LIMIT {most})",
            state.as_str()
        )
    });
    let posts = of_each.collect::<Vec<_>>().join(" UNION ALL ");
    let columns = concat!(
        "SELECT p.id, p.state,
             coalesce(p.archived_at, p.published_at, p.submitted_at, p.created_at), ",
        name!(),
        ",   r.title ~ '\\S', r.summary ~ '\\S', r.body ~ '\\S', r.number, r.at,
             doer.display_name, p.slug, p.archive_reason,
             request.ids, request.names, request.at, request.note,
             look.id, look.display_name, look.revision, look.last_at
         FROM "
    );
    let facts = concat!(
        " p
         JOIN revisions r ON r.post_id = p.id AND r.number = p.current_revision
         LEFT JOIN users doer ON doer.id = coalesce(p.archived_by, p.published_by) ",
        request_where!("asked.revision = p.current_revision "),
        look!(),
        "ORDER BY p.place, p.id DESC"
    );
    let rows = statement::<OwnSqlType>(format!("{columns} ({posts}) {facts}"))
        .bind::<BigInt, _>(author.0)
        .bind::<BigInt, _>(before.map_or(i64::MAX, |post| post.0))
        .load::<OwnRow>(conn)?;
    Ok(rows.into_iter().map(OwnLine::from).collect())
}

impl From<OwnRow> for OwnLine {
    fn from(row: OwnRow) -> Self {
        let ((id, state, since), (title, opening), has, current, facts, asked, look) = row;
        let (has_title, has_summary, has_body) = has;
        let parts = [("title", has_title), ("summary", has_summary), ("body", has_body)];
        let (by, slug, archive_reason) = facts;
        Self {
            id: PostId(id),
            state,
            name: Name { title, opening },
            missing: parts
                .into_iter()
                .filter_map(|(name, is_there)| (!is_there).then_some(name))
                .collect(),
            since: since.to_jiff(),
            revision: RevisionNumber(current.0),
            revised_at: current.1.to_jiff(),
            by,
            slug,
            archive_reason,
            request: request(asked),
            last_reading: reading(look),
        }
    }
}

type QueueSqlType = (
    (BigInt, BigInt, Text, Timestamptz),
    NameSqlType,
    (Integer, Timestamptz),
    RequestSqlType,
    LookSqlType,
    Nullable<Integer>,
);
type QueueRow =
    ((i64, i64, String, Stored), (String, String), (i32, Stored), RequestRow, LookRow, Option<i32>);

macro_rules! queue_where {
    ($condition:literal) => {
        concat!(
            "SELECT p.id, author.id, author.display_name, p.submitted_at, ",
            name!(),
            ",   r.number, r.at,
                 request.ids, request.names, request.at, request.note,
                 look.id, look.display_name, look.revision, look.last_at,
                 (SELECT max(readings.revision) FROM readings
                  WHERE readings.post_id = p.id AND readings.reader_id = $1)
             FROM posts p
             JOIN users author ON author.id = p.author_id
             JOIN revisions r ON r.post_id = p.id AND r.number = p.current_revision ",
            request_where!("true "),
            look!(),
            "WHERE p.state = 'in_review' AND p.author_id <> $1 AND ",
            $condition,
            " (SELECT FROM reviews asked
               WHERE asked.post_id = p.id AND asked.revision = p.current_revision
                 AND asked.withdraws IS NULL
                 AND NOT EXISTS (SELECT FROM reviews w WHERE w.withdraws = asked.id))
             ORDER BY p.submitted_at, p.id"
        )
    };
}

/// Returns the posts that wait for a decision of this reviewer: in review,
/// somebody else's, and with no change request to answer first. Longest
/// waiting first, at most `limit`.
///
/// # Errors
///
/// The database's.
pub fn awaiting_review(
    conn: &mut PgConnection,
    reviewer: UserId,
    limit: i64,
) -> QueryResult<Vec<QueueLine>> {
    queue(statement(queue_where!("NOT EXISTS")), conn, reviewer, limit)
}

/// Returns the posts in review that wait for their author to answer a change
/// request, and are somebody else's. Longest waiting first, at most `limit`.
///
/// # Errors
///
/// The database's.
pub fn awaiting_author(
    conn: &mut PgConnection,
    reviewer: UserId,
    limit: i64,
) -> QueryResult<Vec<QueueLine>> {
    queue(statement(queue_where!("EXISTS")), conn, reviewer, limit)
}

fn queue(
    statement: Statement<'_, QueueSqlType>,
    conn: &mut PgConnection,
    reviewer: UserId,
    limit: i64,
) -> QueryResult<Vec<QueueLine>> {
    let rows = statement.bind::<BigInt, _>(reviewer.0).at_most(limit).load::<QueueRow>(conn)?;
    let line = |row: QueueRow| {
        let ((id, author, author_name, submitted_at), (title, opening), current, asked, look, own) =
            row;
        QueueLine {
            id: PostId(id),
            name: Name { title, opening },
            author: byline(author, author_name),
            submitted_at: submitted_at.to_jiff(),
            revision: RevisionNumber(current.0),
            revised_at: current.1.to_jiff(),
            request: request(asked),
            last_reading: reading(look),
            own_reading: own.map(RevisionNumber),
        }
    };
    Ok(rows.into_iter().map(line).collect())
}

fn request(row: RequestRow) -> Option<Requests> {
    let (Some(ids), Some(names), at, Some(note)) = row else { return None };
    let mut by: Vec<Byline> = Vec::new();
    for (id, name) in ids.into_iter().zip(names) {
        if by.iter().all(|known| known.id.0 != id) {
            by.push(byline(id, name));
        }
    }
    Some(Requests { by, at: at.to_jiff()?, note })
}

fn reading(row: LookRow) -> Option<Reading> {
    let (Some(id), Some(name), Some(revision), at) = row else { return None };
    Some(Reading {
        reader: byline(id, name),
        revision: RevisionNumber(revision),
        at: at.to_jiff()?,
    })
}
