//! What stands behind the question mark, and the pages beside one of a list.

use crate::domain::FieldError;
use crate::http::paging::{cursor, stretch_in_a_word};
use crate::http::problem::ApiError;
use crate::http::{Form, Reply, escaped};
use crate::refusal::Refusal;
use crate::store::paging::{Cursor, Order, PageRequest};

/// How many lines a page of a list has unless somebody asks for another number.
const PER_PAGE: usize = 25;

/// What stands behind the question mark.
pub(super) struct Query {
    pub(super) path: String,
    pub(super) fields: Form,
}

impl Query {
    /// Takes out a field that may be missing, and reads it.
    pub(super) fn take<T: std::str::FromStr>(
        &mut self,
        name: &'static str,
        hint: &str,
    ) -> Result<Option<T>, ApiError> {
        let text = self.fields.take(name)?;
        let read = text.map(|text| text.parse().map_err(|_| FieldError::new(name, hint)));
        Ok(read.transpose()?)
    }

    /// Takes out a field that may be missing, and is one of these names.
    pub(super) fn choose(
        &mut self,
        name: &'static str,
        names: &[&'static str],
    ) -> Result<Option<&'static str>, ApiError> {
        let Some(text) = self.fields.take(name)? else { return Ok(None) };
        match names.iter().find(|known| **known == text) {
            Some(known) => Ok(Some(known)),
            None => Err(FieldError::new(name, choose_one_of(names)).into()),
        }
    }

    /// Takes out which page of a list is asked for, newest first, and returns
    /// it with the address of its neighbours.
    pub(super) fn page(&mut self) -> Result<(PageRequest, Pages), ApiError> {
        let stretch = stretch_in_a_word(&mut self.fields, "cursor")?;
        let limit = self.take::<usize>("limit", LIMIT_HINT)?.unwrap_or(PER_PAGE);
        if !(1..=100).contains(&limit) {
            return Err(FieldError::new("limit", LIMIT_HINT).into());
        }
        let kept = format!("{}?limit={limit}", self.path);
        Ok((PageRequest { order: Order::NewestFirst, stretch, size: limit }, Pages { kept }))
    }

    /// Ends the reading of the query: what nobody takes is an error.
    pub(super) fn finish(&mut self) -> Result<(), ApiError> {
        Ok(std::mem::take(&mut self.fields).finish().map_err(Refusal::from)?)
    }
}

const LIMIT_HINT: &str = "Ask for 1 to 100 lines.";

/// Returns what to write where one of these names is expected.
pub(super) fn choose_one_of(names: &[&str]) -> String {
    match names {
        [others @ .., last] if !others.is_empty() => {
            format!("Choose {} or {last}.", others.join(", "))
        }
        _ => format!("Choose {}.", names.concat()),
    }
}

/// The addresses of the pages beside one.
pub(super) struct Pages {
    kept: String,
}

impl Pages {
    /// Keeps a field of the query in the addresses.
    pub(super) fn keep(&mut self, name: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.kept += &format!("&{name}={}", escaped(&value.to_string()));
        }
    }

    /// Adds the pages before and after to an answer (RFC 8288).
    pub(super) fn link(
        &self,
        answer: Reply,
        previous: Option<Cursor>,
        next: Option<Cursor>,
    ) -> Reply {
        let link = |place: Cursor, side, relation| {
            format!("<{}&cursor={side}-{}>; rel=\"{relation}\"", self.kept, cursor(place))
        };
        let links: Vec<String> = [
            previous.map(|place| link(place, "before", "prev")),
            next.map(|place| link(place, "after", "next")),
        ]
        .into_iter()
        .flatten()
        .collect();
        if links.is_empty() { answer } else { answer.with("link", links.join(", ")) }
    }
}
