//! What the OpenAPI document says of the replies that operations have in common.

use utoipa::IntoResponses;

use crate::http::problem::Problem;
use crate::render::documents::OutcomeBody;

/// The reply to a change of an existing post.
#[derive(IntoResponses)]
#[response(
    status = 200,
    description = "It is done, or was with this key.",
    headers(("ETag" = String, description = "The entity tag of the revision."))
)]
#[expect(dead_code, reason = "it describes what `done` replies")]
pub(super) struct Done(OutcomeBody);

macro_rules! problems {
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

problems! {
    /// The problems of an operation that reads one thing.
    ReadProblems:
        Malformed 400 "The request cannot be read.",
        NoToken 401 "There is no token, or none that works.",
        Nothing 404 "There is nothing that you can see.",
        NotAcceptable 406 "There is only JSON here.",
        OtherHost 421 "The `Host` is not the site's.",
        Invalid 422 "Something in the query needs mending.",
        TooMany 429 "The token has asked too much; `Retry-After` says how long to wait.",
        Defect 500 "A mistake of ours.",
        Unavailable 503 "Try again shortly.",
}
problems! {
    /// The problems of an operation that reads a list.
    ListProblems:
        Malformed 400 "The request cannot be read.",
        NoToken 401 "There is no token, or none that works.",
        Refused 403 "The account or the token does not hold the permission.",
        NotAcceptable 406 "There is only JSON here.",
        OtherHost 421 "The `Host` is not the site's.",
        Invalid 422 "Something in the query needs mending.",
        TooMany 429 "The token has asked too much; `Retry-After` says how long to wait.",
        Defect 500 "A mistake of ours.",
        Unavailable 503 "Try again shortly.",
}
problems! {
    /// The problems of creating a post.
    CreateProblems:
        Malformed 400 "The JSON cannot be read, or there is no usable `Idempotency-Key`.",
        NoToken 401 "There is no token, or none that works.",
        Refused 403 "The account or the token does not hold the permission.",
        NotAcceptable 406 "There is only JSON here.",
        TooSlow 408 "The body did not arrive in time.",
        TooLarge 413 "The body is too long.",
        NotJson 415 "What was sent is not JSON.",
        OtherHost 421 "The `Host` is not the site's.",
        Invalid 422 "A field needs mending, or the key was used for something else.",
        TooMany 429 "The token has asked too much; `Retry-After` says how long to wait.",
        Defect 500 "A mistake of ours.",
        Unavailable 503 "Try again shortly, with the same key.",
}
problems! {
    /// The problems of an action on a post.
    ChangeProblems:
        Malformed 400 "The JSON or a header cannot be read.",
        NoToken 401 "There is no token, or none that works.",
        Refused 403 "Refused by permission, or by a rule about you and this post.",
        Nothing 404 "There is nothing that you can see.",
        NotAcceptable 406 "There is only JSON here.",
        TooSlow 408 "The body did not arrive in time.",
        NotNow 409 "Refused by policy as things stand: `reasons` has every rule.",
        CannotMatch 412 "`If-Match` is the entity tag of no revision.",
        TooLarge 413 "The body is too long.",
        NotJson 415 "What was sent is not JSON.",
        OtherHost 421 "The `Host` is not the site's.",
        Invalid 422 "A field needs mending, or the key was used for something else.",
        NoRevision 428 "There is no `If-Match`.",
        TooMany 429 "The token has asked too much; `Retry-After` says how long to wait.",
        Defect 500 "A mistake of ours.",
        Unavailable 503 "Try again shortly, with the same key.",
}
