//! Joins the actions on posts, accounts and incidents in one type.

use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::named::{UnknownName, named};
use super::{AccountActionKind, Action, OwnActionKind};

named! {
    /// What is done about an incident.
    pub enum IncidentAction is "an action on an incident" {
        /// Acknowledge it, with a note.
        Acknowledge = "acknowledge-incident",
    }
}

/// An action on any subject, as records, logs and metrics name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordedAction {
    /// On a post.
    Post(Action),
    /// On a person's account.
    Account(AccountActionKind),
    /// On one's own account.
    OwnAccount(OwnActionKind),
    /// On an incident.
    Incident(IncidentAction),
}

impl RecordedAction {
    /// Returns every action that a record can name.
    pub fn all() -> impl Iterator<Item = Self> {
        let posts = Action::ALL.into_iter().map(Self::Post);
        let accounts = AccountActionKind::ALL.into_iter().map(Self::Account);
        let own = OwnActionKind::ALL.into_iter().map(Self::OwnAccount);
        let incidents = IncidentAction::ALL.into_iter().map(Self::Incident);
        posts.chain(accounts).chain(own).chain(incidents)
    }

    /// Returns the stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Post(action) => action.as_str(),
            Self::Account(kind) => kind.as_str(),
            Self::OwnAccount(kind) => kind.as_str(),
            Self::Incident(action) => action.as_str(),
        }
    }
}

impl FromStr for RecordedAction {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::all().find(|action| action.as_str() == text).ok_or_else(|| {
            let names: Vec<&str> = Self::all().map(Self::as_str).collect();
            UnknownName::new(text, "an action", &names)
        })
    }
}

impl Serialize for RecordedAction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

macro_rules! recorded {
    ($($kind:ty => $variant:ident),*) => {
        $(impl From<$kind> for RecordedAction {
            fn from(action: $kind) -> Self {
                Self::$variant(action)
            }
        })*
    };
}

recorded!(
    Action => Post,
    AccountActionKind => Account,
    OwnActionKind => OwnAccount,
    IncidentAction => Incident
);
