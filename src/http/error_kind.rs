//! The one table of status, title and words for pages and problem documents.

use actix_web::http::StatusCode;

use crate::refusal::Refusal;

/// A kind of error over HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorKind {
    /// The HTTP status.
    pub status: StatusCode,
    /// The layer that refused.
    pub layer: &'static str,
    /// The heading of the page, and the title of the problem document.
    pub title: &'static str,
    /// The sentence below the heading of the page.
    pub lead: &'static str,
    /// The last part of the problem type's address, which never changes. Empty
    /// where only pages show this kind.
    pub slug: &'static str,
    /// What a program can do about it.
    pub advice: &'static str,
}

/// Defines one constant for each kind.
macro_rules! kinds {
    ($($name:ident { $status:ident, $layer:literal, $(slug: $slug:literal,)? title: $title:literal,
        $(program: $advice:literal,)? $(page: $lead:literal,)? })*) => {
        $(pub(crate) const $name: ErrorKind = ErrorKind {
            status: StatusCode::$status,
            layer: $layer,
            title: $title,
            lead: concat!($($lead)?),
            slug: concat!($($slug)?),
            advice: concat!($($advice)?),
        };)*
        const ALL: &[ErrorKind] = &[$($name),*];
    };
}

kinds! {
    MALFORMED { BAD_REQUEST, "input", slug: "malformed",
        title: "We could not read this",
        program: "Send JSON (RFC 8259) in UTF-8; `errors` says where the reading stopped.",
        page: "The request is not one that this page understands.",
    }
    MALFORMED_AUTHORIZATION { BAD_REQUEST, "authentication", slug: "malformed-authorization",
        title: "The Authorization header cannot be read",
        program: "Send one header: `Authorization: Bearer` and a token.",
    }
    NO_KEY { BAD_REQUEST, "input", slug: "key-missing",
        title: "There is no usable Idempotency-Key",
        program: "Send a new key with each post you begin, and the same one when you try again.",
    }
    NO_TOKEN { UNAUTHORIZED, "authentication", slug: "token-missing",
        title: "There is no token",
        program: "Make a token on the page of your account, and send it with every request. \
            Cookies are not looked at here.",
    }
    BAD_TOKEN { UNAUTHORIZED, "authentication", slug: "token-invalid",
        title: "The token does not work",
        program: "It is unknown, expired or revoked, or its account is deactivated: make another.",
    }
    PERMISSION { FORBIDDEN, "permission", slug: "permission-missing",
        title: "Your account may not do this",
        program: "It is about what the account or the token is trusted with, and not about this \
            post or this moment.",
        page: "This is about what your account is trusted with, and not about this post or this \
            moment.",
    }
    NOT_YOU { FORBIDDEN, "policy", slug: "not-you",
        title: "Not you, this time",
        program: "The account may do this, but not here; waiting does not help.",
        page: "Your account may do this, but not here. Nothing has changed.",
    }
    NOT_FOUND { NOT_FOUND, "visibility", slug: "nothing-here",
        title: "There is nothing here",
        program: "There is nothing at this address, or nothing that you can see.",
        page: "There is no page at this address, or none that you can see.",
    }
    METHOD { METHOD_NOT_ALLOWED, "input", slug: "method-not-allowed",
        title: "That does not work here",
        program: "The header `Allow` says which methods the address takes.",
        page: "This address does not take that kind of request.",
    }
    NOT_ACCEPTABLE { NOT_ACCEPTABLE, "input", slug: "not-acceptable",
        title: "There is only JSON here",
        program: "Accept `application/json`.",
    }
    TOO_SLOW { REQUEST_TIMEOUT, "input", slug: "too-slow",
        title: "This took too long",
        program: "Send the whole body within 30 seconds.",
        page: "The rest of what you sent did not arrive in time. Go back in your browser and \
            send it again: what you wrote is still in the form there.",
    }
    NOT_NOW { CONFLICT, "policy", slug: "not-now",
        title: "Not as things stand",
        program: "The account may do this, but not now. Read the post again; `reasons` says what \
            would mend it.",
        page: "You may do this, but not now. Nothing has changed.",
    }
    BAD_REVISION { PRECONDITION_FAILED, "input", slug: "revision-cannot-match",
        title: "No revision has this entity tag",
        program: "Send the `ETag` of the post as you read it, whole and alone.",
    }
    TOO_LARGE { PAYLOAD_TOO_LARGE, "input", slug: "too-large",
        title: "This is too long",
        program: "A post's body has at most 100,000 characters.",
        page: "A post's body has at most 100,000 characters. Go back in your browser: what you \
            wrote is still in the form there.",
    }
    NOT_JSON { UNSUPPORTED_MEDIA_TYPE, "input", slug: "unsupported-media-type",
        title: "This is not JSON",
        program: "Send `Content-Type: application/json`.",
    }
    OTHER_HOST { MISDIRECTED_REQUEST, "input", slug: "another-host",
        title: "This is another address",
        program: "Send the host of the site's public address in `Host`.",
        page: "This server is reached by another name. Check the address.",
    }
    INVALID { UNPROCESSABLE_ENTITY, "input", slug: "invalid-input",
        title: "Something needs mending",
        program: "`errors` names each field, and what to write there.",
        page: "We could not read all of what was sent.",
    }
    KEY_REUSED { UNPROCESSABLE_ENTITY, "input", slug: "key-reused",
        title: "The Idempotency-Key was used for something else",
        program: "Send another key: each stands for one intention.",
    }
    NO_REVISION { PRECONDITION_REQUIRED, "input", slug: "revision-not-named",
        title: "There is no If-Match",
        program: "Send the `ETag` of the post as you read it. There is no \"the latest\": `*` \
            names no revision.",
    }
    TOO_MANY { TOO_MANY_REQUESTS, "availability", slug: "too-many-requests",
        title: "Too many requests",
        program: "Wait as many seconds as `Retry-After` says.",
    }
    DEFECT { INTERNAL_SERVER_ERROR, "invariant", slug: "our-mistake",
        title: "We made a mistake",
        program: "Nothing has changed, and the people who mend such things can see it.",
        page: "The system was about to do something that must never happen, and stopped itself. \
            Nothing has changed, and the people who mend such things can see it.",
    }
    UNAVAILABLE { SERVICE_UNAVAILABLE, "availability", slug: "unavailable",
        title: "Just a moment",
        program: "Try again with the same Idempotency-Key: what took effect after all is not \
            done twice.",
        page: "We could not get an answer from the database in time. Open the page again shortly.",
    }
    NOT_SIGNED_IN { UNAUTHORIZED, "authentication",
        title: "Sign in",
    }
    SIGNED_OUT { UNAUTHORIZED, "authentication",
        title: "You were signed out a moment ago",
        page: "Somebody else was faster: they ended your session or deactivated your account. \
            Nothing of what you sent was done.",
    }
    STALE_FORM { FORBIDDEN, "input",
        title: "This form is too old",
        page: "It was made in an earlier session. Nothing has changed; what you wrote is here, \
            and you can send it again.",
    }
    OTHER_ACCOUNT { FORBIDDEN, "input",
        title: "Written with another account",
        page: "This was written with another account than the one that is signed in now, so it \
            is not shown and nothing was done with it. Sign in with that account to go on with \
            it.",
    }
    OTHER_SITE { FORBIDDEN, "input",
        title: "This came from somewhere else",
        page: "Another site's page asked for this, so nothing was done. Open the page here and \
            try again.",
    }
    BAD_LINK { NOT_FOUND, "visibility",
        title: "This link does not work",
        page: "A link to set a password works once, for 48 hours, and until there is a newer \
            one. Ask whoever sent it to you for another.",
    }
    POST_UNAVAILABLE { SERVICE_UNAVAILABLE, "availability",
        title: "Just a moment",
        page: "We could not get an answer from the database in time. If what you sent took \
            effect after all, sending it again does not do it twice.",
    }
}

/// Returns every kind that programs meet, by status.
pub fn problem_kinds() -> Vec<ErrorKind> {
    ALL.iter().filter(|kind| !kind.slug.is_empty()).copied().collect()
}

impl ErrorKind {
    /// Returns the kind of a refusal.
    pub fn of(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::NotSignedIn => NOT_SIGNED_IN,
            Refusal::Input(_) => INVALID,
            Refusal::Permission(_) => PERMISSION,
            Refusal::NotFound => NOT_FOUND,
            Refusal::Policy(denied) if denied.is_about_the_person() => NOT_YOU,
            Refusal::Policy(_) => NOT_NOW,
            Refusal::Invariant(_) => DEFECT,
            Refusal::Unavailable(_) => UNAVAILABLE,
        }
    }

    /// Returns the kind of a request that HTTP itself refused with this status,
    /// before any handler.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => NOT_FOUND,
            StatusCode::METHOD_NOT_ALLOWED => METHOD,
            StatusCode::REQUEST_TIMEOUT => TOO_SLOW,
            StatusCode::PAYLOAD_TOO_LARGE => TOO_LARGE,
            StatusCode::MISDIRECTED_REQUEST => OTHER_HOST,
            status if status.is_server_error() => DEFECT,
            _ => MALFORMED,
        }
    }
}

/// How many seconds to wait after a 503.
pub(crate) const RETRY_AFTER: i32 = 2;

#[cfg(test)]
mod tests {
    use super::{ErrorKind, problem_kinds};
    use crate::domain::FieldError;
    use crate::invariants::InvariantViolation;
    use crate::refusal::Refusal;
    use crate::store::Unavailable;

    #[test]
    fn a_kind_names_the_layer_of_its_refusal() {
        let refusals = [
            Refusal::NotSignedIn,
            FieldError::new("title", "Write it.").into(),
            Refusal::NotFound,
            InvariantViolation::new("post_enters_each_state_once").into(),
            Unavailable::Busy.into(),
        ];
        for refusal in refusals {
            assert_eq!(ErrorKind::of(&refusal).layer, refusal.layer());
        }
    }

    #[test]
    fn each_kind_has_a_slug_of_its_own() {
        let kinds = problem_kinds();
        let mut slugs: Vec<&str> = kinds.iter().map(|kind| kind.slug).collect();
        slugs.sort_unstable();
        slugs.dedup();
        assert_eq!(slugs.len(), kinds.len());
        assert!(kinds.is_sorted_by_key(|kind| kind.status));
    }
}
