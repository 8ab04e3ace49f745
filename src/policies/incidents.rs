//! The rules about acknowledging an incident.

use super::posts::time_in_words;
use super::{Condition, Policy, PolicyDenied};
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

    fn code(self) -> &'static str {
        self.as_str()
    }

    fn is_met(self, facts: &Facts<'_>) -> bool {
        match self {
            Self::IsOpen => facts.incident.acknowledgement.is_none(),
            Self::NoteIsGiven => facts.note.is_given(),
        }
    }

    fn reason(self, facts: &Facts<'_>) -> Reason {
        match (self, &facts.incident.acknowledgement) {
            (Self::IsOpen, Some(earlier)) => Reason::new(
                self.code(),
                format!("{} acknowledged this on {}.", earlier.by.name, time_in_words(earlier.at)),
                "Nothing is left to do; what they wrote stands on the record.",
            ),
            (Self::IsOpen, None) => Reason::new(self.code(), "It is open.", ""),
            (Self::NoteIsGiven, _) => Reason::new(
                self.code(),
                "No note is given.",
                "Write what you found or did; the record keeps it.",
            ),
        }
    }
}
