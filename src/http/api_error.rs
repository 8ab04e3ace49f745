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
    /// HTTP itself refused the request, or its token.
    Http(ErrorKind),
    /// A header is missing or wrong: its name, and what to send.
    Header(ErrorKind, &'static str, &'static str),
    /// The body cannot be read.
    Body(ErrorKind, FieldError),
    /// The token's quota is used up; it is renewed after this many seconds.
    TooMany(u64),
}

/// The errors of the headers that an operation needs.
impl ApiError {
    pub(crate) const NO_TOKEN: Self = Self::Http(kinds::NO_TOKEN);
    pub(crate) const BAD_TOKEN: Self = Self::Http(kinds::BAD_TOKEN);
    pub(crate) const MALFORMED_AUTHORIZATION: Self = Self::Http(kinds::MALFORMED_AUTHORIZATION);
    pub(crate) const NOT_ACCEPTABLE: Self =
        Self::Header(kinds::NOT_ACCEPTABLE, "Accept", "Must allow application/json.");
    pub(crate) const NOT_JSON: Self =
        Self::Header(kinds::NOT_JSON, "Content-Type", "Must be application/json.");
    pub(crate) const OTHER_CHARSET: Self =
        Self::Header(OTHER_CHARSET, "Content-Type", "The charset must be utf-8.");
    pub(crate) const ENCODED: Self = Self::Header(
        kinds::NOT_JSON,
        "Content-Encoding",
        "Must be left out: send the body as it is.",
    );
    pub(crate) const NO_REVISION: Self = Self::Header(kinds::NO_REVISION, "If-Match", "Required.");
    pub(crate) const NO_SUCH_REVISION: Self =
        Self::Header(kinds::BAD_REVISION, "If-Match", "Not the entity tag of a revision.");
    pub(crate) const SEVERAL_REVISIONS: Self = Self::Header(
        kinds::BAD_REVISION,
        "If-Match",
        "More than one entity tag. Send the one of the revision that you read.",
    );
    pub(crate) const NO_KEY: Self = Self::Header(kinds::NO_KEY, "Idempotency-Key", "Required.");
    pub(crate) const BAD_KEY: Self = Self::Header(kinds::BAD_KEY, "Idempotency-Key", "Malformed.");
}

const OTHER_CHARSET: ErrorKind = ErrorKind {
    advice: "JSON is read as UTF-8. Send `Content-Type: application/json`, without a charset or \
             with `charset=utf-8`.",
    ..kinds::NOT_JSON
};

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotSignedIn => Self::BAD_TOKEN,
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
            Self::Refused(Refusal::NotSignedIn) => kinds::BAD_TOKEN,
            Self::Refused(refusal) => ErrorKind::of(refusal),
            Self::Http(kind) | Self::Header(kind, ..) | Self::Body(kind, _) => *kind,
            Self::TooMany(_) => kinds::TOO_MANY,
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
        match self {
            Self::Refused(Refusal::KeyReused { .. }) => {
                vec![FieldError::new("Idempotency-Key", "Already used for another request.")]
            }
            Self::Refused(Refusal::Input(input)) => input.0.clone(),
            Self::Header(_, name, message) => vec![FieldError::new(*name, *message)],
            Self::Body(_, place) => vec![place.clone()],
            Self::Refused(_) | Self::Http(_) | Self::TooMany(_) => Vec::new(),
        }
    }

    /// Returns the value of `WWW-Authenticate` (RFC 6750, 3), if there is one.
    pub(super) fn challenge(&self) -> Option<String> {
        let error = |code: &str| format!("Bearer realm=\"imprimatur\", error=\"{code}\"");
        match self {
            Self::Refused(Refusal::Permission(denied)) if denied.is_about_the_token() => {
                let scope: Permission = denied.permission();
                Some(format!("{}, scope=\"{scope}\"", error("insufficient_scope")))
            }
            _ => match self.kind() {
                kinds::NO_TOKEN => Some("Bearer realm=\"imprimatur\"".to_owned()),
                kinds::BAD_TOKEN => Some(error("invalid_token")),
                kinds::MALFORMED_AUTHORIZATION => Some(error("invalid_request")),
                _ => None,
            },
        }
    }
}
