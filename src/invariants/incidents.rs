//! What must never be false of incidents: what happened stays as it was
//! recorded, and it is acknowledged once, by a person, with a note.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::invariants::{Broken, InvariantViolation};
use crate::policies::Validity;
use crate::policies::incidents::Acknowledge;
use crate::store::Transaction;
use crate::store::statement::statement;

/// Writes an acknowledgement that was found valid. The incident must still be
/// open, although the lock should make that unnecessary.
pub fn enforce<'tx>(
    validity: Validity<'tx, '_, Acknowledge>,
    tx: &mut Transaction<'tx>,
) -> Result<(), Broken> {
    let (incident, actor) = (validity.subject().id.0, validity.actor().id().0);
    let written = statement::<(BigInt, BigInt, Text)>(
        "UPDATE incidents
         SET acknowledged_at = clock_timestamp(), acknowledged_by = $1, acknowledgement = $2
         WHERE id = $3 AND acknowledged_at IS NULL
         RETURNING id, acknowledged_by, acknowledgement",
    )
    .bind::<BigInt, _>(actor)
    .bind::<Text, _>(validity.attempt().note.as_str())
    .bind::<BigInt, _>(incident)
    .load::<(i64, i64, String)>(tx.conn())?;
    if written == [(incident, actor, validity.attempt().note.as_str().to_owned())] {
        Ok(())
    } else {
        Err(InvariantViolation::new("incident_is_acknowledged_once").into())
    }
}
