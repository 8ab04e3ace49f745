//! The rules about acknowledging an incident.

use super::{Condition, Policy, PolicyDenied, date_and_time};
use crate::domain::{Ability, Command, Incident, Note, Person, Reason, named};

/// Acknowledge an incident, with a note.
#[derive(Debug)]
pub struct Acknowledge {
    /// What staff found or did.
    pub note: Note,
}

impl Command for Acknowledge {
    const ABILITY: Ability = Ability::AcknowledgeIncidents;
}

named! {
    /// One condition on acknowledging an incident.
    pub enum Rule is "a rule about incidents" {
        /// It is acknowledged once.
        IsOpen = "already-acknowledged",
        /// The acknowledgement says something.
        NoteIsGiven = "note-missing",
    }
}

/// Everything that a rule about an incident may look at.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    incident: &'a Incident,
    note: &'a Note,
}

impl Policy for Acknowledge {
    type Subject<'tx> = Incident;

    fn check(&self, _: &Person, incident: &Incident) -> Result<(), PolicyDenied> {
        PolicyDenied::unless_met(&Rule::ALL, &Facts { incident, note: &self.note })
    }
}

impl Condition for Rule {
    type Facts<'a> = Facts<'a>;

    fn is_met(self, facts: &Facts<'_>) -> bool {
        match self {
            Self::IsOpen => facts.incident.acknowledgement.is_none(),
            Self::NoteIsGiven => facts.note.is_given(),
        }
    }

    fn reason(self, facts: &Facts<'_>) -> Reason {
        match (self, &facts.incident.acknowledgement) {
            (Self::IsOpen, Some(earlier)) => Reason::new(
                self,
                format!("{} acknowledged this on {}.", earlier.by, date_and_time(earlier.at)),
                "Their note is kept in the incident.",
            ),
            (Self::IsOpen, None) => Reason::new(self, "The incident is open.", ""),
            (Self::NoteIsGiven, _) => Reason::new(
                self,
                "A note is required.",
                "Enter what you found or did. It is kept in the incident.",
            ),
        }
    }
}
