//! Describes what one reader may see. A function of the database has the rule itself.

use super::{Post, State, UserId};

/// What one reader may see. [`permissions`](crate::permissions) tells it of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visibility {
    /// Whose own posts are seen.
    pub viewer: Option<UserId>,
    /// Whether everything from in review on is seen.
    pub sees_reviews: bool,
    /// Whether everything is seen.
    pub sees_everything: bool,
}

impl Visibility {
    /// Returns the visibility of the public: published posts.
    pub fn public() -> Self {
        Self { viewer: None, sees_reviews: false, sees_everything: false }
    }

    /// Returns whether the reader sees none but their own posts of a state.
    pub(crate) fn sees_only_own(&self, state: State) -> bool {
        match state {
            State::Draft => !self.sees_everything,
            State::InReview | State::Archived => !(self.sees_reviews || self.sees_everything),
            State::Published => false,
        }
    }

    /// Returns whether the reader reviews a post: it is another person's, and in review.
    pub fn reviews(&self, post: &Post) -> bool {
        self.sees_reviews && post.is_in_review() && self.viewer != Some(post.author.id)
    }

    /// Returns whether the reader may also see how a post came to be: its earlier
    /// revisions, its reviews and its history.
    pub fn sees_history_of(&self, post: &Post) -> bool {
        self.sees_history(post.author.id, post.state())
    }

    /// Returns the same about the post of an author in a state. Its history is for its
    /// author, for staff and, from the submission on, for reviewers.
    pub fn sees_history(&self, author: UserId, state: State) -> bool {
        self.sees_everything
            || self.viewer == Some(author)
            || (self.sees_reviews && state != State::Draft)
    }
}
