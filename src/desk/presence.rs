use jiff::{SignedDuration, Timestamp};

use crate::domain::Reading;

/// Returns whether the reader may still be reading: they opened the post less than
/// 15 minutes ago.
pub(super) fn may_be_reading(reading: &Reading) -> bool {
    Timestamp::now().duration_since(reading.at) < SignedDuration::from_mins(15)
}
