//! A request to read, and the links to the pages before and after one.

use std::str::FromStr;

use serde::Serialize;

use crate::api::json;
use crate::domain::{FieldError, Person, Post, decimal, listed};
use crate::http::api_error::ApiError;
use crate::http::paging::{cursor, direction_in_one_field};
use crate::http::{Form, Reply, Segments, escaped};
use crate::refusal::Refusal;
use crate::store::Connection;
use crate::store::paging::{Cursor, Page, PageRequest};
use crate::workflow::visible;

/// The lines of a page where the query does not say.
const DEFAULT_LIMIT: usize = 25;

/// What the owner of a token asks to read.
pub(super) struct ReadRequest {
    /// A text is read when it is given back.
    pub(super) conn: Connection,
    /// The owner of the token.
    pub(super) reader: Person,
    pub(super) path: String,
    pub(super) segments: Segments,
    /// The query string.
    pub(super) fields: Form,
    /// The fields that were taken out, for the links to other pages.
    pub(super) kept: String,
}

impl ReadRequest {
    /// Returns the post that the address names. There is no query.
    pub(super) fn post(&mut self) -> Result<Post, ApiError> {
        self.finish()?;
        Ok(visible::find(&mut self.conn, &self.reader, self.segments.post_id()?)?)
    }

    /// Returns the post that the address names, if the reader may know how it came to be.
    pub(super) fn post_with_history(&mut self) -> Result<Post, ApiError> {
        self.finish()?;
        Ok(visible::find_history(&mut self.conn, &self.reader, self.segments.post_id()?)?)
    }

    /// Takes out a field that may be missing, and keeps it for the links to other pages.
    fn text(&mut self, name: &'static str) -> Result<Option<String>, ApiError> {
        let text = self.fields.take(name)?;
        if let Some(text) = &text {
            self.kept += &format!("&{name}={}", escaped(text));
        }
        Ok(text)
    }

    /// Takes out a field that may be missing, and reads it.
    pub(super) fn take<T: std::str::FromStr>(
        &mut self,
        name: &'static str,
        hint: &str,
    ) -> Result<Option<T>, ApiError> {
        let text = self.text(name)?;
        let read = text.map(|text| text.parse().map_err(|_| FieldError::new(name, hint)));
        Ok(read.transpose()?)
    }

    /// Takes out a number that may be missing.
    pub(super) fn number<Number: std::str::FromStr + ToString>(
        &mut self,
        name: &'static str,
        hint: &str,
    ) -> Result<Option<Number>, ApiError> {
        let text = self.text(name)?;
        let read = text.map(|text| decimal(&text).ok_or_else(|| FieldError::new(name, hint)));
        Ok(read.transpose()?)
    }

    /// Takes out a field that may be missing, and is one of these names.
    pub(super) fn choose<T: FromStr>(
        &mut self,
        name: &'static str,
        names: &[&'static str],
    ) -> Result<Option<T>, ApiError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        match names.contains(&&*text).then(|| text.parse().ok()).flatten() {
            Some(known) => Ok(Some(known)),
            None => Err(FieldError::new(name, choose_one_of(names)).into()),
        }
    }

    /// Takes out which page of a list is asked for, newest first, and returns it with the
    /// links to its neighbours, once the list's own fields are taken: it ends the parsing.
    pub(super) fn page(&mut self) -> Result<(PageRequest, PageLinks), ApiError> {
        let kept = std::mem::take(&mut self.kept);
        let direction = direction_in_one_field(&mut self.fields, "cursor")?;
        let limit = self.number::<usize>("limit", LIMIT_HINT)?.unwrap_or(DEFAULT_LIMIT);
        if !(1..=100).contains(&limit) {
            return Err(FieldError::new("limit", LIMIT_HINT).into());
        }
        self.finish()?;
        let address = format!("{}?limit={limit}{kept}", self.path);
        Ok((PageRequest::newest_first(direction, limit), PageLinks { address }))
    }

    /// Ends the parsing: a field that was not taken is an error.
    fn finish(&mut self) -> Result<(), ApiError> {
        Ok(std::mem::take(&mut self.fields).finish().map_err(Refusal::from)?)
    }
}

const LIMIT_HINT: &str = "limit must be 1 to 100.";

/// Returns what to write where one of these names is expected.
pub(super) fn choose_one_of(names: &[&str]) -> String {
    format!("Must be {}.", listed(names))
}

/// The links to the pages before and after one.
pub(super) struct PageLinks {
    address: String,
}

impl PageLinks {
    /// Replies with a page of a list, and the links in a header (RFC 8288).
    pub(super) fn reply<Line, Body: Serialize>(
        &self,
        page: Page<Line>,
        body: impl FnOnce(Vec<Line>) -> Body,
    ) -> Reply {
        let link = |at: Cursor, side, relation| {
            format!("<{}&cursor={side}-{}>; rel=\"{relation}\"", self.address, cursor(at))
        };
        let links: Vec<String> = [
            page.previous.map(|at| link(at, "before", "prev")),
            page.next.map(|at| link(at, "after", "next")),
        ]
        .into_iter()
        .flatten()
        .collect();
        let reply = json::reply(&body(page.lines));
        if links.is_empty() { reply } else { reply.with("link", links.join(", ")) }
    }
}
