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
