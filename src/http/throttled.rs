use crate::accounts::throttle::Throttled;

/// Returns the sentence for a person who has tried too many passwords.
pub(crate) fn sentence(throttled: &Throttled) -> String {
    let minutes = (throttled.retry_after + 59) / 60;
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    format!("Too many attempts. Try again in {minutes} {unit}.")
}
