//! Who may see which post.
//!
//! The rule itself is the database function `post_is_visible`, because every
//! read, single or list, has to ask it, and a list cannot ask in Rust. This is
//! the only place that fills in its arguments.

use diesel::sql_types::{BigInt, Bool, Nullable};

use crate::domain::{Permission, Person, Post, Reader, State, UserId};
use crate::permissions;
use crate::store::statement::Statement;

/// What one reader may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visibility {
    /// Whose own posts are seen.
    pub viewer: Option<i64>,
    /// Whether everything from in review on is seen.
    pub sees_reviews: bool,
    /// Whether everything is seen.
    pub sees_everything: bool,
}

impl Visibility {
    /// Returns what the public sees: what is published.
    pub fn public() -> Self {
        Self { viewer: None, sees_reviews: false, sees_everything: false }
    }

    /// Returns what a person sees: also their own posts; as a reviewer what is
    /// or was in review; as staff everything.
    pub fn of(person: &Person) -> Self {
        Self {
            viewer: Some(person.id.0),
            sees_reviews: permissions::holds(&person.roles, Permission::ReviewPost),
            sees_everything: permissions::holds(&person.roles, Permission::ViewAudit),
        }
    }

    /// Returns whether the reader sees none but their own posts of a state.
    pub(super) fn sees_only_own(&self, state: State) -> bool {
        match state {
            State::Draft => !self.sees_everything,
            State::InReview | State::Archived => !(self.sees_reviews || self.sees_everything),
            State::Published => false,
        }
    }

    /// Returns whether the reader may also see how a post came to be: its
    /// earlier revisions, its reviews and its history. What is published is
    /// for everyone; its history is only for the author, reviewers and staff.
    pub fn sees_history_of(&self, post: &Post) -> bool {
        let Self { viewer, sees_reviews, sees_everything } = *self;
        post.shows_history_to(Reader { person: viewer.map(UserId), sees_reviews, sees_everything })
    }
}

impl<Row> Statement<'_, Row> {
    /// Adds the three arguments of `post_is_visible` that describe the reader.
    pub(super) fn seen_by(self, visibility: Visibility) -> Self {
        self.bind::<Nullable<BigInt>, _>(visibility.viewer)
            .bind::<Bool, _>(visibility.sees_reviews)
            .bind::<Bool, _>(visibility.sees_everything)
    }
}
