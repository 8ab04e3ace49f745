//! The refusals, a page at a time, by whatever is asked of them.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid};
use jiff::Timestamp;
use jiff_diesel::{Timestamp as Stored, ToDiesel};

use crate::domain::{Byline, PostId, Reason, RequestId, RevisionNumber, UserId};
use crate::store::paging::{Cursor, HasCursor, Order, Page, PageRequest};
use crate::store::statement::{Statement, statement, statement_of};

/// One refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalLine {
    /// Its name in the database.
    pub id: i64,
    /// When it was recorded.
    pub at: Timestamp,
    /// The request, as the refused person's page named it.
    pub request: RequestId,
    /// The edge that they came through.
    pub interface: String,
    /// Who was refused.
    pub actor: Byline,
    /// What they sign in with.
    pub username: String,
    /// What they wanted to do.
    pub action: String,
    /// To which post, as they named it: it may not exist.
    pub post: Option<PostId>,
    /// What that post is called now, if it exists.
    pub title: Option<String>,
    /// Which revision they were looking at.
    pub seen: Option<RevisionNumber>,
    /// Which layer refused.
    pub layer: String,
    /// The reasons in the words that they were given.
    pub reasons: Vec<Reason>,
}

impl HasCursor for RefusalLine {
    fn place(&self) -> Cursor {
        Cursor { at: self.at, id: self.id }
    }
}

/// Which refusals are asked for: those to which everything that is given here
/// applies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RefusalFilter {
    /// Whose.
    pub actor: Option<UserId>,
    /// About which post.
    pub post: Option<PostId>,
    /// Of which action.
    pub action: Option<String>,
    /// By which layer.
    pub layer: Option<String>,
    /// By which rule, among others perhaps.
    pub code: Option<String>,
    /// Through which edge.
    pub interface: Option<String>,
    /// From this moment on.
    pub since: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
}

impl RefusalFilter {
    fn is_about_kinds(&self) -> bool {
        [&self.action, &self.layer, &self.code, &self.interface].into_iter().any(Option::is_some)
    }
}

type LineSqlType = (
    (BigInt, Timestamptz, Uuid, Text),
    (BigInt, Text, Text),
    (Text, Nullable<BigInt>, Nullable<Text>, Nullable<Integer>),
    (Text, Jsonb),
);
type LineRow = (
    (i64, Stored, uuid::Uuid, String),
    (i64, String, String),
    (String, Option<i64>, Option<String>, Option<i32>),
    (String, serde_json::Value),
);

/// Returns a page of the refusals. It reads indexes from where the page begins
/// and no further than the page is long, however many refusals there are.
///
/// # Errors
///
/// The database's.
pub fn refusals(
    conn: &mut PgConnection,
    filter: &RefusalFilter,
    slice: &PageRequest,
) -> QueryResult<Page<RefusalLine>> {
    let start = slice.start();
    let found = list(filter, slice.reads())
        .bind::<Timestamptz, _>(start.at.to_diesel())
        .bind::<BigInt, _>(start.id)
        .bind::<Timestamptz, _>(filter.since.unwrap_or(Timestamp::UNIX_EPOCH).to_diesel())
        .bind::<Timestamptz, _>(filter.until.unwrap_or(Timestamp::MAX).to_diesel())
        .bind::<Nullable<Text>, _>(filter.action.as_deref())
        .bind::<Nullable<Text>, _>(filter.layer.as_deref())
        .bind::<Nullable<Text>, _>(filter.interface.as_deref())
        .bind::<Nullable<Text>, _>(filter.code.as_deref())
        .bind::<Nullable<BigInt>, _>(filter.actor.map(|actor| actor.0))
        .bind::<Nullable<BigInt>, _>(filter.post.map(|post| post.0))
        .at_most_each(slice.limit())
        .load::<LineRow>(conn)?;
    let lines: QueryResult<Vec<RefusalLine>> = found.into_iter().map(line).collect();
    Ok(slice.page(lines?))
}

/// Returns the statement for a filter, in one direction.
fn list<'a>(filter: &RefusalFilter, order: Order) -> Statement<'a, LineSqlType> {
    let (beyond, sorted, farthest, not_beyond) = match order {
        Order::NewestFirst => (
            "(r.at, r.id) < ($1, $2) AND r.at >= $3 AND r.at < $4 ",
            "ORDER BY r.at DESC, r.id DESC",
            "min(r.at)",
            "AND r.at >= coalesce((SELECT at FROM edge), '-infinity') ",
        ),
        Order::OldestFirst => (
            "(r.at, r.id) > ($1, $2) AND r.at >= $3 AND r.at < $4 ",
            "ORDER BY r.at, r.id",
            "max(r.at)",
            "AND r.at <= coalesce((SELECT at FROM edge), 'infinity') ",
        ),
    };
    let scope = match (filter.actor.is_some(), filter.post.is_some()) {
        (false, false) => "",
        (true, false) => "r.actor_id = $9 AND ",
        (false, true) => "r.post_id = $10 AND ",
        (true, true) => "r.actor_id = $9 AND r.post_id = $10 AND ",
    };
    if scope.is_empty() && !filter.is_about_kinds() {
        let page = ["(SELECT r.* FROM refusals r WHERE ", beyond, sorted, " LIMIT rows) r"];
        let [from, beyond, sorted, end] = page;
        return statement_of(&[COLUMNS, from, beyond, sorted, end, NAMES, sorted]);
    }
    statement_of(&[
        // Each kind that there is, found behind the one before it.
        "WITH RECURSIVE kinds AS (
             (SELECT r.kind FROM refusals r WHERE ",
        scope,
        "true ORDER BY r.kind LIMIT 1)
             UNION ALL
             SELECT following.kind FROM kinds CROSS JOIN LATERAL (
                 SELECT r.kind FROM refusals r WHERE ",
        scope,
        "r.kind > kinds.kind ORDER BY r.kind LIMIT 1
             ) AS following
         ),
         wanted AS MATERIALIZED (
             SELECT kind FROM kinds
             WHERE ($5::text IS NULL OR split_part(kind, ' ', 1) = $5)
               AND ($6::text IS NULL OR split_part(kind, ' ', 2) = $6)
               AND ($7::text IS NULL OR split_part(kind, ' ', 3) = $7)
               AND ($8::text IS NULL OR $8 = ANY ((string_to_array(kind, ' '))[4:]))
         ),
         -- Where the first two of each fill the page, it ends no later than they
         -- do, and the rest of each need not be read any further.
         edge AS MATERIALIZED (
             SELECT ",
        farthest,
        " AS at FROM (
                 SELECT r.at FROM wanted CROSS JOIN LATERAL (
                     SELECT r.at, r.id FROM refusals r WHERE ",
        scope,
        "r.kind = wanted.kind AND ",
        beyond,
        sorted,
        " LIMIT 2) r ",
        sorted,
        " LIMIT rows
             ) r HAVING count(*) = rows
         ) ",
        COLUMNS,
        "(SELECT r.* FROM wanted CROSS JOIN LATERAL (
             SELECT r.at, r.id FROM refusals r WHERE ",
        scope,
        "r.kind = wanted.kind AND ",
        beyond,
        not_beyond,
        sorted,
        " LIMIT rows) r ",
        sorted,
        " LIMIT rows) page JOIN refusals r ON r.id = page.id",
        NAMES,
        sorted,
    ])
}

const COLUMNS: &str = "SELECT r.id, r.at, r.request_id, r.interface,
     actor.id, actor.display_name, actor.username,
     r.action, r.post_id, text.title, r.revision_seen, r.layer, r.reasons
 FROM ";
const NAMES: &str = " JOIN users actor ON actor.id = r.actor_id
 LEFT JOIN posts p ON p.id = r.post_id
 LEFT JOIN revisions text ON text.post_id = p.id AND text.number = p.current_revision ";

fn line(row: LineRow) -> QueryResult<RefusalLine> {
    let ((id, at, request, interface), (actor, name, username), asked, (layer, reasons)) = row;
    let (action, post, title, seen) = asked;
    let reasons = serde_json::from_value(reasons)
        .map_err(|error| diesel::result::Error::DeserializationError(Box::new(error)))?;
    Ok(RefusalLine {
        id,
        at: at.to_jiff(),
        request: RequestId(request),
        interface,
        actor: Byline { id: UserId(actor), name },
        username,
        action,
        post: post.map(PostId),
        title,
        seen: seen.map(RevisionNumber),
        layer,
        reasons,
    })
}

/// How many refusals [`refusals_since`] counts at most.
pub const MOST_COUNTED: i64 = 1_000;

/// How often a layer has refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerCount {
    /// The layer.
    pub layer: String,
    /// How often.
    pub count: i64,
}

/// Returns how often each layer has refused since a moment, among the newest
/// [`MOST_COUNTED`] refusals.
///
/// # Errors
///
/// The database's.
pub fn refusals_since(conn: &mut PgConnection, since: Timestamp) -> QueryResult<Vec<LayerCount>> {
    let counts = statement::<(Text, BigInt)>(
        "SELECT layer, count(*) FROM (
             SELECT layer FROM refusals WHERE at >= $1 ORDER BY at DESC, id DESC LIMIT 1000
         ) AS newest
         GROUP BY layer ORDER BY layer",
    )
    .bind::<Timestamptz, _>(since.to_diesel())
    .load::<(String, i64)>(conn)?;
    Ok(counts.into_iter().map(|(layer, count)| LayerCount { layer, count }).collect())
}
