//! The door for incidents: permission, policy, invariant, in one transaction.

use crate::accounts::{self, Credential};
use crate::audit::{self, Asked};
use crate::domain::{IncidentId, Interface, Note, RequestId};
use crate::invariants::incidents as truth;
use crate::permissions;
use crate::policies::incidents as policy;
use crate::refusal::Refusal;
use crate::store::Store;
use crate::workflow::settle;

/// What acknowledging an incident is called in records.
pub const ACKNOWLEDGE: &str = "acknowledge-incident";

/// Acknowledges an incident, if the three layers agree. It carries no
/// operation key: done twice, the second is told who was first.
///
/// # Errors
///
/// [`Refusal`]; then nothing has changed.
pub fn acknowledge(
    store: &Store,
    credential: &Credential,
    (interface, request): (Interface, RequestId),
    incident: IncidentId,
    note: &Note,
) -> Result<(), Refusal> {
    let asked =
        Asked { request, interface, actor: None, action: ACKNOWLEDGE, post: None, seen: None };
    settle(
        store,
        asked,
        |tx, actor_id| {
            let actor = accounts::load(tx, credential)?.ok_or(Refusal::NotSignedIn)?;
            *actor_id = Some(actor.id());
            let capability = permissions::verify_incidents(actor)?;
            let incident = audit::lock_incident(tx, incident)?.ok_or(Refusal::NotFound)?;
            let validity = policy::evaluate(capability, incident, note.clone())?;
            truth::enforce(validity, tx)?;
            Ok(())
        },
        |_, _| Ok(None),
    )
}
