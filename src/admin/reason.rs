//! Finds the message that a form shows beside one field.

use crate::domain::{HasName, Reason};
use crate::refusal::Refusal;

/// Returns the message for the field of the reason, if nothing else is wrong. `rule`
/// asks for a reason.
pub(super) fn problem_of_reason(refusal: &Refusal, rule: impl HasName) -> Option<String> {
    problem_of_field(refusal, "reason", rule, |reason| reason.hint.clone())
}

/// Returns the message for a field, if nothing else is wrong. `rule` is about the field,
/// and `words` makes the message if it is not met.
pub(super) fn problem_of_field(
    refusal: &Refusal,
    field: &str,
    rule: impl HasName,
    words: impl FnOnce(&Reason) -> String,
) -> Option<String> {
    match refusal {
        Refusal::Input(input) => input.of(field).map(str::to_owned),
        Refusal::Policy(denied) => denied.only(rule).map(words),
        _ => None,
    }
}
