use std::collections::HashMap;
use std::str::FromStr;

use actix_web::web::Path;
use actix_web::{FromRequest, HttpRequest};

use crate::domain::{PostId, decimal};
use crate::refusal::Refusal;

/// The segments of an address that its route names, decoded.
#[derive(Debug, Clone, Default)]
pub(crate) struct Segments(HashMap<String, String>);

impl Segments {
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let segments = Path::<HashMap<String, String>>::extract(request).into_inner();
        Self(segments.map(Path::into_inner).unwrap_or_default())
    }

    /// Returns the segment of this name.
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
