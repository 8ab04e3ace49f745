//! Describes the checks of `verify` and their results. `walk` runs them.

use std::sync::Arc;

use crate::domain::PostId;

/// A proposition, and how to find what contradicts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truth {
    /// The name of the constraint or trigger that keeps it.
    pub name: String,
    /// The proposition as a sentence.
    pub sentence: String,
    /// What it is about.
    pub scope: Scope,
    /// A query for what breaks it: `post_id`, which may be null, and `detail`,
    /// which names ids and never quotes user text. Empty for checks
    /// that are checked outside the database.
    pub broken: String,
}

impl Truth {
    pub(super) fn new(
        name: impl Into<String>,
        sentence: impl Into<String>,
        scope: Scope,
        broken: impl Into<String>,
    ) -> Self {
        Self { name: name.into(), sentence: sentence.into(), scope, broken: broken.into() }
    }
}

/// The subject of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Each post by itself: the query has one parameter, the post to look at,
    /// or null for every post.
    Post,
    /// The database as a whole.
    Whole,
}

/// A row that fails a check, or a guard that is not in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The check.
    pub truth: Arc<Truth>,
    /// The post it concerns, if it concerns one.
    pub post: Option<PostId>,
    /// Which row, and what is wrong with it.
    pub detail: String,
}

/// The findings of a walk.
#[derive(Debug)]
pub struct Report {
    /// How many posts there are.
    pub posts: i64,
    /// How many rows there are in all.
    pub rows: i64,
    /// The checks that were made, by name.
    pub truths: Vec<Arc<Truth>>,
    /// Every finding, by the name of its check.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Returns how many checks failed.
    pub fn broken_truths(&self) -> usize {
        let mut names: Vec<&str> = self.findings.iter().map(|it| it.truth.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names.len()
    }
}
