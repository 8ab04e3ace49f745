//! Lists the reasons for which a request of a program has no effect.

use crate::domain::{FieldError, Layer, Permission, Reason};
use crate::http::error_kind as kinds;
use crate::http::error_kind::ErrorKind;
use crate::refusal::Refusal;

/// Why a request of a program had no effect.
#[derive(Debug)]
pub enum ApiError {
    /// The workflow, or a read, refused the request.
    Refused(Refusal),
    /// The request has no token.
    NoToken,
    /// The token is unknown, expired or revoked.
    BadToken,
    /// The `Authorization` header cannot be parsed.
    MalformedAuthorization,
    /// The token's quota is used up; it is renewed after this many seconds.
    TooMany(u64),
    /// The `Accept` header excludes JSON.
    NotAcceptable,
    /// The content type of the body is not JSON.
    NotJson,
    /// The content type names a charset that is not UTF-8.
    OtherCharset,
    /// The body is compressed, or encoded in another way.
    Encoded,
    /// A change to a post comes without an `If-Match`.
    NoRevision,
    /// The `If-Match` is not the entity tag of one revision.
    NoSuchRevision,
    /// The `If-Match` has several entity tags.
    SeveralRevisions,
    /// A new post comes without an `Idempotency-Key`.
    NoKey,
    /// The `Idempotency-Key` is not well formed.
    BadKey,
    /// The body is not JSON.
    Malformed(FieldError),
    /// The body is JSON of the wrong shape.
    Unexpected(FieldError),
    /// HTTP itself refused the request, before any handler.
    Http(ErrorKind),
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotSignedIn => Self::BadToken,
            other => Self::Refused(other),
        }
    }
}

impl From<diesel::result::Error> for ApiError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Refused(error.into())
    }
}

impl From<FieldError> for ApiError {
    fn from(error: FieldError) -> Self {
        Self::Refused(error.into())
    }
}

impl ApiError {
    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::Refused(Refusal::NotSignedIn) | Self::BadToken => kinds::BAD_TOKEN,
            Self::Refused(refusal) => ErrorKind::of(refusal),
            Self::NoToken => kinds::NO_TOKEN,
            Self::MalformedAuthorization => kinds::MALFORMED_AUTHORIZATION,
            Self::TooMany(_) => kinds::TOO_MANY,
            Self::NotAcceptable => kinds::NOT_ACCEPTABLE,
            Self::NotJson | Self::OtherCharset | Self::Encoded => kinds::NOT_JSON,
            Self::NoRevision => kinds::NO_REVISION,
            Self::NoSuchRevision | Self::SeveralRevisions => kinds::BAD_REVISION,
            Self::NoKey => kinds::NO_KEY,
            Self::BadKey => kinds::BAD_KEY,
            Self::Malformed(_) => kinds::MALFORMED,
            Self::Unexpected(_) => kinds::INVALID,
            Self::Http(kind) => *kind,
        }
    }

    /// Returns whether the error tells something about the request or about a
    /// post. A program without a working token must not learn it.
    pub(crate) fn is_about_what_was_sent(&self) -> bool {
        [Layer::Input, Layer::Visibility].contains(&self.kind().layer)
    }

    /// Returns what happened this time, in sentences.
    pub(super) fn detail(&self) -> String {
        match self {
            Self::Refused(refusal @ (Refusal::Permission(_) | Refusal::Policy(_))) => {
                refusal.to_string()
            }
            Self::OtherCharset => {
                "JSON is read as UTF-8. Send `Content-Type: application/json`, without a charset \
                 or with `charset=utf-8`."
                    .into()
            }
            _ => self.kind().advice.to_owned(),
        }
    }

    /// Returns every reason that a layer gave.
    pub(super) fn reasons(&self) -> Vec<Reason> {
        match self {
            Self::Refused(refusal) => refusal.reasons(),
            _ => Vec::new(),
        }
    }

    /// Returns everything in the request that has to be corrected.
    pub(super) fn errors(&self) -> Vec<FieldError> {
        let header = |name: &'static str, message: &str| vec![FieldError::new(name, message)];
        match self {
            Self::Refused(Refusal::KeyReused { .. }) => {
                header("Idempotency-Key", "Already used for another request.")
            }
            Self::Refused(Refusal::Input(input)) => input.0.clone(),
            Self::Malformed(place) | Self::Unexpected(place) => vec![place.clone()],
            Self::NoKey => header("Idempotency-Key", "Required."),
            Self::BadKey => header("Idempotency-Key", "Malformed."),
            Self::NoRevision => header("If-Match", "Required."),
            Self::NoSuchRevision => header("If-Match", "Not the entity tag of a revision."),
            Self::SeveralRevisions => header(
                "If-Match",
                "More than one entity tag. Send the one of the revision that you read.",
            ),
            Self::NotJson => header("Content-Type", "Must be application/json."),
            Self::OtherCharset => header("Content-Type", "The charset must be utf-8."),
            Self::Encoded => {
                header("Content-Encoding", "Must be left out: send the body as it is.")
            }
            Self::NotAcceptable => header("Accept", "Must allow application/json."),
            _ => Vec::new(),
        }
    }

    /// Returns the value of `WWW-Authenticate` (RFC 6750, 3), if there is one.
    pub(super) fn challenge(&self) -> Option<String> {
        let error = |code: &str| format!("Bearer realm=\"imprimatur\", error=\"{code}\"");
        match self {
            Self::NoToken => Some("Bearer realm=\"imprimatur\"".to_owned()),
            Self::BadToken => Some(error("invalid_token")),
            Self::MalformedAuthorization => Some(error("invalid_request")),
            Self::Refused(Refusal::Permission(denied)) if denied.is_about_the_token() => {
                let scope: Permission = denied.permission();
                Some(format!("{}, scope=\"{scope}\"", error("insufficient_scope")))
            }
            _ => None,
        }
    }
}
