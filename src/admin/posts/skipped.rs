//! Groups the posts that a bulk archive skips by the reasons against them.

use crate::domain::{BulkProblem, PostId, Reason, Title};
use crate::policies::Rule;

/// Posts that are skipped for the same reasons.
pub(super) struct SkippedGroup<'a> {
    pub(super) heading: String,
    pub(super) posts: Vec<SkippedPost<'a>>,
}

pub(super) struct SkippedPost<'a> {
    pub(super) id: PostId,
    /// Its title; empty when there is no such post.
    pub(super) title: &'a Title,
    pub(super) reasons: &'a [Reason],
}

/// Returns the posts in groups, in the order in which their reasons first appear.
pub(super) fn grouped<'a>(posts: impl Iterator<Item = SkippedPost<'a>>) -> Vec<SkippedGroup<'a>> {
    let mut groups: Vec<SkippedGroup<'a>> = Vec::new();
    for post in posts {
        let labels: Vec<&str> = post.reasons.iter().map(label).collect();
        let heading = labels.join("; ");
        match groups.iter_mut().find(|group| group.heading == heading) {
            Some(group) => group.posts.push(post),
            None => groups.push(SkippedGroup { heading, posts: vec![post] }),
        }
    }
    groups
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
