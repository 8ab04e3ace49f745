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
    pub fn write(self, asked: &AuditEntry, mut conn: Connection, store: &Store) {
        self.log(asked);
        let Err(error) = self.insert(asked, &mut conn) else { return };
        drop(conn);
        let again = match store.checkout() {
            Ok(mut conn) => self.insert(asked, &mut conn),
            Err(_) => Err(error),
        };
        self.report(asked, again);
    }

    /// Writes the record on this connection alone.
    pub fn write_on(self, asked: &AuditEntry, conn: &mut PgConnection) {
        self.log(asked);
        let written = self.insert(asked, conn);
        self.report(asked, written);
    }

    fn log(self, asked: &AuditEntry) {
        let (action, post) = (asked.action.as_str(), asked.post.map(|post| post.0));
        let (request_id, actor) = (asked.request, asked.actor.map(|actor| actor.0));
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
                metrics::would_have_broken(invariant);
            }
        }
    }

    fn insert(self, asked: &AuditEntry, conn: &mut PgConnection) -> QueryResult<()> {
        match self {
            Self::Refusal { layer, reasons } => {
                let Some(actor) = asked.actor else { return Ok(()) };
                let reasons = serde_json::to_value(reasons)
                    .map_err(|error| diesel::result::Error::SerializationError(Box::new(error)))?;
                refusal_counts::insert(conn, asked, actor, layer, reasons)
            }
            Self::Incident { invariant, detail } => diesel::insert_into(incidents::table)
                .values((
                    incidents::request_id.eq(asked.request.0),
                    incidents::interface.eq(asked.interface.as_str()),
                    incidents::actor_id.eq(asked.actor.map(|actor| actor.0)),
                    incidents::action.eq(asked.action.as_str()),
                    incidents::post_id.eq(asked.post.map(|post| post.0)),
                    incidents::invariant.eq(invariant),
                    incidents::detail.eq(detail),
                ))
                .execute(conn)
                .map(drop),
        }
    }

    /// Logs and counts a record that could not be written.
    fn report(self, asked: &AuditEntry, written: QueryResult<()>) {
        let Err(error) = written else { return };
        let kind = match self {
            Self::Refusal { .. } => "refusal",
            Self::Incident { .. } => "incident",
        };
        metrics::record_lost(kind);
        tracing::error!(request_id = %asked.request, kind, %error, "a record could not be written");
    }
}
