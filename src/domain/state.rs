//! Defines the states of a post. [`Status`](super::Status) adds the facts of each
//! state.

use std::fmt;

use super::named::named;

named! {
    /// The state of a post. The order of the variants is the order of a post's life.
    pub enum State is "a state" {
        /// Being written; seen by its author and staff.
        Draft = "draft",
        /// Handed to the reviewers.
        InReview = "in_review",
        /// Public, and final.
        Published = "published",
        /// No longer public, kept for the record.
        Archived = "archived",
    }
}

impl State {
    /// Returns the only state that can follow, or `None` at the end.
    pub fn next(self) -> Option<Self> {
        match self {
            Self::Draft => Some(Self::InReview),
            Self::InReview => Some(Self::Published),
            Self::Published => Some(Self::Archived),
            Self::Archived => None,
        }
    }

    /// Returns whether the text of a post in this state can no longer change.
    pub fn is_final(self) -> bool {
        self >= Self::Published
    }

    /// Returns the state's name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::InReview => "In review",
            Self::Published => "Published",
            Self::Archived => "Archived",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.label())
    }
}
