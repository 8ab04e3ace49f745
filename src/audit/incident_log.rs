//! Reads incidents: a page of them, or one, with its lock.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid};
use jiff_diesel::{Timestamp as Stored, ToDiesel};

use crate::domain::{Acknowledgement, Byline, Incident, IncidentId, PostId, RequestId};
use crate::store::Transaction;
use crate::store::paging::{Cursor, HasCursor, Order, Page, PageRequest};
use crate::store::statement::statement;
use crate::store::values::BylineSqlType;

/// Whether an incident has been acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncidentState {
    /// No person has acknowledged it.
    Open,
    /// A person has acknowledged it.
    Acknowledged,
}

impl HasCursor for Incident {
    fn place(&self) -> Cursor {
        Cursor { at: self.at, id: self.id.0 }
    }
}

type IncidentSqlType = (
    BigInt,
    Timestamptz,
    Uuid,
    Text,
    Nullable<BylineSqlType>,
    Text,
    Nullable<BigInt>,
    Text,
    Text,
    Nullable<(Timestamptz, BylineSqlType, Text)>,
);

#[derive(Queryable)]
struct IncidentRow {
    id: IncidentId,
    at: Stored,
    request: RequestId,
    interface: String,
    actor: Option<Byline>,
    action: String,
    post: Option<PostId>,
    invariant: String,
    detail: String,
    acknowledgement: Option<(Stored, Byline, String)>,
}

const COLUMNS: &str = "SELECT i.id, i.at, i.request_id, i.interface, actor.id, actor.username || \
                       ' ' || actor.display_name,
     i.action, i.post_id, i.invariant, i.detail,
     i.acknowledged_at, staff.id, staff.username || ' ' || staff.display_name, i.acknowledgement
 FROM incidents i
 LEFT JOIN users actor ON actor.id = i.actor_id
 LEFT JOIN users staff ON staff.id = i.acknowledged_by
 WHERE ";

/// Returns a page of incidents.
pub fn incidents(
    conn: &mut PgConnection,
    state: IncidentState,
    slice: &PageRequest,
) -> QueryResult<Page<Incident>> {
    let which = match state {
        IncidentState::Open => "i.acknowledged_at IS NULL AND ",
        IncidentState::Acknowledged => "i.acknowledged_at IS NOT NULL AND ",
    };
    let range = match slice.reads() {
        Order::NewestFirst => "(i.at, i.id) < ($1, $2) ORDER BY i.at DESC, i.id DESC",
        Order::OldestFirst => "(i.at, i.id) > ($1, $2) ORDER BY i.at, i.id",
    };
    let start = slice.start();
    let rows = statement::<IncidentSqlType>([COLUMNS, which, range].concat())
        .bind::<Timestamptz, _>(start.at.to_diesel())
        .bind::<BigInt, _>(start.id)
        .at_most(slice.limit())
        .load::<IncidentRow>(conn)?;
    Ok(slice.page(rows.into_iter().map(Incident::from).collect()))
}

/// Returns an incident, or `None` when it does not exist.
pub fn incident(conn: &mut PgConnection, id: IncidentId) -> QueryResult<Option<Incident>> {
    let row = statement::<IncidentSqlType>([COLUMNS, "i.id = $1"].concat())
        .bind::<BigInt, _>(id.0)
        .get_result::<IncidentRow>(conn)
        .optional()?;
    Ok(row.map(Incident::from))
}

/// Locks an incident and returns it as it is now. It takes two statements: one
/// that waited for the lock would show the joined rows as of before the wait.
pub fn lock_incident(tx: &mut Transaction<'_>, id: IncidentId) -> QueryResult<Option<Incident>> {
    statement::<BigInt>("SELECT id FROM incidents WHERE id = $1 FOR UPDATE")
        .bind::<BigInt, _>(id.0)
        .get_result::<i64>(tx.conn())
        .optional()?;
    incident(tx.conn(), id)
}

impl From<IncidentRow> for Incident {
    fn from(row: IncidentRow) -> Self {
        let acknowledgement = row.acknowledgement.map(|(at, by, note)| Acknowledgement {
            at: at.to_jiff(),
            by,
            note,
        });
        Self {
            id: row.id,
            at: row.at.to_jiff(),
            request: row.request,
            interface: row.interface,
            actor: row.actor,
            action: row.action,
            post: row.post,
            invariant: row.invariant,
            detail: row.detail,
            acknowledgement,
        }
    }
}
