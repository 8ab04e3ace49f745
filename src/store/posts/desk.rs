//! The posts of a desk: a person's own posts, and the posts in review.
//!
//! Each list goes by an index and ends at a limit.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp, Timestamp as Stored};

use super::byline::byline;
use super::words::Words;
use crate::domain::{Byline, PostId, Reading, RevisionNumber, Slug, State, UserId};
use crate::store::statement::{Statement, statement};

/// One of an author's own posts, with its state and who has to act next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnLine {
    /// The post.
    pub id: PostId,
    /// Its state.
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
    /// How many posts the author has in its state, as far as [`COUNTED_OWN`].
    pub of_state: usize,
}

/// How far an author's own posts are counted, and how many are sorted by when they
/// were saved: those with the highest numbers.
pub const COUNTED_OWN: usize = 1000;

/// What to call a post that may have no title yet.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Name {
    title: String,
    opening: String,
}

impl Name {
    /// Returns whether a web address can be made from the title.
    fn gives_slug(&self) -> bool {
        Slug::made_from(&self.title).is_some()
    }

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
    /// Who requested changes, the earliest first.
    pub by: Vec<Byline>,
    /// When the newest was made.
    pub at: Timestamp,
    /// What has to change, by the newest.
    pub note: String,
}

/// A post in review by another author, as a reviewer's desk shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueLine {
    /// The post.
    pub id: PostId,
    /// What to call it.
    pub name: Name,
    /// Its author.
    pub author: Byline,
    /// Whether the author's account is active.
    pub author_is_active: bool,
    /// Since when it waits.
    pub submitted_at: Timestamp,
    /// Its current revision.
    pub revision: RevisionNumber,
    /// When that was written.
    pub revised_at: Timestamp,
    /// The change requests that are not withdrawn, of every revision.
    pub request: Option<Requests>,
    /// Which reviewer looked last.
    pub last_reading: Option<Reading>,
    /// The newest revision that the reader of the list has read.
    pub own_reading: Option<RevisionNumber>,
}

/// How a post is called, in SQL: of `revisions r`.
macro_rules! name {
    () => {
        "btrim(r.title), CASE WHEN has_visible_text(r.title) THEN '' ELSE opening(r.body) END"
    };
}

/// The change requests that are not withdrawn, as the relation `request`. What
/// is in no review is not asked for any.
macro_rules! request_where {
    ($condition:literal) => {
        concat!(
            "CROSS JOIN LATERAL (
                 SELECT array_agg(asked.reviewer_id ORDER BY asked.id) AS ids,
                     array_agg((SELECT username || ' ' || display_name FROM users WHERE users.id = asked.reviewer_id)
                               ORDER BY asked.id) AS names,
                     max(asked.at) AS at, (array_agg(asked.note ORDER BY asked.id DESC))[1] AS note
                 FROM standing_requests asked
                 WHERE p.state = 'in_review' AND asked.post_id = p.id AND ",
            $condition,
            ") request "
        )
    };
}

/// Who looked last, as the relation `look`.
macro_rules! look {
    () => {
        "LEFT JOIN LATERAL (
             SELECT readings.reader_id AS id, readings.revision, readings.last_at,
                 (SELECT username || ' ' || display_name FROM users
                  WHERE users.id = readings.reader_id) AS names
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
type OwnSqlType = (
    (BigInt, Text, Timestamptz, BigInt),
    NameSqlType,
    (Bool, Bool, Bool, Bool),
    (Integer, Timestamptz),
    (Nullable<Text>, Nullable<Text>, Nullable<Text>),
    RequestSqlType,
    LookSqlType,
);

#[derive(Queryable)]
struct OwnRow {
    place: PlaceRow,
    name: Name,
    has: HasRow,
    current: CurrentRow,
    end: EndRow,
    request: RequestRow,
    look: LookRow,
}

#[derive(Queryable)]
struct PlaceRow {
    id: i64,
    state: State,
    since: Stored,
    of_state: i64,
}

#[derive(Queryable)]
struct HasRow {
    title: bool,
    summary: bool,
    body: bool,
    slug: bool,
}

#[derive(Queryable)]
struct CurrentRow {
    number: i32,
    at: Stored,
}

#[derive(Queryable)]
struct EndRow {
    by: Option<String>,
    slug: Option<String>,
    archive_reason: Option<String>,
}

#[derive(Queryable)]
struct RequestRow {
    ids: Option<Vec<i64>>,
    names: Option<Vec<String>>,
    at: NullableTimestamp,
    note: Option<String>,
}

#[derive(Queryable)]
struct LookRow {
    reader: Option<i64>,
    name: Option<String>,
    revision: Option<i32>,
    at: NullableTimestamp,
}

/// Returns an author's own posts, state by state as they are named, what was saved
/// last first, so many of each at most.
pub fn saved_last(
    conn: &mut PgConnection,
    author: UserId,
    wanted: &[(State, usize)],
) -> QueryResult<Vec<OwnLine>> {
    // A limit for each state that is no literal would be one that the planner
    // does not know.
    let of_each = wanted.iter().enumerate().map(|(place, (state, most))| {
        let state = state.as_str();
        format!(
            "(SELECT {place} AS place, (SELECT count(*) FROM (
                  SELECT FROM posts WHERE author_id = $1 AND state = '{state}' LIMIT {COUNTED_OWN}
              ) few) AS of_state, one.*
              FROM (SELECT * FROM posts WHERE author_id = $1 AND state = '{state}'
                    ORDER BY id DESC LIMIT {COUNTED_OWN}) one
              JOIN revisions saved ON saved.post_id = one.id AND saved.number = one.current_revision
              ORDER BY saved.at DESC, one.id DESC LIMIT {most})"
        )
    });
    let posts = of_each.collect::<Vec<_>>().join(" UNION ALL ");
    let rows = statement::<OwnSqlType>(own_lines(&posts, "p.place, r.at DESC, p.id DESC"))
        .bind::<BigInt, _>(author.0)
        .load::<OwnRow>(conn)?;
    Ok(rows.into_iter().map(OwnLine::from).collect())
}

/// Returns an author's own posts in one state, the newest first, from before the
/// given post on.
pub fn written_by(
    conn: &mut PgConnection,
    author: UserId,
    state: State,
    before: Option<PostId>,
    limit: usize,
) -> QueryResult<Vec<OwnLine>> {
    let posts = format!(
        "SELECT 0::bigint AS of_state, posts.* FROM posts
         WHERE author_id = $1 AND state = '{}' AND id < $2 ORDER BY id DESC LIMIT {limit}",
        state.as_str()
    );
    let rows = statement::<OwnSqlType>(own_lines(&posts, "p.id DESC"))
        .bind::<BigInt, _>(author.0)
        .bind::<BigInt, _>(before.map_or(i64::MAX, |post| post.0))
        .load::<OwnRow>(conn)?;
    Ok(rows.into_iter().map(OwnLine::from).collect())
}

/// Returns those of an author's own posts whose newest text has the words, the newest
/// first.
pub fn own_with_words(
    conn: &mut PgConnection,
    author: UserId,
    words: &Words,
    limit: usize,
) -> QueryResult<Vec<OwnLine>> {
    let posts = format!(
        "SELECT 0::bigint AS of_state, posts.*
         FROM post_documents d JOIN posts ON posts.id = d.post_id
         WHERE d.document @@ $2::tsquery AND posts.author_id = $1
         ORDER BY d.post_id DESC LIMIT {limit}"
    );
    let rows = statement::<OwnSqlType>(own_lines(&posts, "p.id DESC"))
        .planned_anew()
        .bind::<BigInt, _>(author.0)
        .bind::<Text, _>(words.query())
        .load::<OwnRow>(conn)?;
    Ok(rows.into_iter().map(OwnLine::from).collect())
}

/// Returns the query that has the lines of these posts, in this order.
fn own_lines(posts: &str, order: &str) -> String {
    let columns = concat!(
        "SELECT p.id, p.state, p.since, p.of_state, ",
        name!(),
        ",   has_visible_text(r.title), has_visible_text(r.summary), has_visible_text(r.body),
             r.slug IS NOT NULL, r.number, r.at,
             doer.display_name || ' (' || doer.username || ')', p.slug, p.archive_reason,
             request.ids, request.names, request.at, request.note,
             look.id, look.names, look.revision, look.last_at
         FROM "
    );
    let facts = concat!(
        " p
         JOIN revisions r ON r.post_id = p.id AND r.number = p.current_revision
         LEFT JOIN users doer ON doer.id = coalesce(p.archived_by, p.published_by) ",
        request_where!("asked.revision = p.current_revision "),
        look!()
    );
    format!("{columns} ({posts}) {facts} ORDER BY {order}")
}

impl From<OwnRow> for OwnLine {
    fn from(row: OwnRow) -> Self {
        let has_address = !row.has.title || row.has.slug || row.name.gives_slug();
        let parts = [
            ("title", row.has.title),
            ("summary", row.has.summary),
            ("body", row.has.body),
            ("web address", has_address),
        ];
        Self {
            id: PostId(row.place.id),
            state: row.place.state,
            name: row.name,
            missing: parts
                .into_iter()
                .filter_map(|(name, is_there)| (!is_there).then_some(name))
                .collect(),
            since: row.place.since.to_jiff(),
            revision: RevisionNumber(row.current.number),
            revised_at: row.current.at.to_jiff(),
            by: row.end.by,
            slug: row.end.slug,
            archive_reason: row.end.archive_reason,
            request: row.request.requests(),
            last_reading: row.look.reading(),
            of_state: row.place.of_state as usize,
        }
    }
}

type QueueSqlType = (
    (BigInt, BigInt, Text, Bool, Timestamptz),
    NameSqlType,
    (Integer, Timestamptz),
    RequestSqlType,
    LookSqlType,
    Nullable<Integer>,
);

#[derive(Queryable)]
struct QueueRow {
    post: QueuedRow,
    name: Name,
    current: CurrentRow,
    request: RequestRow,
    look: LookRow,
    own_reading: Option<i32>,
}

#[derive(Queryable)]
struct QueuedRow {
    id: i64,
    author: i64,
    author_name: String,
    author_is_active: bool,
    submitted_at: Stored,
}

impl From<QueueRow> for QueueLine {
    fn from(row: QueueRow) -> Self {
        Self {
            id: PostId(row.post.id),
            name: row.name,
            author: byline(row.post.author, &row.post.author_name),
            author_is_active: row.post.author_is_active,
            submitted_at: row.post.submitted_at.to_jiff(),
            revision: RevisionNumber(row.current.number),
            revised_at: row.current.at.to_jiff(),
            request: row.request.requests(),
            last_reading: row.look.reading(),
            own_reading: row.own_reading.map(RevisionNumber),
        }
    }
}

macro_rules! queue_where {
    ($condition:literal) => {
        concat!(
            "SELECT p.id, author.id, author.username || ' ' || author.display_name, \
             author.is_active, p.submitted_at, ",
            name!(),
            ",   r.number, r.at,
                 request.ids, request.names, request.at, request.note,
                 look.id, look.names, look.revision, look.last_at,
                 (SELECT max(readings.revision) FROM readings
                  WHERE readings.post_id = p.id AND readings.reader_id = $1)
             FROM posts p
             JOIN users author ON author.id = p.author_id
             JOIN revisions r ON r.post_id = p.id AND r.number = p.current_revision ",
            request_where!("true "),
            look!(),
            "WHERE p.state = 'in_review' AND p.author_id <> $1 AND ",
            $condition,
            " (author.is_active AND EXISTS (
                 SELECT FROM standing_requests asked
                 WHERE asked.post_id = p.id AND asked.revision = p.current_revision))
             ORDER BY p.submitted_at, p.id"
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
    let rows = statement.bind::<BigInt, _>(reviewer.0).at_most(limit).load::<QueueRow>(conn)?;
    Ok(rows.into_iter().map(QueueLine::from).collect())
}

impl RequestRow {
    fn requests(self) -> Option<Requests> {
        let mut by: Vec<Byline> = Vec::new();
        for (id, name) in self.ids?.into_iter().zip(self.names?) {
            if by.iter().all(|known| known.id.0 != id) {
                by.push(byline(id, &name));
            }
        }
        Some(Requests { by, at: self.at.to_jiff()?, note: self.note? })
    }
}

impl LookRow {
    fn reading(self) -> Option<Reading> {
        Some(Reading {
            reader: byline(self.reader?, &self.name?),
            revision: RevisionNumber(self.revision?),
            at: self.at.to_jiff()?,
        })
    }
}
