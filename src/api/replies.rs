//! Describes the replies that operations share, for the OpenAPI document.

use utoipa::IntoResponses;

use crate::http::problem::Problem;
use crate::render::documents::OutcomeBody;

/// The reply to a change of an existing post.
#[derive(IntoResponses)]
#[response(
    status = 200,
    description = "Done, or already done with this key.",
    headers(("ETag" = String, description = "The entity tag of the revision."))
)]
#[expect(dead_code, reason = "it describes what `done` replies")]
pub(super) struct Done(OutcomeBody);

macro_rules! problem_enum {
    ($(#[$doc:meta])* $name:ident: $($variant:ident $status:literal $says:literal),* $(,)?) => {
        $(#[$doc])*
        #[derive(IntoResponses)]
        #[expect(dead_code, reason = "it describes what `problem::reply` returns")]
        pub(super) enum $name {
            $(
                #[doc = $says]
                #[response(status = $status, content_type = "application/problem+json")]
                $variant(Problem),
            )*
        }
    };
}

/// The problems of an operation: its own, and those that every operation has.
macro_rules! problems {
    ($($own:tt)*) => {
        problem_enum! {
            $($own)*
            NoToken 401 "The token is missing or invalid.",
            NotAcceptable 406 "`Accept` does not allow JSON.",
            OtherHost 421 "`Host` is not the host of the site.",
            TooMany 429 "Too many requests with this token. Wait for `Retry-After`.",
            Defect 500 "An error in the software.",
        }
    };
}

problems! {
    /// The problems of an operation that reads one thing.
    ReadProblems:
        Malformed 400 "The request is malformed.",
        Nothing 404 "Not found, or not visible to you.",
        Invalid 422 "The query is invalid.",
        Unavailable 503 "The server is busy. Try again.",
}
problems! {
    /// The problems of an operation that reads a list.
    ListProblems:
        Malformed 400 "The request is malformed.",
        Refused 403 "The account or the token lacks the permission.",
        Invalid 422 "The query is invalid.",
        Unavailable 503 "The server is busy. Try again.",
}
problems! {
    /// The problems of creating a post.
    CreateProblems:
        Malformed 400 "The JSON is malformed, or `Idempotency-Key` is missing or invalid.",
        Refused 403 "The account or the token lacks the permission.",
        TooSlow 408 "The body took too long to arrive.",
        NotNow 409 "Nothing is written: send a title, a summary or a body.",
        TooLarge 413 "The body is too long.",
        NotJson 415 "The body is not JSON.",
        Invalid 422 "A field is invalid, or the key was used for another request.",
        Unavailable 503 "The server is busy. Try again with the same key.",
}
problems! {
    /// The problems of an action on a post.
    ChangeProblems:
        Malformed 400 "The JSON or a header is malformed.",
        Refused 403 "No permission, or a rule does not allow you to do this to this post.",
        Nothing 404 "Not found, or not visible to you.",
        TooSlow 408 "The body took too long to arrive.",
        NotNow 409 "Not possible now: `reasons` has every rule that failed.",
        CannotMatch 412 "`If-Match` is not the entity tag of a revision.",
        TooLarge 413 "The body is too long.",
        NotJson 415 "The body is not JSON.",
        Invalid 422 "A field is invalid, or the key was used for another request.",
        NoRevision 428 "`If-Match` is missing.",
        Unavailable 503 "The server is busy. Try again with the same key.",
}
