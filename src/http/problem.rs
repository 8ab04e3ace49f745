//! What programs are told instead of a page: problem details (RFC 9457), with
//! the layer that refused and every reason, in the words that pages use.

use actix_web::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{FieldError, Layer, Permission, RequestId};
use crate::http::Reply;
use crate::http::status::RETRY_AFTER;
use crate::metrics;
use crate::refusal::Refusal;
use crate::render::documents::{InvalidField, ProblemReason};

/// The media type of a problem.
pub const PROBLEM: &str = "application/problem+json";

/// Why a request of a program had no effect.
#[derive(Debug)]
pub enum ApiError {
    /// The door, or a read, refused it.
    Refused(Refusal),
    /// It shows no token.
    NoToken,
    /// What it shows is no token of ours, or one that is over.
    BadToken,
    /// Its `Authorization` header cannot be understood.
    MalformedAuthorization,
    /// It has asked for more than its share; after so many seconds it may go on.
    TooMany(u64),
    /// It does not take JSON.
    NotAcceptable,
    /// What it sends is not JSON.
    NotJson,
    /// It changes a post and does not name the revision that was looked at.
    NoRevision,
    /// Its `If-Match` is not the entity tag of one revision.
    NoSuchRevision,
    /// It creates a post without an `Idempotency-Key`.
    NoKey,
    /// Its `Idempotency-Key` is not well formed.
    BadKey,
    /// Its body is not JSON at all.
    Malformed(InvalidField),
    /// Its body is JSON that says something else than what is asked for.
    Unexpected(InvalidField),
    /// HTTP itself refused it, before any handler.
    Http(StatusCode),
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotSignedIn => Self::BadToken,
            other => Self::Refused(other),
        }
    }
}

impl From<FieldError> for ApiError {
    fn from(error: FieldError) -> Self {
        Self::Refused(error.into())
    }
}

/// Why a request had no effect (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Which kind of problem: an address that describes it.
    #[serde(rename = "type")]
    #[schema(example = "/api#problem-not-now")]
    pub kind: String,
    /// The kind in a few words; always the same for one `type`.
    #[schema(example = "Not as things stand")]
    pub title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599, example = 409)]
    pub status: u16,
    /// What happened this time, in sentences.
    pub detail: String,
    /// Which layer refused.
    #[schema(value_type = Layer, example = "policy")]
    pub layer: &'static str,
    /// Every reason that permission or policy gave; otherwise empty.
    pub reasons: Vec<ProblemReason>,
    /// Everything in what was sent that has to be mended; otherwise empty.
    pub errors: Vec<InvalidField>,
    /// The request's name, as logs and records have it.
    #[schema(format = "uuid")]
    pub request_id: String,
}

/// A kind of problem. Its address stays what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The last part of its address.
    pub slug: &'static str,
    /// The HTTP status.
    pub status: StatusCode,
    /// What it is called.
    pub title: &'static str,
    /// The layer that speaks.
    pub layer: &'static str,
    /// What to do about it.
    pub advice: &'static str,
}

macro_rules! kinds {
    ($($name:ident: $slug:literal $status:ident $layer:literal $title:literal, $advice:literal;)*) => {
        $(const $name: Kind = Kind {
            slug: $slug, status: StatusCode::$status, title: $title, layer: $layer, advice: $advice,
        };)*
        /// Every kind of problem, by status.
        pub const KINDS: &[Kind] = &[$($name),*];
    };
}

kinds! {
    MALFORMED: "malformed" BAD_REQUEST "input" "We could not read this",
        "Send JSON (RFC 8259) in UTF-8; `errors` says where the reading stopped.";
    BAD_HEADER: "malformed-authorization" BAD_REQUEST "authentication" "The Authorization header cannot be read",
        "Send one header: `Authorization: Bearer` and a token.";
    NO_KEY: "key-missing" BAD_REQUEST "input" "There is no usable Idempotency-Key",
        "Send a new key with each post you begin, and the same one when you try again.";
    NO_TOKEN: "token-missing" UNAUTHORIZED "authentication" "There is no token",
        "Make a token on the page of your account, and send it with every request. Cookies are not looked at here.";
    BAD_TOKEN: "token-invalid" UNAUTHORIZED "authentication" "The token does not work",
        "It is unknown, expired or revoked, or its account is deactivated: make another.";
    PERMISSION: "permission-missing" FORBIDDEN "permission" "Your account may not do this",
        "It is about what the account or the token is trusted with, and not about this post or this moment.";
    NOT_YOU: "not-you" FORBIDDEN "policy" "Not you, this time",
        "The account may do this, but not here; waiting does not help.";
    NOTHING: "nothing-here" NOT_FOUND "visibility" "There is nothing here",
        "There is nothing at this address, or nothing that you can see.";
    METHOD: "method-not-allowed" METHOD_NOT_ALLOWED "input" "That does not work here",
        "The header `Allow` says which methods the address takes.";
    NOT_ACCEPTABLE: "not-acceptable" NOT_ACCEPTABLE "input" "There is only JSON here",
        "Accept `application/json`.";
    TOO_SLOW: "too-slow" REQUEST_TIMEOUT "input" "The body took too long",
        "Send the whole body within 30 seconds.";
    NOT_NOW: "not-now" CONFLICT "policy" "Not as things stand",
        "The account may do this, but not now. Read the post again; `reasons` says what would mend it.";
    CANNOT_MATCH: "revision-cannot-match" PRECONDITION_FAILED "input" "No revision has this entity tag",
        "Send the `ETag` of the post as you read it, whole, strong and alone.";
    TOO_LARGE: "too-large" PAYLOAD_TOO_LARGE "input" "This is too long",
        "A post's body has at most 100,000 characters.";
    NOT_JSON: "unsupported-media-type" UNSUPPORTED_MEDIA_TYPE "input" "This is not JSON",
        "Send `Content-Type: application/json`.";
    OTHER_HOST: "another-host" MISDIRECTED_REQUEST "input" "This is another host",
        "Send the host of the site's public address in `Host`.";
    INVALID: "invalid-input" UNPROCESSABLE_ENTITY "input" "Something needs mending",
        "`errors` names each field, and what to write there.";
    REUSED: "key-reused" UNPROCESSABLE_ENTITY "input" "The Idempotency-Key was used for something else",
        "Send another key: each stands for one intention.";
    NO_REVISION: "revision-not-named" PRECONDITION_REQUIRED "input" "There is no If-Match",
        "Send the `ETag` of the post as you read it. There is no \"the latest\": `*` names no revision.";
    TOO_MANY: "too-many-requests" TOO_MANY_REQUESTS "availability" "Too many requests",
        "Wait as many seconds as `Retry-After` says.";
    DEFECT: "our-mistake" INTERNAL_SERVER_ERROR "invariant" "We made a mistake",
        "Nothing has changed, and the people who mend such things can see it.";
    UNAVAILABLE: "unavailable" SERVICE_UNAVAILABLE "availability" "Just a moment",
        "Try again with the same Idempotency-Key: what took effect after all is not done twice.";
}

impl ApiError {
    fn kind(&self) -> Kind {
        match self {
            Self::Refused(refusal) => match refusal {
                Refusal::NotSignedIn => BAD_TOKEN,
                Refusal::Input(input) if input.of("key").is_some() => REUSED,
                Refusal::Input(_) => INVALID,
                Refusal::Permission(_) => PERMISSION,
                Refusal::NotFound => NOTHING,
                Refusal::Policy(denied) if denied.is_about_the_person() => NOT_YOU,
                Refusal::Policy(_) => NOT_NOW,
                Refusal::Invariant(_) => DEFECT,
                Refusal::Unavailable(_) => UNAVAILABLE,
            },
            Self::NoToken => NO_TOKEN,
            Self::BadToken => BAD_TOKEN,
            Self::MalformedAuthorization => BAD_HEADER,
            Self::TooMany(_) => TOO_MANY,
            Self::NotAcceptable => NOT_ACCEPTABLE,
            Self::NotJson => NOT_JSON,
            Self::NoRevision => NO_REVISION,
            Self::NoSuchRevision => CANNOT_MATCH,
            Self::NoKey | Self::BadKey => NO_KEY,
            Self::Malformed(_) => MALFORMED,
            Self::Unexpected(_) => INVALID,
            Self::Http(status) => match *status {
                StatusCode::NOT_FOUND => NOTHING,
                StatusCode::METHOD_NOT_ALLOWED => METHOD,
                StatusCode::REQUEST_TIMEOUT => TOO_SLOW,
                StatusCode::PAYLOAD_TOO_LARGE => TOO_LARGE,
                StatusCode::MISDIRECTED_REQUEST => OTHER_HOST,
                status if status.is_server_error() => DEFECT,
                _ => MALFORMED,
            },
        }
    }

    /// Returns whether it says something of what was sent, or of what is there,
    /// as an edge alone can find it.
    pub(crate) fn is_about_what_was_sent(&self) -> bool {
        ["input", "visibility"].contains(&self.kind().layer)
    }

    fn detail(&self, kind: Kind) -> String {
        match self {
            Self::Refused(refusal @ (Refusal::Permission(_) | Refusal::Policy(_))) => {
                refusal.to_string()
            }
            Self::BadKey => {
                "An Idempotency-Key has 1 to 255 visible ASCII characters, and comes once.".into()
            }
            _ => kind.advice.to_owned(),
        }
    }

    fn errors(&self) -> Vec<InvalidField> {
        let header = |name: &str, message: &str| {
            vec![InvalidField { field: name.to_owned(), message: message.to_owned() }]
        };
        match self {
            Self::Refused(Refusal::Input(input)) if input.of("key").is_some() => {
                header("Idempotency-Key", "It was already used for something else.")
            }
            Self::Refused(Refusal::Input(input)) => InvalidField::all(input),
            Self::Malformed(place) | Self::Unexpected(place) => vec![place.clone()],
            Self::NoKey => header("Idempotency-Key", "It is missing."),
            Self::BadKey => header("Idempotency-Key", "It is not well formed."),
            Self::NoRevision => header("If-Match", "It is missing."),
            Self::NoSuchRevision => header("If-Match", "It is not the entity tag of a revision."),
            Self::NotJson => header("Content-Type", "It is not application/json."),
            Self::NotAcceptable => header("Accept", "It leaves out application/json."),
            _ => Vec::new(),
        }
    }

    /// Returns what `WWW-Authenticate` says (RFC 6750, 3), where it says something.
    fn challenge(&self) -> Option<String> {
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

/// Returns the answer that says why a request of a program had no effect.
pub fn answer(trouble: &ApiError, request: RequestId) -> Reply {
    let kind = trouble.kind();
    let reasons = match trouble {
        ApiError::Refused(refusal) => refusal.reasons(),
        _ => Vec::new(),
    };
    let problem = Problem {
        kind: format!("/api#problem-{}", kind.slug),
        title: kind.title,
        status: kind.status.as_u16(),
        detail: trouble.detail(kind),
        layer: kind.layer,
        reasons: reasons.into_iter().map(ProblemReason::from).collect(),
        errors: trouble.errors(),
        request_id: request.to_string(),
    };
    metrics::refused(kind.layer);
    let answer = Reply::json(kind.status, PROBLEM, &problem);
    let answer = match trouble.challenge() {
        Some(challenge) => answer.with("www-authenticate", challenge),
        None => answer,
    };
    match trouble {
        ApiError::TooMany(seconds) => answer.with("retry-after", seconds.to_string()),
        ApiError::Refused(Refusal::Unavailable(_)) => answer.retry_after(RETRY_AFTER),
        _ => answer,
    }
}

/// Returns the answer to a request that HTTP itself refused.
pub(crate) fn of_status(status: StatusCode, request: RequestId) -> Reply {
    answer(&ApiError::Http(status), request)
}

#[cfg(test)]
mod tests {
    use super::{ApiError, FieldError, KINDS, Refusal};
    use crate::http::status;
    use crate::store::Unavailable;

    #[test]
    fn a_refusal_has_one_status_and_one_layer_whoever_hears_of_it() {
        let field = |name| Refusal::from(FieldError::new(name, "Write it."));
        let refusals = [
            Refusal::NotSignedIn,
            Refusal::NotFound,
            field("title"),
            field("key"),
            Unavailable::Busy.into(),
        ];
        for refusal in refusals {
            let expected = (status(&refusal), refusal.layer());
            let kind = ApiError::Refused(refusal).kind();
            assert_eq!((kind.status, kind.layer), expected, "{}", kind.slug);
        }
    }

    #[test]
    fn the_address_of_a_kind_of_problem_is_its_own() {
        let mut slugs: Vec<&str> = KINDS.iter().map(|kind| kind.slug).collect();
        slugs.sort_unstable();
        slugs.dedup();
        assert_eq!(slugs.len(), KINDS.len());
        assert!(KINDS.is_sorted_by_key(|kind| kind.status));
    }
}
