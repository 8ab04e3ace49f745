use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::InvalidInput;

/// One input error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Misplaced)]
pub struct InvalidField {
    /// The field or header, or the place in the JSON.
    pub field: String,
    /// What is wrong, or what to send instead.
    pub message: String,
}

impl InvalidField {
    /// Returns one for each field that does not parse.
    pub(crate) fn all(input: &InvalidInput) -> Vec<Self> {
        let fields = input.0.iter();
        fields
            .map(|error| Self { field: error.field.to_string(), message: error.message.clone() })
            .collect()
    }
}
