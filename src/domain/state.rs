use std::fmt;

use diesel::deserialize::FromSqlRow;

/// Where a post stands. The order of the variants is the order of a post's life.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, FromSqlRow,
)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Being written; its author's own business.
    Draft,
    /// Handed to the reviewers.
    InReview,
    /// Public, and final.
    Published,
    /// Gone from the public, kept for the record.
    Archived,
}

impl State {
    /// Every state, in order.
    pub const ALL: [Self; 4] = [Self::Draft, Self::InReview, Self::Published, Self::Archived];

    /// Returns the only state that can follow, or `None` at the end.
    pub fn next(self) -> Option<Self> {
        match self {
            Self::Draft => Some(Self::InReview),
            Self::InReview => Some(Self::Published),
            Self::Published => Some(Self::Archived),
            Self::Archived => None,
        }
    }

    /// Returns the state's name in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InReview => "in_review",
            Self::Published => "published",
            Self::Archived => "archived",
        }
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

/// A text that names no state.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a state: draft, in_review, published or archived")]
pub struct UnknownState(String);

impl std::str::FromStr for State {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, UnknownState> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| UnknownState(text.to_owned()))
    }
}
