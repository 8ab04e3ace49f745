use std::fmt;

use diesel::deserialize::FromSqlRow;

use crate::domain::State;

/// Everything that can be done to a post. There is no eighth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, FromSqlRow)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Begin a post as a draft.
    Create,
    /// Write a new revision.
    Revise,
    /// Hand a draft to the reviewers.
    Submit,
    /// Say what must change before publication.
    RequestChanges,
    /// Take back one's own change request.
    WithdrawRequest,
    /// Let it be printed.
    Publish,
    /// Take a published post off the public site.
    Archive,
}

impl Action {
    /// Every action, in the order of a post's life.
    pub const ALL: [Self; 7] = [
        Self::Create,
        Self::Revise,
        Self::Submit,
        Self::RequestChanges,
        Self::WithdrawRequest,
        Self::Publish,
        Self::Archive,
    ];

    /// Returns the state that the action leads to, for the four that lead to one.
    pub fn target(self) -> Option<State> {
        match self {
            Self::Create => Some(State::Draft),
            Self::Submit => Some(State::InReview),
            Self::Publish => Some(State::Published),
            Self::Archive => Some(State::Archived),
            Self::Revise | Self::RequestChanges | Self::WithdrawRequest => None,
        }
    }

    /// Returns the action's name in URLs, JSON, logs and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Revise => "revise",
            Self::Submit => "submit",
            Self::RequestChanges => "request-changes",
            Self::WithdrawRequest => "withdraw-request",
            Self::Publish => "publish",
            Self::Archive => "archive",
        }
    }

    /// Returns the words on the action's button.
    pub fn label(self) -> &'static str {
        match self {
            Self::Create => "Start a post",
            Self::Revise => "Revise",
            Self::Submit => "Submit for review",
            Self::RequestChanges => "Request changes",
            Self::WithdrawRequest => "Withdraw my request",
            Self::Publish => "Publish",
            Self::Archive => "Archive",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A text that names no action.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not an action")]
pub struct UnknownAction(String);

impl std::str::FromStr for Action {
    type Err = UnknownAction;

    fn from_str(text: &str) -> Result<Self, UnknownAction> {
        Self::ALL
            .into_iter()
            .find(|action| action.as_str() == text)
            .ok_or_else(|| UnknownAction(text.to_owned()))
    }
}
