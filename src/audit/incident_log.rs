//! Reads incidents: a page of them, or one, with its lock.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid};
use jiff_diesel::{NullableTimestamp, ToDiesel};

use super::refusal_log::RecordRow;
use crate::domain::{Acknowledgement, Byline, Incident, IncidentId, PostId, RequestId, UserId};
use crate::store::Transaction;
use crate::store::paging::{Cursor, HasCursor, Order, Page, PageRequest};
use crate::store::statement::statement;

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
    (BigInt, Timestamptz, Uuid, Text),
    (Nullable<BigInt>, Nullable<Text>),
    (Text, Nullable<BigInt>, Text, Text),
    (Nullable<Timestamptz>, Nullable<BigInt>, Nullable<Text>, Nullable<Text>),
);

/// A person who may be absent.
#[derive(Queryable)]
struct MaybeActorRow {
    id: Option<i64>,
    name: Option<String>,
}

#[derive(Queryable)]
struct StoppedRow {
    action: String,
    post: Option<i64>,
    invariant: String,
    detail: String,
}

#[derive(Queryable)]
struct AcknowledgementRow {
    at: NullableTimestamp,
    by: Option<i64>,
    name: Option<String>,
    note: Option<String>,
}

#[derive(Queryable)]
struct IncidentRow {
    event: RecordRow,
    actor: MaybeActorRow,
    subject: StoppedRow,
    acknowledgement: AcknowledgementRow,
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
        let IncidentRow { event, actor, subject, acknowledgement: taken } = row;
        let acknowledgement = match (taken.at.to_jiff(), taken.by, taken.name, taken.note) {
            (Some(at), Some(id), Some(name), Some(note)) => {
                Some(Acknowledgement { at, by: Byline::from_names(UserId(id), &name), note })
            }
            _ => None,
        };
        Self {
            id: IncidentId(event.id),
            at: event.at.to_jiff(),
            request: RequestId(event.request),
            interface: event.interface,
            actor: actor.id.zip(actor.name).map(|(id, name)| Byline::from_names(UserId(id), &name)),
            action: subject.action,
            post: subject.post.map(PostId),
            invariant: subject.invariant,
            detail: subject.detail,
            acknowledgement,
        }
    }
}
