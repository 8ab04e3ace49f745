//! Reads refusals: a filtered page of them, and counts.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use crate::domain::{
    Byline, Interface, Layer, PostId, Reason, RecordedAction, RequestId, RevisionNumber, Title,
    UserId,
};
use crate::store::paging::{Cursor, HasCursor, Order, Page, PageRequest};
use crate::store::row::{row, select};
use crate::store::values::byline;

row! {
    /// One refusal.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct RefusalLine {
        pub id: i64 = "r.id",
        pub at: Timestamp = "r.at",
        /// The request id, which the person's page also showed.
        pub request: RequestId = "r.request_id",
        pub interface: Interface = "r.interface",
        pub actor: Byline = byline!("actor"),
        pub action: RecordedAction = "r.action",
        /// The post, as the request named it: it may not exist.
        pub post: Option<PostId> = "r.post_id",
        /// The post's current title, if it exists.
        pub title: Option<Title> = "text.title",
        pub seen: Option<RevisionNumber> = "r.revision_seen",
        pub layer: Layer = "r.layer",
        /// The reasons, in the words that the person was shown.
        pub reasons: Vec<Reason> = "r.reasons",
    }
}

impl HasCursor for RefusalLine {
    fn cursor(&self) -> Cursor {
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
    pub action: Option<RecordedAction>,
    /// The layer that refused.
    pub layer: Option<Layer>,
    /// The code of one of the reasons.
    pub code: Option<String>,
    /// The interface.
    pub interface: Option<Interface>,
    /// Recorded at or after this time.
    pub since: Option<Timestamp>,
    /// Recorded before this time.
    pub until: Option<Timestamp>,
}

impl RefusalFilter {
    fn is_about_kinds(&self) -> bool {
        self.action.is_some()
            || self.layer.is_some()
            || self.code.is_some()
            || self.interface.is_some()
    }
}

/// Returns a page of refusals. It reads indexes from the cursor on, and no more
/// rows than the page has, however many refusals there are.
pub fn refusals(
    conn: &mut PgConnection,
    filter: &RefusalFilter,
    request: &PageRequest,
) -> QueryResult<Page<RefusalLine>> {
    let start = request.start();
    let lines = select::<RefusalLine>(list(filter, request.reads()))
        .bind::<Timestamptz, _>(start.at.to_diesel())
        .bind::<BigInt, _>(start.id)
        .bind::<Timestamptz, _>(filter.since.unwrap_or(Timestamp::UNIX_EPOCH).to_diesel())
        .bind::<Timestamptz, _>(filter.until.unwrap_or(Timestamp::MAX).to_diesel())
        .bind::<Nullable<Text>, _>(filter.action.map(RecordedAction::as_str))
        .bind::<Nullable<Text>, _>(filter.layer.map(Layer::as_str))
        .bind::<Nullable<Text>, _>(filter.interface.map(Interface::as_str))
        .bind::<Nullable<Text>, _>(filter.code.as_deref())
        .bind::<Nullable<BigInt>, _>(filter.actor.map(|actor| actor.0))
        .bind::<Nullable<BigInt>, _>(filter.post.map(|post| post.0))
        .at_most_each(request.limit())
        .load(conn)?;
    Ok(request.page(lines))
}

/// Returns the statement for a filter, in one direction.
fn list(filter: &RefusalFilter, order: Order) -> String {
    let (sign, way) = (order.sign(), order.way());
    let beyond = &*format!("(r.at, r.id) {sign} ($1, $2) AND r.at >= $3 AND r.at < $4 ");
    let sorted = &*format!("ORDER BY r.at {way}, r.id {way}");
    let (farthest, not_beyond) = match order {
        Order::Descending => {
            ("min(r.at)", "AND r.at >= coalesce((SELECT at FROM edge), '-infinity') ")
        }
        Order::Ascending => {
            ("max(r.at)", "AND r.at <= coalesce((SELECT at FROM edge), 'infinity') ")
        }
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
        return [SELECT, from, beyond, sorted, end, NAMES, sorted].concat();
    }
    [
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
        SELECT,
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
    ]
    .concat()
}

const SELECT: &str = "SELECT {columns} FROM ";
const NAMES: &str = " JOIN users actor ON actor.id = r.actor_id
 LEFT JOIN posts p ON p.id = r.post_id
 LEFT JOIN revisions text ON text.post_id = p.id AND text.number = p.current_revision ";

/// The most refusals that [`refusals_since`] counts.
pub const MOST_COUNTED: i64 = 1_000;

row! {
    /// The number of refusals of a layer.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct LayerCount {
        pub layer: Layer = "layer",
        pub count: i64 = "count(*)",
    }
}

/// Returns the number of refusals of each layer since a time, among the newest
/// [`MOST_COUNTED`] refusals.
pub fn refusals_since(conn: &mut PgConnection, since: Timestamp) -> QueryResult<Vec<LayerCount>> {
    select::<LayerCount>(
        "SELECT {columns} FROM (
             SELECT layer FROM refusals WHERE at >= $1 ORDER BY at DESC, id DESC LIMIT rows
         ) AS newest
         GROUP BY layer ORDER BY layer",
    )
    .at_most_each(MOST_COUNTED)
    .bind::<Timestamptz, _>(since.to_diesel())
    .load(conn)
}
