use actix_web::http::StatusCode;

use crate::metrics;
use crate::refusal::Refusal;

/// Returns the status that HTTP gives a refusal. Each that a page tells comes
/// by here, and is counted.
pub fn status(refusal: &Refusal) -> StatusCode {
    metrics::refused(refusal.layer());
    match refusal {
        Refusal::NotSignedIn => StatusCode::UNAUTHORIZED,
        Refusal::Input(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::Permission(_) => StatusCode::FORBIDDEN,
        Refusal::NotFound => StatusCode::NOT_FOUND,
        Refusal::Policy(denied) if denied.is_about_the_person() => StatusCode::FORBIDDEN,
        Refusal::Policy(_) => StatusCode::CONFLICT,
        Refusal::Invariant(_) => StatusCode::INTERNAL_SERVER_ERROR,
        Refusal::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// How many seconds to wait after a 503.
pub(crate) const RETRY_AFTER: i32 = 2;
