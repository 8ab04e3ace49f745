//! What the OpenAPI document says of addresses, headers and queries.

use utoipa::IntoParams;

/// The part of an address that names a post.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it describes what `post_id` reads")]
pub(super) struct PostPath {
    /// The post's number.
    #[param(example = 17)]
    id: i64,
}

/// The part of an address that names a revision.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it describes what the handler of a revision reads")]
pub(super) struct RevisionPath {
    /// The revision's number.
    #[param(minimum = 1, example = 2)]
    number: i32,
}

/// What every change of an existing post comes with.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it describes what `Headers` reads")]
pub(super) struct ChangeHeaders {
    /// The `ETag` of the post as you read it: which revision you were looking at.
    #[param(rename = "If-Match", pattern = "^(W/)?\"[1-9][0-9]{0,8}\"$", example = "\"3\"")]
    if_match: String,
    /// Names this intention: the same key again answers with the same outcome.
    /// Quotation marks around it are not part of it.
    #[param(
        rename = "Idempotency-Key",
        min_length = 1,
        max_length = 255,
        pattern = "^([!#-~][!-~]*|\"([!#-\\x5b\\x5d-~]|\\x5c[\"\\x5c])+\")$"
    )]
    idempotency_key: Option<String>,
}

/// What a new post comes with.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it describes what `Headers` reads")]
pub(super) struct CreateHeaders {
    /// Names this intention: the same key again answers with the same outcome.
    /// Quotation marks around it are not part of it.
    #[param(
        rename = "Idempotency-Key",
        min_length = 1,
        max_length = 255,
        pattern = "^([!#-~][!-~]*|\"([!#-\\x5b\\x5d-~]|\\x5c[\"\\x5c])+\")$"
    )]
    idempotency_key: String,
}

/// Which page of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes what `Query::page` reads")]
pub(super) struct PageQuery {
    /// How many lines; by default 25.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i32>,
    /// Which page; taken from a `Link`. Without it, the first.
    #[param(pattern = "^(after|before)-(0|[1-9][0-9]{0,15})-[1-9][0-9]{0,17}$")]
    cursor: Option<String>,
}
