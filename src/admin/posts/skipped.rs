//! Groups the posts that a bulk archive skips by the reasons against them.

use crate::domain::{BulkProblem, PostId, Reason, Title};
use crate::policies::Rule;
use crate::render::groups::in_groups;

pub(super) struct SkippedPost<'a> {
    pub(super) id: PostId,
    /// Its title; empty when there is no such post.
    pub(super) title: &'a Title,
    pub(super) reasons: &'a [Reason],
}

/// Returns the posts in groups under what keeps them, in the order in which that first
/// appears.
pub(super) fn by_reasons<'a>(
    posts: impl Iterator<Item = SkippedPost<'a>>,
) -> Vec<(String, Vec<SkippedPost<'a>>)> {
    let heading =
        |post: &SkippedPost<'_>| post.reasons.iter().map(label).collect::<Vec<_>>().join("; ");
    in_groups(posts.map(|post| (heading(&post), post)), String::eq)
}

/// Returns a reason in a few words, without the details of one post.
fn label(reason: &Reason) -> &str {
    match (reason.code.parse(), reason.code.parse()) {
        (Ok(Rule::IsPublished), _) => "Not published",
        (Ok(Rule::SeenIsCurrent), _) => "Edited since it was selected",
        (_, Ok(BulkProblem::NotFound)) => "Not found",
        (_, Ok(BulkProblem::Defect)) => "Software error",
        (_, Ok(BulkProblem::KeyUsed)) => "Selected before for something else",
        _ => &reason.sentence,
    }
}
