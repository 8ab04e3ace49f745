use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::PostId;
use crate::refusal::Refusal;

/// Returns the post that an address names.
pub(crate) fn post_id(text: &str) -> Result<PostId, Refusal> {
    text.parse().map(PostId).map_err(|_| Refusal::NotFound)
}

/// Returns a text as it stands in the query of an address.
pub(crate) fn escaped(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
