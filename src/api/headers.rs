//! Parses the headers of an API request: token, `Accept`, `Content-Type`, `If-Match`
//! and `Idempotency-Key`. An invalid header is an error only where an operation needs
//! it.

use actix_web::http::header::{self, Accept, EntityTag, Header, HeaderMap, HeaderName};
use actix_web::{HttpMessage, HttpRequest};

use crate::accounts::tokens;
use crate::api::json::JSON;
use crate::domain::{OperationKey, RevisionNumber, SecretHash, decimal};
use crate::http::api_error::ApiError;
use crate::http::entity_tag::without_coding;
use crate::http::is_encoded;

/// The parsed headers of a request.
pub(super) struct Headers {
    pub(super) token: Result<SecretHash, ApiError>,
    pub(super) accepts_json: bool,
    pub(super) seen: Result<RevisionNumber, ApiError>,
    pub(super) key: Result<Option<OperationKey>, ApiError>,
    pub(super) content: ContentKind,
}

/// What the request says of its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ContentKind {
    /// There is no `Content-Type`.
    Unnamed,
    Json,
    /// It is JSON in a charset that is not UTF-8.
    OtherCharset,
    /// It is compressed, or encoded in another way.
    Encoded,
    Other,
}

impl ContentKind {
    pub(super) fn of(request: &HttpRequest) -> Self {
        let headers = request.headers();
        match request.content_type() {
            _ if is_encoded(headers) => Self::Encoded,
            _ if !headers.contains_key(header::CONTENT_TYPE) => Self::Unnamed,
            kind if !kind.eq_ignore_ascii_case(JSON) => Self::Other,
            _ if names_other_charset(headers) => Self::OtherCharset,
            _ => Self::Json,
        }
    }
}

impl Headers {
    pub(super) fn of(request: &HttpRequest) -> Self {
        let headers = request.headers();
        Self {
            token: token(headers),
            accepts_json: accepts_json(request),
            seen: seen(headers),
            key: key(headers),
            content: ContentKind::of(request),
        }
    }
}

/// Returns whether the content type has a charset that is not UTF-8. JSON is always
/// UTF-8 (RFC 8259, 8.1), and many clients say so.
fn names_other_charset(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let parameters = kind.unwrap_or_default().split(';').skip(1);
    let mut charsets = parameters
        .filter_map(|parameter| parameter.split_once('='))
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    charsets.any(|(_, charset)| {
        let charset = charset.trim().trim_matches('"');
        !["utf-8", "utf8"].iter().any(|utf_8| charset.eq_ignore_ascii_case(utf_8))
    })
}

/// A header that means something only when it comes once.
enum Single<'a> {
    Absent,
    Once(&'a str),
    Repeated,
    NotText,
}

fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Single<'a> {
    let mut values = headers.get_all(name).map(header::HeaderValue::to_str);
    match (values.next(), values.next()) {
        (None, _) => Single::Absent,
        (Some(Ok(value)), None) => Single::Once(value.trim()),
        (Some(Err(_)), None) => Single::NotText,
        (Some(_), Some(_)) => Single::Repeated,
    }
}

/// Returns the token as it is stored. Other schemes and cookies count as no
/// token.
pub(crate) fn token(headers: &HeaderMap) -> Result<SecretHash, ApiError> {
    let shown = match single(headers, &header::AUTHORIZATION) {
        Single::Absent => return Err(ApiError::NO_TOKEN),
        Single::Repeated | Single::NotText => return Err(ApiError::MALFORMED_AUTHORIZATION),
        Single::Once(shown) => shown,
    };
    let (scheme, token) = shown.split_once(' ').unwrap_or((shown, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(ApiError::NO_TOKEN);
    }
    match token.trim() {
        "" => Err(ApiError::MALFORMED_AUTHORIZATION),
        token if token.contains([' ', ',']) => Err(ApiError::MALFORMED_AUTHORIZATION),
        token => tokens::parse(token).ok_or(ApiError::BAD_TOKEN),
    }
}

/// Returns whether the reply may be JSON: the most specific of the ranges that suit it
/// decides (RFC 9110, 12.5.1).
fn accepts_json(request: &HttpRequest) -> bool {
    let Ok(Accept(ranges)) = Accept::parse(request) else { return false };
    let is_named = request.headers().get_all(header::ACCEPT).any(|value| !value.is_empty());
    let quality = |kind: &str| {
        let suiting = ranges.iter().filter(|range| range.item.essence_str() == kind);
        suiting.map(|range| range.quality).max()
    };
    let decisive = [JSON, "application/*", "*/*"].into_iter().find_map(quality);
    !is_named || decisive.is_some_and(|quality| quality > header::Quality::ZERO)
}

/// Returns the revision that was looked at. The page of the module `api` has the status
/// of each error.
fn seen(headers: &HeaderMap) -> Result<RevisionNumber, ApiError> {
    match single(headers, &header::IF_MATCH) {
        Single::Absent | Single::Once("*") => Err(ApiError::NO_REVISION),
        Single::Once(tag) => match tag.parse() {
            Ok(tag) => revision(&tag).ok_or(ApiError::NO_SUCH_REVISION),
            Err(_) if is_list(tag) => Err(ApiError::SEVERAL_REVISIONS),
            Err(_) => Err(ApiError::NO_SUCH_REVISION),
        },
        Single::Repeated => Err(ApiError::SEVERAL_REVISIONS),
        Single::NotText => Err(ApiError::NO_SUCH_REVISION),
    }
}

fn is_list(tags: &str) -> bool {
    tags.split(',').all(|tag| tag.trim().parse::<EntityTag>().is_ok())
}

pub(super) fn entity_tag(revision: RevisionNumber) -> String {
    EntityTag::new_strong(revision.to_string()).to_string()
}

/// Returns the revision that has an entity tag. A weak tag is valid, because a proxy
/// compressed the reply. So is a tag that ends in the name of an encoding: the text of
/// the revision is the same.
fn revision(tag: &EntityTag) -> Option<RevisionNumber> {
    let number = decimal(without_coding(tag.tag())).map(RevisionNumber)?;
    (number.0 >= 1).then_some(number)
}

fn key(headers: &HeaderMap) -> Result<Option<OperationKey>, ApiError> {
    let sent = match single(headers, &HeaderName::from_static("idempotency-key")) {
        Single::Absent => return Ok(None),
        Single::Once(sent) => sent,
        Single::Repeated | Single::NotText => return Err(ApiError::BAD_KEY),
    };
    OperationKey::parse(sent).map(Some).map_err(|_| ApiError::BAD_KEY)
}
