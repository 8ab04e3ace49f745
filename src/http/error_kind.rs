//! The one table of status, title and text for pages and problem documents.

use actix_web::http::StatusCode;

use crate::domain::Layer;
use crate::refusal::Refusal;

/// A kind of error over HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorKind {
    /// The HTTP status.
    pub status: StatusCode,
    /// The layer that refused.
    pub layer: Layer,
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
    ($($name:ident { $status:ident, $layer:ident, $(slug: $slug:literal,)? title: $title:literal,
        $(program: $advice:literal,)? $(page: $lead:literal,)? })*) => {
        $(pub(crate) const $name: ErrorKind = ErrorKind {
            status: StatusCode::$status,
            layer: Layer::$layer,
            title: $title,
            lead: concat!($($lead)?),
            slug: concat!($($slug)?),
            advice: concat!($($advice)?),
        };)*
        const ALL: &[ErrorKind] = &[$($name),*];
    };
}

kinds! {
    MALFORMED { BAD_REQUEST, Input, slug: "malformed",
        title: "Bad request",
        program: "Send JSON (RFC 8259) in UTF-8. `errors` has the position of the error.",
        page: "The server could not read this request. Nothing was changed.",
    }
    MALFORMED_AUTHORIZATION { BAD_REQUEST, Authentication, slug: "malformed-authorization",
        title: "Invalid Authorization header",
        program: "Send one header: `Authorization: Bearer` and a token.",
    }
    NO_KEY { BAD_REQUEST, Input, slug: "key-missing",
        title: "Idempotency-Key required",
        program: "Send a new key with each new post, and the same key when you retry.",
    }
    BAD_KEY { BAD_REQUEST, Input, slug: "key-malformed",
        title: "Invalid Idempotency-Key",
        program: "Send one key of 1 to 255 visible ASCII characters, with or without quotation \
                  marks around them.",
    }
    NO_TOKEN { UNAUTHORIZED, Authentication, slug: "token-missing",
        title: "Authentication required",
        program: "Create a token on your account page and send it with every request. Cookies are \
                  ignored.",
    }
    BAD_TOKEN { UNAUTHORIZED, Authentication, slug: "token-invalid",
        title: "Invalid token",
        program: "The token is unknown, expired or revoked, or its account is deactivated. Create \
                  a new one.",
    }
    PERMISSION { FORBIDDEN, Permission, slug: "permission-missing",
        title: "You do not have permission",
        program: "The account or the token lacks this permission.",
        page: "Your roles do not allow this.",
    }
    NOT_YOU { FORBIDDEN, Policy, slug: "not-you",
        title: "You cannot do this to this post",
        program: "The account has the permission, but cannot use it on this post. `reasons` says \
                  why.",
        page: "Nothing was changed.",
    }
    NOT_FOUND { NOT_FOUND, Visibility, slug: "nothing-here",
        title: "Not found",
        program: "The address is wrong, or you do not have access.",
        page: "The address is wrong, or you do not have access to this page.",
    }
    METHOD { METHOD_NOT_ALLOWED, Input, slug: "method-not-allowed",
        title: "Method not allowed",
        program: "The header `Allow` lists the methods of this address.",
        page: "This address does not accept this kind of request. Nothing was changed.",
    }
    NOT_ACCEPTABLE { NOT_ACCEPTABLE, Input, slug: "not-acceptable",
        title: "Not acceptable",
        program: "Responses are `application/json`, and errors `application/problem+json`. `Accept` \
                  must allow JSON.",
    }
    TOO_SLOW { REQUEST_TIMEOUT, Input, slug: "too-slow",
        title: "The request took too long",
        program: "Send at least 64 KiB of the body, or its end, every 10 seconds, and all of it \
                  within 30 seconds.",
        page: "Your text did not arrive in time. Use your browser's Back button and send it \
               again: your text is still there.",
    }
    NOT_NOW { CONFLICT, Policy, slug: "not-now",
        title: "Not possible now",
        program: "The account has the permission, but the action is not possible now. `reasons` \
                  says why, and what to do.",
        page: "Nothing was changed.",
    }
    BAD_REVISION { PRECONDITION_FAILED, Input, slug: "revision-cannot-match",
        title: "Invalid If-Match",
        program: "Send exactly one strong entity tag: the `ETag` of the post that you read.",
    }
    TOO_LARGE { PAYLOAD_TOO_LARGE, Input, slug: "too-large",
        title: "The text is too long",
        program: "The body of a post has at most 100,000 characters.",
        page: "The body of a post has at most 100,000 characters, other fields less. Use your browser's Back button: your text is \
               still there.",
    }
    NOT_JSON { UNSUPPORTED_MEDIA_TYPE, Input, slug: "unsupported-media-type",
        title: "Unsupported media type",
        program: "Send `Content-Type: application/json`.",
        page: "This page reads only what its own form sends. Open the page again.",
    }
    OTHER_HOST { MISDIRECTED_REQUEST, Input, slug: "another-host",
        title: "Wrong host",
        program: "Send the host of the site's public URL in `Host`.",
        page: "This server does not serve this address. Check the host name.",
    }
    INVALID { UNPROCESSABLE_ENTITY, Input, slug: "invalid-input",
        title: "There is a problem",
        program: "`errors` lists each invalid field, and what to send instead.",
        page: "Nothing was changed. Correct these fields and try again.",
    }
    BAD_ADDRESS { UNPROCESSABLE_ENTITY, Input,
        title: "This link is not valid",
        page: "Part of the address cannot be read.",
    }
    KEY_REUSED { UNPROCESSABLE_ENTITY, Input, slug: "key-reused",
        title: "Already sent with other content",
        program: "This key was used for another request. Send a new key.",
        page: "Nothing was changed.",
    }
    NO_REVISION { PRECONDITION_REQUIRED, Input, slug: "revision-not-named",
        title: "If-Match required",
        program: "Send the `ETag` that you received with the post. `*` is not accepted.",
    }
    TOO_MANY { TOO_MANY_REQUESTS, Availability, slug: "too-many-requests",
        title: "Too many requests",
        program: "Wait for the number of seconds in `Retry-After`.",
    }
    THROTTLED { TOO_MANY_REQUESTS, Availability,
        title: "Too many attempts",
    }
    DEFECT { INTERNAL_SERVER_ERROR, Invariant, slug: "our-mistake",
        title: "Something went wrong",
        program: "This is an error in the software. Nothing was changed. Staff can see a report.",
        page: "This is an error in our software. Nothing was changed, and staff have been shown a \
               report.",
    }
    UNAVAILABLE { SERVICE_UNAVAILABLE, Availability, slug: "unavailable",
        title: "The site is busy",
        program: "Retry with the same Idempotency-Key: nothing is done twice.",
        page: "Please try again in a moment.",
    }
    NOT_SIGNED_IN { UNAUTHORIZED, Authentication,
        title: "Sign in",
    }
    SIGNED_OUT { UNAUTHORIZED, Authentication,
        title: "You have been signed out",
        page: "Your session was ended or your account was deactivated while you worked. Nothing \
               was saved.",
    }
    WRONG_PASSWORD { UNAUTHORIZED, Authentication,
        title: "Sign in",
        page: "Wrong username or password.",
    }
    STALE_SIGN_IN { FORBIDDEN, Input,
        title: "Sign in",
        page: "This page was open too long. Please sign in again.",
    }
    STALE_FORM { FORBIDDEN, Input,
        title: "This page was open too long",
        page: "You have signed in again since you opened it. Nothing was saved. The form is \
               below: press Send again.",
    }
    OTHER_ACCOUNT { FORBIDDEN, Input,
        title: "This text belongs to another account",
        page: "This text was written by another user. Nothing was saved. Sign in as that user to \
               continue.",
    }
    OTHER_SITE { FORBIDDEN, Input,
        title: "Request blocked",
        page: "It came from another website. Nothing was changed. Open the page here and try \
               again.",
    }
    GONE { GONE, Visibility,
        title: "This post was removed",
        page: "It was published here and has been archived.",
    }
    BAD_LINK { NOT_FOUND, Visibility,
        title: "This link does not work",
        page: "It was already used, is older than 48 hours, or was replaced by a newer link. Ask \
               the person who sent it for a new one.",
    }
    POST_UNAVAILABLE { SERVICE_UNAVAILABLE, Availability,
        title: "The site is busy",
        page: "Press Try again. It is safe: nothing is done twice.",
    }
    CHANGE_UNAVAILABLE { SERVICE_UNAVAILABLE, Availability,
        title: "The site is busy",
        page: "Look whether it was done before you press Try again.",
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
            Refusal::KeyReused { .. } => KEY_REUSED,
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
            StatusCode::UNSUPPORTED_MEDIA_TYPE => NOT_JSON,
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
    use crate::domain::{Content, FieldError, Permission, Person, Role, RoleSet, UserId};
    use crate::invariants::InvariantViolation;
    use crate::permissions::check;
    use crate::refusal::Refusal;
    use crate::store::Unavailable;
    use crate::workflow::precheck_creation;

    #[test]
    fn a_kind_names_the_layer_of_its_refusal() {
        let author = Person {
            id: UserId(1),
            username: "alice".to_owned(),
            display_name: "Alice".to_owned(),
            roles: RoleSet::of(&[Role::Author]),
        };
        let refusals = [
            Refusal::NotSignedIn,
            FieldError::new("title", "Write it.").into(),
            Refusal::KeyReused { post: None },
            check(&RoleSet::default(), Permission::PublishPost).unwrap_err().into(),
            Refusal::NotFound,
            precheck_creation(&author, &Content::default()).unwrap_err(),
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
