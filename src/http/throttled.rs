use crate::accounts::throttle::Throttled;

/// Returns the sentence for a person who has tried too many passwords.
pub(crate) fn sentence(throttled: &Throttled) -> String {
    let minutes = (throttled.retry_after + 59) / 60;
    format!("There were too many attempts. Please wait {minutes} minutes.")
}
