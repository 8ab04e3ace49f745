//! Parses the JSON of requests strictly, and writes that of replies.

use actix_web::http::StatusCode;
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;

use crate::domain::FieldError;
use crate::http::api_error::ApiError;
use crate::http::{Reply, error_kind};

/// The media type of requests and replies.
pub(super) const JSON: &str = "application/json";

/// Returns a successful reply.
pub(super) fn reply(document: &impl Serialize) -> Reply {
    Reply::json(StatusCode::OK, JSON, document)
}

/// Parses a JSON object.
pub(super) fn parse<Body: DeserializeOwned>(bytes: &[u8]) -> Result<Body, ApiError> {
    // Serde would also take a list, with the fields in their order.
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return Err(match serde_json::from_slice::<IgnoredAny>(bytes) {
            Ok(_) => {
                ApiError::Body(error_kind::INVALID, FieldError::new("body", "Send a JSON object."))
            }
            Err(error) => unreadable("body".to_owned(), &error),
        });
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let body = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        // Before the first field, and where reading stopped within one.
        let field = match path.as_str() {
            "." | "?" => named_field(error.inner()).unwrap_or("body".to_owned()),
            _ => path,
        };
        unreadable(field, error.inner())
    })?;
    reader.end().map_err(|error| unreadable("body".to_owned(), &error))?;
    Ok(body)
}

/// Returns the field that is missing or there twice: serde tells its name in its
/// sentence alone.
fn named_field(error: &serde_json::Error) -> Option<String> {
    let sentence = error.to_string();
    let rest = ["missing field `", "duplicate field `"];
    let name = rest.iter().find_map(|start| sentence.strip_prefix(start))?;
    name.split_once('`').map(|(name, _)| name.to_owned())
}

/// Tells a body that is no JSON from JSON with other fields than expected.
fn unreadable(field: String, error: &serde_json::Error) -> ApiError {
    let kind = match error.classify() {
        Category::Data => error_kind::INVALID,
        Category::Syntax | Category::Eof | Category::Io => error_kind::MALFORMED,
    };
    ApiError::Body(kind, FieldError::new(field, format!("{error}.")))
}
