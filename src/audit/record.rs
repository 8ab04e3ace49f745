//! Writes refusals and stopped changes to the database, after the rollback.

use diesel::prelude::*;

use super::entry::AuditEntry;
use super::refusal_counts;
use crate::domain::{Layer, Reason};
use crate::metrics;
use crate::store::schema::incidents;
use crate::store::{Store, pool::Connection};

/// What is written down about an attempt that had no effect.
#[derive(Debug, Clone, Copy)]
pub enum Record<'a> {
    /// A signed-in person was refused. Of each person and hour at most a hundred
    /// refusals are stored, and the others counted. Anonymous ones are only
    /// logged: a stranger could fill the table.
    Refusal {
        /// The layer that refused.
        layer: Layer,
        /// Every reason.
        reasons: &'a [Reason],
    },
    /// An invariant stopped an inconsistent change, which is a defect of this
    /// program.
    Incident {
        /// The invariant.
        invariant: &'a str,
        /// What happened, for the log and for staff.
        detail: &'a str,
    },
}

impl Record<'_> {
    /// Writes the record on the connection of the attempt. Where that is lost, a
    /// fresh one writes it. The first may have written it before it was lost:
    /// twice is better than never.
    pub fn write(self, entry: &AuditEntry, mut conn: Connection, store: &Store) {
        self.log(entry);
        let Err(error) = self.insert(entry, &mut conn) else { return };
        drop(conn);
        let again = match store.checkout() {
            Ok(mut conn) => self.insert(entry, &mut conn),
            Err(_) => Err(error),
        };
        self.report(entry, again);
    }

    /// Writes the record on this connection alone.
    pub fn write_on(self, entry: &AuditEntry, conn: &mut PgConnection) {
        self.log(entry);
        let written = self.insert(entry, conn);
        self.report(entry, written);
    }

    fn log(self, entry: &AuditEntry) {
        let (action, post) = (entry.action.as_str(), entry.post.map(|post| post.0));
        let (request_id, actor) = (entry.request, entry.actor.map(|actor| actor.0));
        match self {
            Self::Refusal { layer, reasons } => {
                let codes: Vec<&str> = reasons.iter().map(|reason| reason.code.as_str()).collect();
                tracing::info!(%request_id, layer = layer.as_str(), action, ?codes, post, actor, "refused");
            }
            Self::Incident { invariant, detail } => {
                tracing::error!(
                    %request_id, invariant, detail, action, post, actor,
                    "an invariant stopped an inconsistent change"
                );
                metrics::count_violation(invariant);
            }
        }
    }

    fn insert(self, entry: &AuditEntry, conn: &mut PgConnection) -> QueryResult<()> {
        match self {
            Self::Refusal { layer, reasons } => {
                let Some(actor) = entry.actor else { return Ok(()) };
                let reasons = serde_json::to_value(reasons)
                    .map_err(|error| diesel::result::Error::SerializationError(Box::new(error)))?;
                refusal_counts::insert(conn, entry, actor, layer, reasons)
            }
            Self::Incident { invariant, detail } => diesel::insert_into(incidents::table)
                .values((
                    incidents::request_id.eq(entry.request.0),
                    incidents::interface.eq(entry.interface.as_str()),
                    incidents::actor_id.eq(entry.actor.map(|actor| actor.0)),
                    incidents::action.eq(entry.action.as_str()),
                    incidents::post_id.eq(entry.post.map(|post| post.0)),
                    incidents::invariant.eq(invariant),
                    incidents::detail.eq(detail),
                ))
                .execute(conn)
                .map(drop),
        }
    }

    /// Logs and counts a record that could not be written.
    fn report(self, entry: &AuditEntry, written: QueryResult<()>) {
        let Err(error) = written else { return };
        let kind = match self {
            Self::Refusal { .. } => "refusal",
            Self::Incident { .. } => "incident",
        };
        metrics::record_lost(kind);
        tracing::error!(request_id = %entry.request, kind, %error, "a record could not be written");
    }
}
