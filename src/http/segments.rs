use std::collections::HashMap;
use std::str::FromStr;

use actix_web::HttpRequest;
use percent_encoding::percent_decode_str;

use crate::domain::{PostId, decimal};
use crate::refusal::Refusal;

/// The segments of an address that its route names, decoded.
#[derive(Debug, Clone)]
pub(crate) struct Segments(HashMap<String, String>);

impl Segments {
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let decoded = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let named = request.match_info().iter();
        Self(named.map(|(name, text)| (name.to_owned(), decoded(text))).collect())
    }

    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// Returns the number in the segment of this name. An address with another text there
    /// is that of no page.
    pub(crate) fn number<Number: FromStr + ToString>(&self, name: &str) -> Result<Number, Refusal> {
        decimal(self.get(name)).ok_or(Refusal::NotFound)
    }

    /// Returns the post that the segment `id` names.
    pub(crate) fn post_id(&self) -> Result<PostId, Refusal> {
        self.number("id").map(PostId)
    }
}
