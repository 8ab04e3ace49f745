use std::str::FromStr;

use jiff::Timestamp;

use crate::domain::FieldError;
use crate::http::Form;
use crate::refusal::Refusal;
use crate::store::paging::{Cursor, Direction};

/// Takes out of an address which stretch of a list it names.
///
/// # Errors
///
/// The field that names no place, or that there are two of them.
pub(crate) fn stretch(
    query: &mut Form,
    after: &'static str,
    before: &'static str,
) -> Result<Direction, Refusal> {
    match (query.take(after)?, query.take(before)?) {
        (None, None) => Ok(Direction::First),
        (Some(place), None) => Ok(Direction::After(parse(after, &place)?)),
        (None, Some(place)) => Ok(Direction::Before(parse(before, &place)?)),
        (Some(_), Some(_)) => Err(no_page(before)),
    }
}

/// Takes out of an address which stretch of a list it names in one word: the
/// side, and the place.
///
/// # Errors
///
/// The field, if it names none.
pub(crate) fn stretch_in_a_word(
    query: &mut Form,
    field: &'static str,
) -> Result<Direction, Refusal> {
    let Some(word) = query.take(field)? else { return Ok(Direction::First) };
    match word.split_once('-') {
        Some(("after", place)) => Ok(Direction::After(parse(field, place)?)),
        Some(("before", place)) => Ok(Direction::Before(parse(field, place)?)),
        _ => Err(no_page(field)),
    }
}

/// Returns a place as it stands in addresses.
pub(crate) fn cursor(place: Cursor) -> String {
    format!("{}-{}", place.at.as_microsecond(), place.id)
}

fn parse(field: &'static str, text: &str) -> Result<Cursor, Refusal> {
    text.split_once('-')
        .and_then(|(at, id)| {
            let at = Timestamp::from_microsecond(number(at)?).ok()?;
            Some(Cursor { at, id: number(id)? })
        })
        .ok_or_else(|| no_page(field))
}

/// Returns the number, if it is written as we write it: each page has one
/// address.
fn number(text: &str) -> Option<i64> {
    let number = i64::from_str(text).ok()?;
    (number.to_string() == text).then_some(number)
}

fn no_page(field: &'static str) -> Refusal {
    Refusal::from_field(FieldError::new(field, "Use the link of a page to go on."))
}
