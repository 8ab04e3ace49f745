use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::Reason;
use crate::render::documents::names::ReasonCode;

/// One rule that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProblemReason {
    /// A stable name in kebab case.
    #[schema(value_type = ReasonCode, example = "stale-revision")]
    pub code: String,
    /// The reason, as a sentence.
    pub sentence: String,
    /// What to do, as a sentence. Empty if there is nothing to do.
    pub hint: String,
}

impl From<Reason> for ProblemReason {
    fn from(reason: Reason) -> Self {
        Self { code: reason.code, sentence: reason.sentence, hint: reason.hint }
    }
}

impl ProblemReason {
    /// Returns the reason as lines for a terminal: the sentence with the code,
    /// and the hint where there is one.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("- {} [{}]", self.sentence, self.code)];
        if !self.hint.is_empty() {
            lines.push(format!("  {}", self.hint));
        }
        lines
    }
}
