//! Refusals, incidents and readings: written after a decision, and never part
//! of one.

pub mod catalogue;
mod entry;
mod incident_log;
mod readings;
mod refusal_counts;
mod refusal_log;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::domain::Reason;
use crate::metrics;
use crate::store::schema::incidents;
use crate::store::statement::statement;

pub use entry::AuditEntry;
pub use incident_log::{IncidentState, incident, incidents, lock_incident};
pub use readings::record_reading;
pub use refusal_counts::left_out as refusals_left_out;
pub use refusal_log::{
    LayerCount, MOST_COUNTED, RefusalFilter, RefusalLine, refusals as list_refusals, refusals_since,
};

/// Records the refusal of a signed-in actor, of each person and hour at most a
/// hundred. Anonymous refusals are logged and not stored: anybody could fill the
/// table.
pub fn record_refusal(
    conn: &mut PgConnection,
    asked: &AuditEntry,
    layer: &'static str,
    reasons: &[Reason],
) {
    let codes: Vec<&str> = reasons.iter().map(|reason| reason.code.as_str()).collect();
    tracing::info!(
        request_id = %asked.request, layer, action = asked.action.as_str(), ?codes,
        post = asked.post.map(|post| post.0), actor = asked.actor.map(|actor| actor.0),
        "refused"
    );
    let Some(actor) = asked.actor else { return };
    let written =
        serde_json::to_value(reasons).map_err(|error| error.to_string()).and_then(|reasons| {
            refusal_counts::insert(conn, asked, actor, layer, reasons)
                .map_err(|error| error.to_string())
        });
    if let Err(error) = written {
        tracing::error!(request_id = %asked.request, error, "a refusal could not be recorded");
    }
}

/// Records an incident: an invariant stopped an inconsistent change, which is a
/// defect of this program.
pub fn record_incident(conn: &mut PgConnection, asked: &AuditEntry, invariant: &str, detail: &str) {
    tracing::error!(
        request_id = %asked.request, invariant, detail, action = asked.action.as_str(),
        post = asked.post.map(|post| post.0), actor = asked.actor.map(|actor| actor.0),
        "an invariant would have been broken"
    );
    metrics::would_have_broken(invariant);
    let written = diesel::insert_into(incidents::table)
        .values((
            incidents::request_id.eq(asked.request.0),
            incidents::interface.eq(asked.interface.as_str()),
            incidents::actor_id.eq(asked.actor.map(|actor| actor.0)),
            incidents::action.eq(asked.action.as_str()),
            incidents::post_id.eq(asked.post.map(|post| post.0)),
            incidents::invariant.eq(invariant),
            incidents::detail.eq(detail),
        ))
        .execute(conn);
    if let Err(error) = written {
        tracing::error!(request_id = %asked.request, %error, "an incident could not be recorded");
    }
}

/// Returns the number of open incidents, at most 100.
pub fn open_incidents(conn: &mut PgConnection) -> QueryResult<i64> {
    statement::<BigInt>(
        "SELECT count(*) FROM (
             SELECT FROM incidents WHERE acknowledged_at IS NULL LIMIT 100
         ) AS open",
    )
    .get_result(conn)
}
