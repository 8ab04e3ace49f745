//! Is it valid now to acknowledge an incident?

use crate::domain::{Actor, Incident, Note, Reason};
use crate::permissions::IncidentsCapability;
use crate::policies::PolicyDenied;
use crate::policies::rules::clock;

/// Proof that an acknowledgement is valid, within one transaction.
#[derive(Debug)]
#[must_use = "a validity is a question half asked: invariants come next"]
pub struct AcknowledgementValidity<'tx> {
    actor: Actor<'tx>,
    incident: Incident,
    note: Note,
}

/// Returns proof that the incident, as it is under its lock, may be
/// acknowledged with this note.
///
/// # Errors
///
/// [`PolicyDenied`] with every rule that is not met: who acknowledged it
/// before, and that a note is missing.
pub fn evaluate<'tx>(
    capability: IncidentsCapability<'tx>,
    incident: Incident,
    note: Note,
) -> Result<AcknowledgementValidity<'tx>, PolicyDenied> {
    let mut reasons = Vec::new();
    if let Some(earlier) = &incident.acknowledgement {
        reasons.push(Reason::new(
            "already-acknowledged",
            format!("{} acknowledged this on {}.", earlier.by.name, clock(earlier.at)),
            "Nothing is left to do; what they wrote stands on the record.",
        ));
    }
    if note.is_blank() {
        reasons.push(Reason::new(
            "note-missing",
            "No note is given.",
            "Write what you found or did; the record keeps it.",
        ));
    }
    if reasons.is_empty() {
        Ok(AcknowledgementValidity { actor: capability.into_actor(), incident, note })
    } else {
        Err(PolicyDenied { reasons })
    }
}

impl<'tx> AcknowledgementValidity<'tx> {
    /// Returns who acknowledges it.
    pub fn actor(&self) -> &Actor<'tx> {
        &self.actor
    }

    /// Returns the incident.
    pub fn incident(&self) -> &Incident {
        &self.incident
    }

    /// Returns what they found or did.
    pub fn note(&self) -> &Note {
        &self.note
    }
}
