use std::time::{Duration, Instant};

use similar::{ChangeTag, TextDiff};

use crate::domain::Content;

/// One line of a comparison.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Whether it is only in the older, only in the newer, or in both.
    pub(super) kind: Kind,
    /// Its pieces; those that differ within the line are marked.
    pub(super) pieces: Vec<(bool, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Same,
    Removed,
    Added,
}

/// The comparison of one part of a post.
#[derive(Debug)]
pub(super) struct Part {
    /// Title, summary or body.
    pub(super) name: &'static str,
    /// Its lines.
    pub(super) lines: Vec<Line>,
}

/// Returns the parts in which two contents differ, line by line and word by
/// word within lines.
pub(super) fn compare(older: &Content, newer: &Content) -> Vec<Part> {
    ["Title", "Summary", "Body"]
        .into_iter()
        .zip(older.parts().into_iter().zip(newer.parts()))
        .filter(|(_, (older, newer))| older != newer)
        .map(|(name, (older, newer))| Part { name, lines: lines(older, newer) })
        .collect()
}

fn lines(older: &str, newer: &str) -> Vec<Line> {
    // Past the deadline the comparison gets coarser, never longer.
    let deadline = Instant::now() + Duration::from_millis(300);
    let diff = TextDiff::configure().deadline(deadline).diff_lines(older, newer);
    diff.ops()
        .iter()
        .flat_map(|op| diff.iter_inline_changes(op))
        .map(|change| Line {
            kind: match change.tag() {
                ChangeTag::Equal => Kind::Same,
                ChangeTag::Delete => Kind::Removed,
                ChangeTag::Insert => Kind::Added,
            },
            pieces: change
                .iter_strings_lossy()
                .map(|(is_changed, text)| (is_changed, text.trim_end_matches('\n').to_owned()))
                .collect(),
        })
        .collect()
}
