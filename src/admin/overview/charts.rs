//! The two bar charts. A chart is drawn in units of which a week is 30 wide.

use crate::admin::overview::duration::{LETTERS, WORDS, duration};
use crate::admin::overview::weeks::{WEEKS, WeekLine};

pub(super) struct Chart {
    pub(super) name: &'static str,
    pub(super) anchor: &'static str,
    pub(super) sentence: String,
    pub(super) bars: Vec<Bar>,
}

pub(super) struct Bar {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) height: usize,
    pub(super) value: String,
    /// The day that the week begins with, under every fourth bar.
    pub(super) day: Option<String>,
}

impl Bar {
    pub(super) fn middle(&self) -> usize {
        self.x + 11
    }

    pub(super) fn above(&self) -> usize {
        self.y - 5
    }
}

/// The height of the highest bar.
const MAX_HEIGHT: f64 = 100.0;

/// The height of a bar whose value is small and not zero.
const MIN_HEIGHT: f64 = 2.0;

/// Where the bars stand, from the top.
const BASELINE: usize = 120;

/// Returns the charts of the publications and of the waiting times.
pub(super) fn charts(weeks: &[WeekLine]) -> [Chart; 2] {
    let published: i64 = weeks.iter().map(|week| week.published).sum();
    let most = weeks.iter().map(|week| week.published).max().unwrap_or_default();
    let longest = weeks.iter().filter_map(|week| week.median_wait).fold(0.0, f64::max);
    [
        Chart {
            name: "Posts published per week",
            anchor: "published",
            sentence: format!("{published} in the last {WEEKS} weeks. Busiest week: {most}."),
            bars: bars(weeks, |week| Some((week.published as f64, week.published.to_string()))),
        },
        Chart {
            name: "Time from submission to publication",
            anchor: "waited",
            sentence: format!("Median per week. Longest: {}.", duration(longest, &WORDS)),
            bars: bars(weeks, |week| week.median_wait.map(|wait| (wait, duration(wait, &LETTERS)))),
        },
    ]
}

fn bars(weeks: &[WeekLine], value: impl Fn(&WeekLine) -> Option<(f64, String)>) -> Vec<Bar> {
    let values: Vec<(f64, String)> =
        weeks.iter().map(|week| value(week).unwrap_or_default()).collect();
    let highest = values.iter().map(|(value, _)| *value).fold(0.0, f64::max);
    let bar = |(number, (value, label)): (usize, (f64, String))| {
        let least = if value > 0.0 { MIN_HEIGHT } else { 0.0 };
        let height = if highest > 0.0 { (value / highest * MAX_HEIGHT).max(least) } else { 0.0 };
        let height = height.round() as usize;
        let day = weeks.get(number).filter(|_| number.is_multiple_of(4)).map(WeekLine::day);
        Bar { x: number * 30 + 4, y: BASELINE - height, height, value: label, day }
    };
    values.into_iter().enumerate().map(bar).collect()
}
