//! Reads incidents: a page of them, or one, with its lock.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use crate::domain::{
    Acknowledgement, Byline, Incident, IncidentId, Interface, PostId, RecordedAction, RequestId,
};
use crate::store::Transaction;
use crate::store::paging::{Cursor, HasCursor, Page, PageRequest};
use crate::store::row::{row, select};
use crate::store::statement::statement;
use crate::store::values::byline;

/// Whether an incident has been acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncidentState {
    /// No person has acknowledged it.
    Open,
    /// A person has acknowledged it.
    Acknowledged,
}

impl HasCursor for Incident {
    fn cursor(&self) -> Cursor {
        Cursor { at: self.at, id: self.id.0 }
    }
}

row! {
    for Incident {
        id: IncidentId = "i.id",
        at: Timestamp = "i.at",
        request: RequestId = "i.request_id",
        interface: Interface = "i.interface",
        actor: Option<Byline> = byline!("actor"),
        action: RecordedAction = "i.action",
        post: Option<PostId> = "i.post_id",
        invariant: String = "i.invariant",
        detail: String = "i.detail",
        acknowledgement: Option<Acknowledgement>,
    }
}

row! {
    for Acknowledgement {
        at: Timestamp = "i.acknowledged_at",
        by: Byline = byline!("staff"),
        note: String = "i.acknowledgement",
    }
}

const INCIDENTS: &str = "SELECT {columns} FROM incidents i
 LEFT JOIN users actor ON actor.id = i.actor_id
 LEFT JOIN users staff ON staff.id = i.acknowledged_by
 WHERE ";

/// Returns a page of incidents.
pub fn incidents(
    conn: &mut PgConnection,
    state: IncidentState,
    request: &PageRequest,
) -> QueryResult<Page<Incident>> {
    let which = match state {
        IncidentState::Open => "i.acknowledged_at IS NULL AND ",
        IncidentState::Acknowledged => "i.acknowledged_at IS NOT NULL AND ",
    };
    let start = request.start();
    let rows = select::<Incident>([INCIDENTS, which, &request.from_start("i.at", "i.id")].concat())
        .bind::<Timestamptz, _>(start.at.to_diesel())
        .bind::<BigInt, _>(start.id)
        .at_most(request.limit())
        .load(conn)?;
    Ok(request.page(rows))
}

/// Returns an incident, or `None` when it does not exist.
pub fn incident(conn: &mut PgConnection, id: IncidentId) -> QueryResult<Option<Incident>> {
    select::<Incident>([INCIDENTS, "i.id = $1"].concat())
        .bind::<BigInt, _>(id.0)
        .get_result(conn)
        .optional()
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
