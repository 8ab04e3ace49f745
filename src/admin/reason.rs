//! Finds the message that a form shows beside one field.

use crate::domain::{HasName, Reason};
use crate::refusal::Refusal;

/// Returns what to write in the field of the reason, if that is all that is
/// wrong. `rule` asks for a reason.
pub(super) fn problem_of_reason(refusal: &Refusal, rule: impl HasName) -> Option<String> {
    problem_of_field(refusal, "reason", rule, |reason| reason.hint.clone())
}

/// Returns what is wrong with a field, if that is all that is wrong. `rule` is about the
/// field, and `words` is what to say where it is not met.
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
