//! Refusals, incidents and readings: written after a decision, and never part
//! of one.

pub mod catalogue;
mod incident_log;
mod readings;
mod refusal_log;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::domain::{Interface, PostId, Reason, RecordedAction, RequestId, RevisionNumber, UserId};
use crate::metrics;
use crate::store::schema::{incidents, refusals};
use crate::store::statement::statement;

pub use incident_log::{IncidentState, incident, incidents, lock_incident};
pub use readings::record_reading;
pub use refusal_log::{
    LayerCount, MOST_COUNTED, RefusalFilter, RefusalLine, refusals as list_refusals, refusals_since,
};

/// The request that a refusal or an incident is about.
#[derive(Debug, Clone, Copy)]
pub struct AuditEntry {
    /// The request.
    pub request: RequestId,
    /// The interface that it came through.
    pub interface: Interface,
    /// The signed-in person, if any.
    pub actor: Option<UserId>,
    /// The action.
    pub action: RecordedAction,
    /// The post, as the request named it: it may not exist.
    pub post: Option<PostId>,
    /// The revision seen.
    pub seen: Option<RevisionNumber>,
}

/// Records the refusal of a signed-in actor. Anonymous refusals are logged and
/// not stored: anybody could fill the table.
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
            diesel::insert_into(refusals::table)
                .values((
                    refusals::request_id.eq(asked.request.0),
                    refusals::interface.eq(asked.interface.as_str()),
                    refusals::actor_id.eq(actor.0),
                    refusals::action.eq(asked.action.as_str()),
                    refusals::post_id.eq(asked.post.map(|post| post.0)),
                    refusals::revision_seen.eq(asked.seen.map(|seen| seen.0)),
                    refusals::layer.eq(layer),
                    refusals::reasons.eq(reasons),
                ))
                .execute(conn)
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
