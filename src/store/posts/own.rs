//! An author's own posts. Each list goes by an index and ends at a limit.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp, Timestamp as Stored};

use super::desk_line::{
    ChangeRequestRow, CurrentRow, LookRow, LookSqlType, Name, NameSqlType, RequestSqlType,
    Requests, look, name, request_where,
};
use super::words::Words;
use crate::domain::{Content, PostId, Reading, RevisionNumber, State, UserId};
use crate::store::paging::Cursor;
use crate::store::statement::statement;

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
/// were saved: the last ones to enter their state.
pub const COUNTED_OWN: usize = 1000;

type OwnSqlType = (
    (BigInt, Text, Timestamptz, BigInt, Nullable<Timestamptz>, Nullable<BigInt>),
    NameSqlType,
    (Text, Text, Text, Bool),
    (Integer, Timestamptz),
    (Nullable<Text>, Nullable<Text>, Nullable<Text>),
    RequestSqlType,
    LookSqlType,
);

#[derive(Queryable)]
struct OwnRow {
    place: PlaceRow,
    name: Name,
    text: TextRow,
    current: CurrentRow,
    end: EndRow,
    request: ChangeRequestRow,
    look: LookRow,
}

#[derive(Queryable)]
struct PlaceRow {
    id: i64,
    state: State,
    since: Stored,
    of_state: i64,
    last_since: NullableTimestamp,
    last_id: Option<i64>,
}

#[derive(Queryable)]
struct TextRow {
    title: String,
    summary: String,
    /// As much of it as shows whether readers see anything: of a draft that does not
    /// begin with a word, all of it.
    body: String,
    has_slug: bool,
}

impl TextRow {
    /// Returns what is missing before it can be submitted.
    fn missing(self) -> Vec<&'static str> {
        let Self { title, summary, body, has_slug } = self;
        let chosen = has_slug.then(|| CHOSEN.to_owned());
        Content::stored([title, summary, body], chosen).missing()
    }
}

/// In place of a chosen web address: which one it is does not matter here.
const CHOSEN: &str = "chosen";

#[derive(Queryable)]
struct EndRow {
    by: Option<String>,
    slug: Option<String>,
    archive_reason: Option<String>,
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
              ) few) AS of_state, NULL::timestamptz AS last_since, NULL::bigint AS last_id, one.*
              FROM (SELECT * FROM posts WHERE author_id = $1 AND state = '{state}'
                    ORDER BY since DESC, id DESC LIMIT {COUNTED_OWN}) one
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

/// A page of an author's own posts in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnPosts {
    /// The posts, what was saved last first.
    pub lines: Vec<OwnLine>,
    /// Where the next page begins, if there is one.
    pub next: Option<OwnStart>,
}

/// Where a page of an author's own posts begins. The list goes thousand by thousand,
/// the last posts to enter the state first; each thousand is sorted by when its posts
/// were saved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OwnStart {
    /// The last post of the thousand before, by when it entered its state; none for the
    /// first thousand.
    pub thousand_after: Option<Cursor>,
    /// The last post of the page before, by when it was saved, if it is in the same
    /// thousand.
    pub after: Option<Cursor>,
}

/// Returns a page of an author's own posts in one state.
pub fn written_by(
    conn: &mut PgConnection,
    author: UserId,
    state: State,
    start: OwnStart,
    size: usize,
) -> QueryResult<OwnPosts> {
    let state = state.as_str();
    let posts = format!(
        "SELECT 0::bigint AS of_state, one.*, older.last_since, older.last_id
         FROM (SELECT *, last_value(since) OVER thousand AS oldest_since,
                   last_value(id) OVER thousand AS oldest_id
               FROM (SELECT * FROM posts WHERE author_id = $1 AND state = '{state}'
                         AND (since, id) < ($2, $3)
                     ORDER BY since DESC, id DESC LIMIT {COUNTED_OWN}) few
               WINDOW thousand AS (ORDER BY since DESC, id DESC
                   ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)) one
         JOIN revisions saved ON saved.post_id = one.id AND saved.number = one.current_revision
         LEFT JOIN LATERAL (
             SELECT one.oldest_since AS last_since, one.oldest_id AS last_id
             WHERE EXISTS (SELECT FROM posts WHERE author_id = $1 AND state = '{state}'
                           AND (since, id) < (one.oldest_since, one.oldest_id))
         ) older ON true
         WHERE (saved.at, one.id) < ($4, $5)
         ORDER BY saved.at DESC, one.id DESC LIMIT {}",
        size + 1
    );
    let [above, after] = [start.thousand_after, start.after]
        .map(|cursor| cursor.unwrap_or(Cursor { at: Timestamp::MAX, id: i64::MAX }));
    let mut rows = statement::<OwnSqlType>(own_lines(&posts, "r.at DESC, p.id DESC"))
        .bind::<BigInt, _>(author.0)
        .bind::<Timestamptz, _>(Stored::from(above.at))
        .bind::<BigInt, _>(above.id)
        .bind::<Timestamptz, _>(Stored::from(after.at))
        .bind::<BigInt, _>(after.id)
        .load::<OwnRow>(conn)?;
    let has_more = rows.len() > size;
    rows.truncate(size);
    let next = rows.last().and_then(|last| match (has_more, last.place.thousand()) {
        (true, _) => Some(OwnStart { after: Some(last.cursor()), ..start }),
        (false, last) => last.map(|last| OwnStart { thousand_after: Some(last), after: None }),
    });
    Ok(OwnPosts { lines: rows.into_iter().map(OwnLine::from).collect(), next })
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
        "SELECT 0::bigint AS of_state, NULL::timestamptz AS last_since, NULL::bigint AS last_id, posts.*
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
        "SELECT p.id, p.state, p.since, p.of_state, p.last_since, p.last_id, ",
        name!(),
        ",   r.title, r.summary,
             CASE WHEN p.state <> 'draft' OR opening(r.body) ~ '^[-#>*_ ]*[A-Za-z]'
                  THEN opening(r.body) ELSE r.body END,
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

impl PlaceRow {
    /// Returns the last post of the thousand, if there is another one.
    fn thousand(&self) -> Option<Cursor> {
        Some(Cursor { at: self.last_since.to_jiff()?, id: self.last_id? })
    }
}

impl OwnRow {
    fn cursor(&self) -> Cursor {
        Cursor { at: self.current.at.to_jiff(), id: self.place.id }
    }
}

impl From<OwnRow> for OwnLine {
    fn from(row: OwnRow) -> Self {
        Self {
            id: PostId(row.place.id),
            state: row.place.state,
            name: row.name,
            missing: row.text.missing(),
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
