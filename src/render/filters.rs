//! Askama filters for times.

use jiff::Timestamp;

use super::times;

/// Returns how long ago it was.
#[askama::filter_fn]
pub(crate) fn ago(at: &Timestamp, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(times::ago(*at, Timestamp::now()))
}

/// Returns how long it has taken until now.
#[askama::filter_fn]
pub(crate) fn so_far(at: &Timestamp, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(times::so_far(*at, Timestamp::now()))
}

/// Returns the time as people read it.
#[askama::filter_fn]
pub(crate) fn human(at: &Timestamp, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(at.strftime("%-d %b %Y, %H:%M UTC").to_string())
}

/// Returns the time as machines read it.
#[askama::filter_fn]
pub(crate) fn iso(at: &Timestamp, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}
/// Returns the day, on a page that says the same to everybody: the words
/// do not depend on when they are read.
#[askama::filter_fn]
pub(crate) fn date(at: &Timestamp, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(at.strftime("%-d %B %Y").to_string())
}
