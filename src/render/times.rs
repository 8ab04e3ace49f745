//! Writes times in words, and marks them so that the script can show local time.

use html_escape::encode_text;
use jiff::Timestamp;
use jiff::civil::DateTime;

/// Returns how long ago a time was, in words; after a month, the day. A time that is
/// slightly in the future reads as now.
pub(crate) fn ago(at: Timestamp, now: Timestamp) -> String {
    match length(at, now) {
        None => "just now".to_owned(),
        Some((days, "day")) if days > 30 => at.strftime("%-d %b %Y").to_string(),
        Some(length) => format!("{} ago", words(length)),
    }
}

/// Returns how long it has been since a time, in words.
pub(crate) fn so_far(at: Timestamp, now: Timestamp) -> String {
    length(at, now).map_or_else(|| "less than a minute".to_owned(), words)
}

fn words((count, unit): (i64, &str)) -> String {
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// Returns the time between in the largest unit that fits.
fn length(at: Timestamp, now: Timestamp) -> Option<(i64, &'static str)> {
    let seconds = now.duration_since(at).as_secs();
    [(86_400, "day"), (3_600, "hour"), (60, "minute")]
        .into_iter()
        .map(|(unit, name)| (seconds / unit, name))
        .find(|(count, _)| *count > 0)
}

/// Returns a text as HTML. Each time in it, such as "26 November 2026 at 14:50 UTC", is
/// an element. The script shows it in the reader's own time zone.
pub(crate) fn marked(text: &str) -> String {
    let mut html = String::new();
    let mut rest = text;
    while let Some(end) = rest.find(ZONE) {
        let (before, after) = (&rest[..end], &rest[end + ZONE.len()..]);
        // A time has five words.
        let start = before.rmatch_indices(' ').nth(4).map_or(0, |(at, _)| at + 1);
        let (words, said) = before.split_at(start);
        match DateTime::strptime(SAID, said) {
            Ok(at) => {
                let machine = at.strftime("%Y-%m-%dT%H:%M:00Z");
                html += &encode_text(words);
                html +=
                    &format!("<time class=\"exact\" datetime=\"{machine}\">{said}{ZONE}</time>");
            }
            Err(_) => html += &encode_text(&rest[..end + ZONE.len()]),
        }
        rest = after;
    }
    html + &encode_text(rest)
}

/// How a reason tells a time: see `policies::date_and_time`.
const SAID: &str = "%d %B %Y at %H:%M";
const ZONE: &str = " UTC";

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::{ago, marked, so_far};

    #[test]
    fn a_time_reads_as_people_say_it() {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        for (seconds, said, length) in [
            (-5, "just now", "less than a minute"),
            (59, "just now", "less than a minute"),
            (60, "1 minute ago", "1 minute"),
            (3_599, "59 minutes ago", "59 minutes"),
            (3_600, "1 hour ago", "1 hour"),
            (86_399, "23 hours ago", "23 hours"),
            (3 * 86_400, "3 days ago", "3 days"),
            (30 * 86_400, "30 days ago", "30 days"),
            (31 * 86_400, "21 Oct 2026", "31 days"),
        ] {
            let at = now - SignedDuration::from_secs(seconds);
            assert_eq!((ago(at, now), so_far(at, now)), (said.to_owned(), length.to_owned()));
        }
    }

    #[test]
    fn a_time_in_a_sentence_is_an_element() {
        assert_eq!(
            marked("<Edith> published this on 6 November 2026 at 14:50 UTC."),
            "&lt;Edith&gt; published this on <time class=\"exact\" \
             datetime=\"2026-11-06T14:50:00Z\">6 November 2026 at 14:50 UTC</time>."
        );
        for plain in ["", "No time.", "All times are UTC.", " UTC", "at 14:50 UTC"] {
            assert_eq!(marked(plain), plain);
        }
    }
}
