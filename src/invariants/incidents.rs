//! Keeps the invariants of incidents: each stays as it was recorded, and a person
//! acknowledges it once, with a note.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::domain::{IncidentId, UserId};
use crate::invariants::{Broken, InvariantViolation};
use crate::policies::Validity;
use crate::policies::incidents::Acknowledge;
use crate::store::Transaction;
use crate::store::row::{row, select};

/// Writes an acknowledgement that was found valid. The incident must still be
/// open, although the lock should make that unnecessary.
pub fn enforce<'tx>(
    validity: Validity<'tx, '_, Acknowledge>,
    tx: &mut Transaction<'tx>,
) -> Result<(), Broken> {
    let (incident, actor) = (validity.subject().id, validity.actor().id());
    let written = select::<AcknowledgedRow>(
        "UPDATE incidents
         SET acknowledged_at = clock_timestamp(), acknowledged_by = $1, acknowledgement = $2
         WHERE id = $3 AND acknowledged_at IS NULL
         RETURNING {columns}",
    )
    .bind::<BigInt, _>(actor.0)
    .bind::<Text, _>(validity.attempt().note.as_str())
    .bind::<BigInt, _>(incident.0)
    .load::<AcknowledgedRow>(tx.conn())?;
    let note = validity.attempt().note.as_str().to_owned();
    if written == [AcknowledgedRow { incident, actor, note }] {
        Ok(())
    } else {
        Err(InvariantViolation::new("incident_is_acknowledged_once").into())
    }
}

row! {
    /// The acknowledgement that was written.
    #[derive(PartialEq, Eq)]
    struct AcknowledgedRow {
        incident: IncidentId = "id",
        actor: UserId = "acknowledged_by",
        note: String = "acknowledgement",
    }
}
