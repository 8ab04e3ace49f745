use crate::domain::{Byline, UserId};

/// Returns the person of a query, which asks for both names of `users` as
/// `username || ' ' || display_name`.
pub(super) fn byline(id: i64, names: &str) -> Byline {
    Byline::from_names(UserId(id), names)
}
