use utoipa::ToSchema;

use crate::render::documents::names::ReasonCode;

/// One rule that failed.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes `Reason`")]
pub(crate) struct ProblemReason {
    /// A stable name in kebab case.
    #[schema(value_type = ReasonCode, example = "stale-revision")]
    code: String,
    /// The reason, as a sentence.
    sentence: String,
    /// What to do, as a sentence. Empty if there is nothing to do.
    hint: String,
}

/// One input error.
#[derive(ToSchema)]
#[schema(as = Misplaced)]
#[expect(dead_code, reason = "it describes `FieldError`")]
pub(crate) struct InvalidField {
    /// The field or header, or the place in the JSON.
    field: String,
    /// What is wrong, or what to send instead.
    message: String,
}
