//! Reads refusals: a filtered page of them, and counts.

use diesel::deserialize;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid};
use jiff::Timestamp;
use jiff_diesel::{Timestamp as Stored, ToDiesel};

use crate::domain::{Byline, PostId, Reason, RequestId, RevisionNumber, UserId};
use crate::store::paging::{Cursor, HasCursor, Order, Page, PageRequest};
use crate::store::statement::{Statement, statement, statement_of};
use crate::store::values::BylineSqlType;

/// One refusal.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct RefusalLine {
    /// Its id.
    pub id: i64,
    /// When it was recorded.
    #[diesel(deserialize_as = Stored)]
    pub at: Timestamp,
    /// The request id, which the person's page also showed.
    pub request: RequestId,
    /// The interface.
    pub interface: String,
    /// The account that was refused.
    pub actor: Byline,
    /// The action.
    pub action: String,
    /// The post, as the request named it: it may not exist.
    pub post: Option<PostId>,
    /// The post's current title, if it exists.
    pub title: Option<String>,
    /// The revision seen.
    pub seen: Option<RevisionNumber>,
    /// The layer that refused.
    pub layer: String,
    /// The reasons, in the words that the person was shown.
    #[diesel(deserialize_as = StoredReasons)]
    pub reasons: Vec<Reason>,
}

impl HasCursor for RefusalLine {
    fn place(&self) -> Cursor {
        Cursor { at: self.at, id: self.id }
    }
}

/// Which refusals to list: those that match every field that is set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RefusalFilter {
    /// The person who was refused.
    pub actor: Option<UserId>,
    /// The post.
    pub post: Option<PostId>,
    /// The action.
    pub action: Option<String>,
    /// The layer that refused.
    pub layer: Option<String>,
    /// The code of one of the reasons.
    pub code: Option<String>,
    /// The interface.
    pub interface: Option<String>,
    /// Recorded at or after this time.
    pub since: Option<Timestamp>,
    /// Recorded before this time.
    pub until: Option<Timestamp>,
}

impl RefusalFilter {
    fn is_about_kinds(&self) -> bool {
        [&self.action, &self.layer, &self.code, &self.interface].into_iter().any(Option::is_some)
    }
}

type RefusalLineSqlType = (
    BigInt,
    Timestamptz,
    Uuid,
    Text,
    BylineSqlType,
    Text,
    Nullable<BigInt>,
    Nullable<Text>,
    Nullable<Integer>,
    Text,
    Jsonb,
);

/// The reasons as they are stored.
pub struct StoredReasons(Vec<Reason>);

impl Queryable<Jsonb, Pg> for StoredReasons {
    type Row = serde_json::Value;

    fn build(reasons: Self::Row) -> deserialize::Result<Self> {
        Ok(Self(serde_json::from_value(reasons)?))
    }
}

impl From<StoredReasons> for Vec<Reason> {
    fn from(stored: StoredReasons) -> Self {
        stored.0
    }
}

/// Returns a page of refusals. It reads indexes from the cursor on, and no more
/// rows than the page has, however many refusals there are.
pub fn refusals(
    conn: &mut PgConnection,
    filter: &RefusalFilter,
    slice: &PageRequest,
) -> QueryResult<Page<RefusalLine>> {
    let start = slice.start();
    let lines = list(filter, slice.reads())
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
        .load(conn)?;
    Ok(slice.page(lines))
}

/// Returns the statement for a filter, in one direction.
fn list<'a>(filter: &RefusalFilter, order: Order) -> Statement<'a, RefusalLineSqlType> {
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
     actor.id, actor.username || ' ' || actor.display_name,
     r.action, r.post_id, text.title, r.revision_seen, r.layer, r.reasons
 FROM ";
const NAMES: &str = " JOIN users actor ON actor.id = r.actor_id
 LEFT JOIN posts p ON p.id = r.post_id
 LEFT JOIN revisions text ON text.post_id = p.id AND text.number = p.current_revision ";

/// The most refusals that [`refusals_since`] counts.
pub const MOST_COUNTED: i64 = 1_000;

/// The number of refusals of a layer.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct LayerCount {
    /// The layer.
    pub layer: String,
    /// The number of refusals.
    pub count: i64,
}

/// Returns the number of refusals of each layer since a time, among the newest
/// [`MOST_COUNTED`] refusals.
pub fn refusals_since(conn: &mut PgConnection, since: Timestamp) -> QueryResult<Vec<LayerCount>> {
    statement::<(Text, BigInt)>(
        "SELECT layer, count(*) FROM (
             SELECT layer FROM refusals WHERE at >= $1 ORDER BY at DESC, id DESC LIMIT rows
         ) AS newest
         GROUP BY layer ORDER BY layer",
    )
    .at_most_each(MOST_COUNTED)
    .bind::<Timestamptz, _>(since.to_diesel())
    .load(conn)
}
