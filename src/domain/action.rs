//! Names the actions on posts. `permissions` and `policies` decide whether one is
//! allowed.

use std::fmt;

use super::State;
use super::named::named;

named! {
    /// Everything that can be done to a post.
    pub enum Action is "an action" {
        /// Create a draft.
        Create = "create",
        /// Save a new revision.
        Revise = "revise",
        /// Submit a draft for review.
        Submit = "submit",
        /// Request changes.
        RequestChanges = "request-changes",
        /// Withdraw your change request.
        WithdrawRequest = "withdraw-request",
        /// Make the post public.
        Publish = "publish",
        /// Archive a published post.
        Archive = "archive",
    }
}

impl Action {
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

    /// Returns whether a post in this state has left every state in which the action is
    /// possible.
    pub fn is_over_in(self, state: State) -> bool {
        match self {
            Self::Create => false,
            Self::Submit => state > State::Draft,
            Self::Revise | Self::RequestChanges | Self::WithdrawRequest | Self::Publish => {
                state.is_final()
            }
            Self::Archive => state > State::Published,
        }
    }

    /// Returns the words on the action's button.
    pub fn label(self) -> &'static str {
        match self {
            Self::Create => "New post",
            Self::Revise => "Edit",
            Self::Submit => "Submit for review",
            Self::RequestChanges => "Request changes",
            Self::WithdrawRequest => "Withdraw change request",
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
