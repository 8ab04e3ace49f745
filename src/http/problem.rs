//! Problem details (RFC 9457): what programs get instead of an error page, with
//! the layer that refused and every reason, as pages show them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{FieldError, Layer, Reason, RequestId};
use crate::http::Reply;
use crate::http::api_error::ApiError;
use crate::http::error_kind::{ErrorKind, RETRY_AFTER};
use crate::refusal::Refusal;
use crate::render::documents::{InvalidField, ProblemReason};

/// The media type of a problem.
pub const PROBLEM: &str = "application/problem+json";

/// Why a request had no effect (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Which kind of problem: an address that describes it.
    #[serde(rename = "type")]
    #[schema(example = "/api#problem-not-now")]
    pub kind: String,
    /// The kind in a few words; always the same for one `type`.
    #[schema(example = "Not possible now")]
    pub title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599, example = 409)]
    pub status: u16,
    /// What happened this time, in sentences.
    pub detail: String,
    /// The layer that refused.
    #[schema(example = "policy")]
    pub layer: Layer,
    /// Every reason that permission or policy gave; otherwise empty.
    #[schema(value_type = Vec<ProblemReason>)]
    pub reasons: Vec<Reason>,
    /// Every input error; otherwise empty.
    #[schema(value_type = Vec<InvalidField>)]
    pub errors: Vec<FieldError>,
    /// The request's name, as logs and records have it.
    #[schema(format = "uuid")]
    pub request_id: String,
}

/// Returns the problem document for an error.
pub(crate) fn reply(error: &ApiError, request: RequestId) -> Reply {
    let kind = error.kind();
    let problem = Problem {
        kind: format!("/api#problem-{}", kind.slug),
        title: kind.title,
        status: kind.status.as_u16(),
        detail: error.detail(),
        layer: kind.layer,
        reasons: error.reasons(),
        errors: error.errors(),
        request_id: request.to_string(),
    };
    let mut reply = Reply::json(kind.status, PROBLEM, &problem).refused_by(kind.layer);
    if let Some(challenge) = error.challenge() {
        reply = reply.with("www-authenticate", challenge);
    }
    match error {
        ApiError::TooMany(seconds) => reply.with("retry-after", seconds.to_string()),
        ApiError::Refused(Refusal::Unavailable(_)) => reply.retry_after(RETRY_AFTER),
        _ => reply,
    }
}

/// Returns the problem document for a request that HTTP itself refused.
pub(crate) fn of_kind(kind: ErrorKind, request: RequestId) -> Reply {
    reply(&ApiError::Http(kind), request)
}
