//! Tells who may be working on a post just now. This is advice for people, and no rule uses it.

use jiff::{SignedDuration, Timestamp};

use crate::domain::Reading;

/// Returns whether the reader may still be reading: they opened the post less than
/// 15 minutes ago.
pub(crate) fn may_be_reading(reading: &Reading) -> bool {
    Timestamp::now().duration_since(reading.at) < SignedDuration::from_mins(15)
}

/// Returns whether the author may still be editing: they changed the text less than
/// 5 minutes ago, and have not saved it.
pub(crate) fn may_be_editing(unsaved_edit_at: Timestamp) -> bool {
    Timestamp::now().duration_since(unsaved_edit_at) < SignedDuration::from_mins(5)
}
