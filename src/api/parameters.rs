//! Describes addresses, headers and queries for the OpenAPI document.

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
    /// The ETag of the post that you read.
    #[param(rename = "If-Match", pattern = "^(W/)?\"[1-9][0-9]{0,8}\"$", example = "\"3\"")]
    if_match: String,
    /// A key for safe retries: the same key returns the same result. Quotation marks
    /// around the key are ignored.
    #[param(
        rename = "Idempotency-Key",
        min_length = 1,
        max_length = 255,
        pattern = "^([!#$&')*+\\x2d-9<->A-~][!-+\\x2d-:<-~]*|\"([!#-\\x5b\\x5d-~]|\\x5c[\"\\x5c])+\")( *; *[*a-z][*a-z0-9_.\\x2d]*(=[!-:<-~]+)?)*$"
    )]
    idempotency_key: Option<String>,
}

/// What a new post comes with.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it describes what `Headers` reads")]
pub(super) struct CreateHeaders {
    /// A key for safe retries: the same key returns the same result. Quotation marks
    /// around the key are ignored.
    #[param(
        rename = "Idempotency-Key",
        min_length = 1,
        max_length = 255,
        pattern = "^([!#$&')*+\\x2d-9<->A-~][!-+\\x2d-:<-~]*|\"([!#-\\x5b\\x5d-~]|\\x5c[\"\\x5c])+\")( *; *[*a-z][*a-z0-9_.\\x2d]*(=[!-:<-~]+)?)*$"
    )]
    idempotency_key: String,
}

/// Which page of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes what `ReadRequest::page` reads")]
pub(super) struct PageQuery {
    /// Items per page: 1 to 100, default 25.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i32>,
    /// The cursor of a page, from the header Link. Default: the first page.
    #[param(pattern = "^(after|before)-(0|[1-9][0-9]{0,15})-[1-9][0-9]{0,17}$")]
    cursor: Option<String>,
}
