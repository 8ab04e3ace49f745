use utoipa::ToSchema;

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
