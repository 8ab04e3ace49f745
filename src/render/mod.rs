//! Content to HTML: Markdown, differences, times and timelines.

pub(crate) mod diff;
pub(crate) mod direction;
pub mod documents;
#[allow(unreachable_pub, reason = "the filter macro writes its own pub")]
pub(crate) mod filters;
pub(crate) mod groups;
mod hunks;
mod look_alikes;
pub(crate) mod markdown;
mod other_scripts;
mod scripts;
pub(crate) mod timeline;
pub(crate) mod times;
pub(crate) mod unseen;
pub(crate) mod word_count;
