/// The words behind a number of minutes, hours and days.
pub(super) struct Units {
    pub(super) minutes: &'static str,
    pub(super) hours: &'static str,
    pub(super) days: &'static str,
}

/// Units for a bar of a chart.
pub(super) const LETTERS: Units = Units { minutes: "m", hours: "h", days: "d" };

/// Units for a cell of a table.
pub(super) const SHORT: Units = Units { minutes: " min", hours: " h", days: " days" };

/// Units for a sentence.
pub(super) const WORDS: Units = Units { minutes: " minutes", hours: " hours", days: " days" };

/// Returns seconds in the largest unit of which there are two. Less than a
/// minute is "<1".
pub(super) fn duration(seconds: f64, units: &Units) -> String {
    let whole = |unit: f64| (seconds / unit).round() as i64;
    match seconds {
        _ if seconds < 60.0 => format!("<1{}", units.minutes.trim_end_matches('s')),
        _ if seconds < 7_200.0 => format!("{}{}", whole(60.0), units.minutes),
        _ if seconds < 172_800.0 => format!("{}{}", whole(3_600.0), units.hours),
        _ => format!("{}{}", whole(86_400.0), units.days),
    }
}
