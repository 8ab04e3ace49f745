//! Entity tags as they come back through proxies that compress.

use actix_web::http::header::{EntityTag, IfNoneMatch};

/// The encodings whose names are appended.
const CODINGS: [&str; 5] = ["gzip", "br", "brotli", "zstd", "deflate"];

/// Returns a tag without the name of an encoding, which Apache, Jetty, Caddy and others
/// append. It comes after one hyphen or two, a semicolon or a colon. A body has one
/// text, however it is encoded.
pub(crate) fn without_coding(tag: &str) -> &str {
    let Some(at) = tag.rfind(['-', ';', ':']) else { return tag };
    let (before, name) = (&tag[..at], &tag[at + 1..]);
    match CODINGS.iter().any(|coding| name.eq_ignore_ascii_case(coding)) {
        true => before.strip_suffix('-').unwrap_or(before),
        false => tag,
    }
}

/// Returns whether a browser has the body with this tag (RFC 9110, 13.1.2).
pub(crate) fn is_cached(cached: &IfNoneMatch, tag: &EntityTag) -> bool {
    match cached {
        IfNoneMatch::Any => true,
        IfNoneMatch::Items(tags) => {
            tags.iter().any(|cached| without_coding(cached.tag()) == tag.tag())
        }
    }
}
