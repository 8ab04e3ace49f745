//! The incidents, a page at a time, and one of them for whoever takes it up.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid};
use jiff_diesel::{NullableTimestamp, Timestamp as Stored, ToDiesel};

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

type RowSqlType = (
    (BigInt, Timestamptz, Uuid, Text),
    (Nullable<BigInt>, Nullable<Text>),
    (Text, Nullable<BigInt>, Text, Text),
    (Nullable<Timestamptz>, Nullable<BigInt>, Nullable<Text>, Nullable<Text>),
);
type Row = (
    (i64, Stored, uuid::Uuid, String),
    (Option<i64>, Option<String>),
    (String, Option<i64>, String, String),
    (NullableTimestamp, Option<i64>, Option<String>, Option<String>),
);

const COLUMNS: &str = "SELECT i.id, i.at, i.request_id, i.interface, actor.id, actor.display_name,
     i.action, i.post_id, i.invariant, i.detail,
     i.acknowledged_at, taker.id, taker.display_name, i.acknowledgement
 FROM incidents i
 LEFT JOIN users actor ON actor.id = i.actor_id
 LEFT JOIN users taker ON taker.id = i.acknowledged_by
 WHERE ";

/// Returns a page of the incidents.
///
/// # Errors
///
/// The database's.
pub fn incidents(
    conn: &mut PgConnection,
    state: IncidentState,
    slice: &PageRequest,
) -> QueryResult<Page<Incident>> {
    let which = match state {
        IncidentState::Open => "i.acknowledged_at IS NULL AND ",
        IncidentState::Acknowledged => "i.acknowledged_at IS NOT NULL AND ",
    };
    let stretch = match slice.reads() {
        Order::NewestFirst => "(i.at, i.id) < ($1, $2) ORDER BY i.at DESC, i.id DESC",
        Order::OldestFirst => "(i.at, i.id) > ($1, $2) ORDER BY i.at, i.id",
    };
    let start = slice.start();
    let found = statement::<RowSqlType>([COLUMNS, which, stretch].concat())
        .bind::<Timestamptz, _>(start.at.to_diesel())
        .bind::<BigInt, _>(start.id)
        .at_most(slice.limit())
        .load::<Row>(conn)?;
    Ok(slice.page(found.into_iter().map(read).collect()))
}

/// Returns an incident, or `None` where there is none of that name.
///
/// # Errors
///
/// The database's.
pub fn incident(conn: &mut PgConnection, id: IncidentId) -> QueryResult<Option<Incident>> {
    let found = statement::<RowSqlType>([COLUMNS, "i.id = $1"].concat())
        .bind::<BigInt, _>(id.0)
        .get_result::<Row>(conn)
        .optional()?;
    Ok(found.map(read))
}

/// Locks an incident and returns it as it is now. It is two statements,
/// because one that had to wait for the lock would show everything but the
/// locked row as it was before the wait.
///
/// # Errors
///
/// The database's.
pub fn lock_incident(tx: &mut Transaction<'_>, id: IncidentId) -> QueryResult<Option<Incident>> {
    statement::<BigInt>("SELECT id FROM incidents WHERE id = $1 FOR UPDATE")
        .bind::<BigInt, _>(id.0)
        .get_result::<i64>(tx.conn())
        .optional()?;
    incident(tx.conn(), id)
}

fn read(row: Row) -> Incident {
    let ((id, at, request, interface), (actor, name), asked, taken) = row;
    let (action, post, invariant, detail) = asked;
    let (taken_at, taker, taker_name, note) = taken;
    let acknowledgement = match (taken_at.to_jiff(), taker, taker_name, note) {
        (Some(at), Some(id), Some(name), Some(note)) => {
            Some(Acknowledgement { at, by: Byline { id: UserId(id), name }, note })
        }
        _ => None,
    };
    Incident {
        id: IncidentId(id),
        at: at.to_jiff(),
        request: RequestId(request),
        interface,
        actor: actor.zip(name).map(|(id, name)| Byline { id: UserId(id), name }),
        action,
        post: post.map(PostId),
        invariant,
        detail,
        acknowledgement,
    }
}
