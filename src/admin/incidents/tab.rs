use crate::audit::IncidentState;
use crate::domain::FieldError;
use crate::http::Form;

/// Returns the value of the field `state`.
pub(super) fn name(state: IncidentState) -> &'static str {
    match state {
        IncidentState::Open => "",
        IncidentState::Acknowledged => "acknowledged",
    }
}

/// Takes out of a query which incidents it asks for.
pub(super) fn take(query: &mut Form) -> Result<IncidentState, FieldError> {
    match query.take("state")?.as_deref() {
        None | Some("") => Ok(IncidentState::Open),
        Some("acknowledged") => Ok(IncidentState::Acknowledged),
        Some(_) => Err(FieldError::new("state", "Unknown filter.")),
    }
}
