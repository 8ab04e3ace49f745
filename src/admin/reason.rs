use crate::domain::Reason;
use crate::refusal::Refusal;

/// Returns what to write in the field of the reason, if that is all that is
/// wrong. `code` is the code of the rule that asks for a reason.
pub(super) fn problem_of_reason(refusal: &Refusal, code: &str) -> Option<String> {
    problem_of_field(refusal, "reason", code, |reason| reason.hint.clone())
}

/// Returns what is wrong with a field, if that is all that is wrong. `code` is the code
/// of the rule about the field, and `words` what to say where the rule is not met.
pub(super) fn problem_of_field(
    refusal: &Refusal,
    field: &str,
    code: &str,
    words: impl FnOnce(&Reason) -> String,
) -> Option<String> {
    match refusal {
        Refusal::Input(input) => input.of(field).map(str::to_owned),
        Refusal::Policy(denied) => match denied.reasons() {
            [reason] if reason.code == code => Some(words(reason)),
            _ => None,
        },
        _ => None,
    }
}
