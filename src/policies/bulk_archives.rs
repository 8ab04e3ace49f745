//! Is it valid to begin a bulk archive?

use crate::domain::Note;
use crate::policies::{PolicyDenied, Rule};

/// Checks what is known before the first post is locked. Every post needs the
/// reason, so a bulk archive without one is refused as a whole. The other rules
/// of archiving are evaluated for each post under its lock.
///
/// # Errors
///
/// [`PolicyDenied`] with [`Rule::ReasonIsGiven`].
pub fn check(reason: &Note) -> Result<(), PolicyDenied> {
    if reason.is_blank() {
        return Err(PolicyDenied { reasons: vec![Rule::missing_reason()] });
    }
    Ok(())
}
