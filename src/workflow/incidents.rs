//! Acknowledging an incident: permission, policy, invariant, in one transaction.

use super::{Caller, run};
use crate::accounts::identity;
use crate::audit;
use crate::domain::{IncidentAction, IncidentId, Note};
use crate::policies::incidents::Acknowledge;
use crate::refusal::Refusal;
use crate::store::Store;
use crate::{invariants, permissions, policies};

/// Acknowledges an incident. It carries no idempotency key: done twice, the
/// second is told who was first.
pub fn acknowledge(
    store: &Store,
    caller: &Caller,
    incident: IncidentId,
    note: &Note,
) -> Result<(), Refusal> {
    let attempt = Acknowledge { note: note.clone() };
    run::unkeyed(store, caller.asks_for(IncidentAction::Acknowledge), |tx, entry| {
        let actor = identity::load(tx, &caller.credential)?.ok_or(Refusal::NotSignedIn)?;
        entry.actor = Some(actor.id());
        let capability = permissions::verify::<Acknowledge>(actor)?;
        let incident = audit::lock_incident(tx, incident)?.ok_or(Refusal::NotFound)?;
        let validity = policies::evaluate(capability, &attempt, incident)?;
        Ok(invariants::incidents::enforce(validity, tx)?)
    })
}
