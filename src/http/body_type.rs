//! Tells from the headers of a request whether its body is a plain form.

use actix_web::HttpMessage;
use actix_web::http::header::{CONTENT_ENCODING, HeaderMap};

const FORM: &str = "application/x-www-form-urlencoded";

/// Returns whether the body is a form as the pages send it. One without a type counts.
pub(crate) fn is_form(request: &impl HttpMessage) -> bool {
    let kind = request.content_type();
    (kind.is_empty() || kind.eq_ignore_ascii_case(FORM)) && !is_encoded(request.headers())
}

/// Returns whether the body is compressed, or encoded in another way.
pub(crate) fn is_encoded(headers: &HeaderMap) -> bool {
    let mut encodings = headers.get_all(CONTENT_ENCODING);
    encodings.any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
}
