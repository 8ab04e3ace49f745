//! Prepares the weekly publications for the table and the charts of the overview.

use diesel::pg::PgConnection;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::admin::overview::duration::{SHORT, duration};
use crate::refusal::Refusal;
use crate::store::posts::{self, MOST_PUBLISHED};

/// The number of weeks, this one included.
pub(super) const WEEKS: usize = 12;

/// The publications of the last weeks. Weeks begin on Monday, by UTC.
pub(super) struct Weeks {
    pub(super) weeks: Vec<WeekLine>,
    /// Whether there may be more publications than were counted.
    pub(super) is_cut_off: bool,
}

pub(super) struct WeekLine {
    pub(super) begins: Date,
    pub(super) published: i64,
    /// The median time from submission to publication, in seconds.
    pub(super) median_wait: Option<f64>,
}

impl Weeks {
    pub(super) fn until(today: Date, conn: &mut PgConnection) -> Result<Self, Refusal> {
        let (mondays, first) = mondays(today).unwrap_or_default();
        let found = posts::published_by_week(conn, first)?;
        let is_cut_off = found.iter().map(|week| week.published).sum::<i64>() == MOST_PUBLISHED;
        let line = |(number, begins): (usize, Date)| {
            let week = found.iter().find(|week| usize::try_from(week.number) == Ok(number));
            WeekLine {
                begins,
                published: week.map_or(0, |week| week.published),
                median_wait: week.map(|week| week.median_wait),
            }
        };
        Ok(Self { weeks: mondays.into_iter().enumerate().map(line).collect(), is_cut_off })
    }
}

impl WeekLine {
    pub(super) fn day(&self) -> String {
        self.begins.strftime("%-d %b").to_string()
    }

    pub(super) fn median_wait_in_words(&self) -> String {
        self.median_wait.map_or_else(|| "–".to_owned(), |seconds| duration(seconds, &SHORT))
    }
}

/// Returns the Mondays that the weeks begin with, and the moment at which the
/// first one begins.
fn mondays(today: Date) -> Option<(Vec<Date>, Timestamp)> {
    let since_monday = i64::from(today.weekday().to_monday_zero_offset());
    let monday = today.checked_sub(since_monday.days()).ok()?;
    let mondays: Option<Vec<Date>> =
        (0..WEEKS as i64).rev().map(|weeks| monday.checked_sub(weeks.weeks()).ok()).collect();
    let mondays = mondays?;
    let first = mondays.first()?.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some((mondays, first))
}
