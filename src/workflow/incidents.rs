//! Acknowledging an incident: permission, policy, invariant, in one transaction.

use super::run;
use crate::accounts::{Credential, identity};
use crate::audit::{self, AuditEntry};
use crate::domain::{IncidentAction, IncidentId, Interface, Note, RequestId};
use crate::policies::incidents::Acknowledge;
use crate::refusal::Refusal;
use crate::store::Store;
use crate::{invariants, permissions, policies};

/// Acknowledges an incident. It carries no idempotency key: done twice, the
/// second is told who was first.
pub fn acknowledge(
    store: &Store,
    credential: &Credential,
    (interface, request): (Interface, RequestId),
    incident: IncidentId,
    note: &Note,
) -> Result<(), Refusal> {
    let action = IncidentAction::Acknowledge.into();
    let asked = AuditEntry { request, interface, actor: None, action, post: None, seen: None };
    let attempt = Acknowledge { note: note.clone() };
    run::unkeyed(store, asked, |tx, asked| {
        let actor = identity::load(tx, credential)?.ok_or(Refusal::NotSignedIn)?;
        asked.actor = Some(actor.id());
        let capability = permissions::verify::<Acknowledge>(actor)?;
        let incident = audit::lock_incident(tx, incident)?.ok_or(Refusal::NotFound)?;
        let validity = policies::evaluate(capability, &attempt, incident)?;
        Ok(invariants::incidents::enforce(validity, tx)?)
    })
}
