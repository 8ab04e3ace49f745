//! Gives each refusal a stable code, a sentence and a hint.

use super::named::{HasName, named};

named! {
    /// What refused.
    pub enum Layer is "a layer" {
        /// Who asks is not known.
        Authentication = "authentication",
        /// What was sent does not parse.
        Input = "input",
        /// The person may not attempt it.
        Permission = "permission",
        /// The person may not see it, or it does not exist.
        Visibility = "visibility",
        /// It is not valid now.
        Policy = "policy",
        /// We have a defect.
        Invariant = "invariant",
        /// The database cannot answer now.
        Availability = "availability",
    }
}

named! {
    /// Why a bulk archive does not archive a post, where no rule says so.
    pub enum BulkProblem is "a problem of a post in a bulk archive" {
        /// The post does not exist, or the person may not see it.
        NotFound = "not-found",
        /// An invariant stopped the change.
        Defect = "our-mistake",
        /// The key of the post was used for something else.
        KeyUsed = "key-used",
    }
}

/// One rule that is not met: the same in pages, JSON, logs and records.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Reason {
    /// A stable name in kebab case.
    pub code: String,
    /// The fact that refuses, in a sentence.
    pub sentence: String,
    /// What to do, as a sentence. Empty if there is nothing to do.
    pub hint: String,
}

impl Reason {
    /// Returns a reason. Its code is the name of a rule, or of another cause.
    pub fn new(code: impl HasName, sentence: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code: code.name().to_owned(), sentence: sentence.into(), hint: hint.into() }
    }

    /// Returns whether this is the reason of a rule.
    pub fn is(&self, rule: impl HasName) -> bool {
        self.code == rule.name()
    }
}
