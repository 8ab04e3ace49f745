use std::process::ExitCode;

use crate::refusal::Refusal;

/// The exit codes of commands. The greater one is the graver one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exit {
    Done,
    Failed,
    Input,
    NotSignedIn,
    Permission,
    Policy,
    NotFound,
    Invariant,
    Unavailable,
}

impl Exit {
    const ALL: [Self; 9] = [
        Self::Done,
        Self::Failed,
        Self::Input,
        Self::NotSignedIn,
        Self::Permission,
        Self::Policy,
        Self::NotFound,
        Self::Invariant,
        Self::Unavailable,
    ];

    /// Returns the code of the layer that refused.
    pub(super) fn of(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::Input(_) => Self::Input,
            Refusal::NotSignedIn => Self::NotSignedIn,
            Refusal::Permission(_) => Self::Permission,
            Refusal::Policy(_) => Self::Policy,
            Refusal::NotFound => Self::NotFound,
            Refusal::Invariant(_) => Self::Invariant,
            Refusal::Unavailable(_) => Self::Unavailable,
        }
    }

    pub(super) fn code(self) -> u8 {
        self as u8
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "anything else; of verify: a truth is broken",
            Self::Input => "usage, or input that does not parse",
            Self::NotSignedIn => "not signed in: --as names no active account",
            Self::Permission => "permission: this person may not attempt it",
            Self::Policy => "policy: not now, and every reason why",
            Self::NotFound => "not found: there is nothing of that name that this person may see",
            Self::Invariant => "invariant: a defect of ours, rolled back and kept as an incident",
            Self::Unavailable => "unavailable: the database cannot answer now",
        }
    }

    /// Returns a line of `--help` for each code.
    pub(super) fn help() -> String {
        let lines = Self::ALL.map(|exit| format!("  {}  {}", exit.code(), exit.meaning()));
        lines.join("\n")
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
