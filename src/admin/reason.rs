use crate::refusal::Refusal;

/// Returns what to write in the field of the reason, if that is all that is
/// wrong. `code` is the code of the rule that asks for a reason.
pub(super) fn problem_of_reason(refusal: &Refusal, code: &str) -> Option<String> {
    match refusal {
        Refusal::Input(input) => input.of("reason").map(str::to_owned),
        Refusal::Policy(denied) => match denied.reasons() {
            [reason] if reason.code == code => Some(reason.hint.clone()),
            _ => None,
        },
        Refusal::NotSignedIn
        | Refusal::Permission(_)
        | Refusal::NotFound
        | Refusal::Invariant(_)
        | Refusal::Unavailable(_) => None,
    }
}
