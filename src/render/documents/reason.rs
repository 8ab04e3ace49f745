use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::Reason;
use crate::render::documents::names::ReasonCode;

/// One rule that is not met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProblemReason {
    /// A stable name in kebab case.
    #[schema(value_type = ReasonCode, example = "stale-revision")]
    pub code: String,
    /// What is the case, in a sentence.
    pub sentence: String,
    /// What would mend it, in a sentence.
    pub hint: String,
}

impl From<Reason> for ProblemReason {
    fn from(reason: Reason) -> Self {
        Self { code: reason.code, sentence: reason.sentence, hint: reason.hint }
    }
}
