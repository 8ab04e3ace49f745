//! Reads and writes the cursors of lists in addresses. `store::paging` queries the
//! pages.

use jiff::Timestamp;

use crate::domain::{FieldError, decimal};
use crate::http::Form;
use crate::refusal::Refusal;
use crate::store::paging::{Cursor, Direction};

/// Takes the cursor of a list out of a query, and on which side of it the page is.
/// Two cursors are refused.
pub(crate) fn direction(
    query: &mut Form,
    after: &'static str,
    before: &'static str,
) -> Result<Direction, Refusal> {
    match (query.take(after)?, query.take(before)?) {
        (None, None) => Ok(Direction::First),
        (Some(cursor), None) => Ok(Direction::After(parse(after, &cursor)?)),
        (None, Some(cursor)) => Ok(Direction::Before(parse(before, &cursor)?)),
        (Some(_), Some(_)) => Err(not_a_cursor(before)),
    }
}

/// As [`direction`], where one field holds both: `after-` or `before-`, and then the
/// cursor.
pub(crate) fn direction_in_one_field(
    query: &mut Form,
    field: &'static str,
) -> Result<Direction, Refusal> {
    let Some(word) = query.take(field)? else { return Ok(Direction::First) };
    match word.split_once('-') {
        Some(("after", cursor)) => Ok(Direction::After(parse(field, cursor)?)),
        Some(("before", cursor)) => Ok(Direction::Before(parse(field, cursor)?)),
        _ => Err(not_a_cursor(field)),
    }
}

/// Returns a cursor as it is written in addresses.
pub(crate) fn cursor(cursor: Cursor) -> String {
    format!("{}-{}", cursor.at.as_microsecond(), cursor.id)
}

/// Takes a cursor out of the query.
pub(crate) fn take_cursor(
    query: &mut Form,
    field: &'static str,
) -> Result<Option<Cursor>, Refusal> {
    query.take(field)?.map(|cursor| parse(field, &cursor)).transpose()
}

fn parse(field: &'static str, text: &str) -> Result<Cursor, Refusal> {
    text.split_once('-')
        .and_then(|(at, id)| {
            let at = Timestamp::from_microsecond(decimal(at)?).ok()?;
            Some(Cursor { at, id: decimal(id)? })
        })
        .ok_or_else(|| not_a_cursor(field))
}

/// Takes the id that a page comes after out of the query.
pub(crate) fn take_id(query: &mut Form, field: &'static str) -> Result<Option<i64>, Refusal> {
    query.take(field)?.map(|text| decimal(&text).ok_or_else(|| not_a_cursor(field))).transpose()
}

fn not_a_cursor(field: &'static str) -> Refusal {
    FieldError::new(field, "This page link is not valid.").into()
}
