//! Provides Askama filters for times and names.

use askama::filters::Safe;
use jiff::Timestamp;

use super::direction::TextDirection;
use super::times;
use crate::domain::{Byline, UserId, grouped};

/// Returns the names of a person, or "You" for the reader of the page.
#[askama::filter_fn]
pub(crate) fn name_for(
    byline: &Byline,
    _: &dyn askama::Values,
    reader: Option<&'filter UserId>,
) -> askama::Result<String> {
    Ok(if reader == Some(&byline.id) { "You".to_owned() } else { byline.to_string() })
}

/// Returns a stable name of an action or a permission as words: `request changes`,
/// `create post`.
#[askama::filter_fn]
pub(crate) fn in_words(
    name: impl std::fmt::Display,
    _: &dyn askama::Values,
) -> askama::Result<String> {
    Ok(spoken(&name.to_string()))
}

/// Returns the number with a comma between thousands.
#[askama::filter_fn]
pub(crate) fn thousands(number: usize, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(grouped(number))
}

/// Does what the filter [`in_words`] does.
pub(crate) fn spoken(name: &str) -> String {
    let (_, last) = name.rsplit_once('.').unwrap_or(("", name));
    last.replace(['-', '_'], " ")
}

/// Returns a description of the API as HTML: `like this` is code.
#[askama::filter_fn]
pub(crate) fn with_code(text: &str, _: &dyn askama::Values) -> askama::Result<Safe<String>> {
    let escaped = html_escape::encode_text(text);
    let parts = escaped.split('`').enumerate().map(|(index, part)| match index % 2 {
        0 => part.to_owned(),
        _ => format!("<code>{part}</code>"),
    });
    Ok(Safe(parts.collect()))
}

/// Returns the text as HTML, with the times in it as elements.
#[askama::filter_fn]
pub(crate) fn with_times(text: &str, _: &dyn askama::Values) -> askama::Result<Safe<String>> {
    Ok(Safe(times::marked(text)))
}

/// Returns how long ago it was.
#[askama::filter_fn]
pub(crate) fn ago(at: &Timestamp, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(times::ago(*at, Timestamp::now()))
}

/// Returns how long it has taken so far.
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

/// Returns the day. Unlike `ago` it is the same whenever the page is rendered, so
/// the page can be cached.
#[askama::filter_fn]
pub(crate) fn date(at: &Timestamp, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(at.strftime("%-d %B %Y").to_string())
}

/// Returns the direction of a piece of content, by the title of it.
#[askama::filter_fn]
pub(crate) fn direction(title: &str, _: &dyn askama::Values) -> askama::Result<&'static str> {
    Ok(TextDirection::of(title).unwrap_or(TextDirection::LeftToRight).as_str())
}
