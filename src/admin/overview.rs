//! What needs attention, and how fast things go.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use askama::Template;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::admin::frame::enter;
use crate::audit::{self, LayerCount, MOST_COUNTED};
use crate::domain::Permission;
use crate::http::{Context, Layout, Reply, Request};
use crate::refusal::read_error;
use crate::render::filters;
use crate::store::posts::{self, MOST_PUBLISHED, Waiting, Week};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.route("/admin", web::get().to(show));
}

/// How many posts in review are looked at: those that wait the longest.
const MOST_WAITING: i64 = 200;

/// How many of them are shown.
const MOST_SHOWN: usize = 5;

/// How many weeks the charts show, this one included.
const WEEKS: i32 = 12;

#[derive(Template)]
#[template(path = "admin/overview.html")]
struct OverviewPage {
    layout: Layout,
    open_incidents: i64,
    /// In review and waiting for a reviewer.
    with_reviewers: Vec<Waiting>,
    /// In review, with a change request that waits for an answer.
    with_authors: Vec<Waiting>,
    /// Whether there may be more of both than were looked at.
    are_more: bool,
    refusals: Vec<LayerCount>,
    today: Date,
    weeks: Vec<WeekLine>,
    charts: [Chart; 2],
    /// Whether there may be more publications than were counted.
    are_too_many: bool,
}

impl OverviewPage {
    fn count(&self, waiting: &[Waiting]) -> String {
        format!("{}{}", waiting.len(), if self.are_more { "+" } else { "" })
    }

    fn shown(waiting: &[Waiting]) -> &[Waiting] {
        &waiting[..waiting.len().min(MOST_SHOWN)]
    }

    fn refused_today(&self) -> i64 {
        self.refusals.iter().map(|layer| layer.count).sum()
    }
}

/// One week of the last twelve.
struct WeekLine {
    begins: Date,
    published: i64,
    wait: Option<f64>,
}

impl WeekLine {
    fn day(&self) -> String {
        self.begins.strftime("%-d %b").to_string()
    }

    fn wait_in_words(&self) -> String {
        self.wait
            .map_or_else(|| "–".to_owned(), |seconds| duration(seconds, &[" min", " h", " days"]))
    }
}

/// A chart of bars: its drawing in units of which a week is 30 wide.
struct Chart {
    name: &'static str,
    anchor: &'static str,
    sentence: String,
    bars: Vec<Bar>,
}

struct Bar {
    x: usize,
    y: usize,
    height: usize,
    value: String,
    /// The day that the week begins with, under every fourth bar.
    day: Option<String>,
}

impl Bar {
    fn middle(&self) -> usize {
        self.x + 11
    }

    fn above(&self) -> usize {
        self.y - 5
    }
}

/// How high the highest bar is.
const HIGHEST: f64 = 100.0;

/// Where bars stand.
const GROUND: usize = 120;

impl Chart {
    fn of(
        (name, anchor): (&'static str, &'static str),
        sentence: String,
        weeks: &[WeekLine],
        value: impl Fn(&WeekLine) -> Option<(f64, String)>,
    ) -> Self {
        let values: Vec<(f64, String)> =
            weeks.iter().map(|week| value(week).unwrap_or_default()).collect();
        let highest = values.iter().map(|(value, _)| *value).fold(0.0, f64::max);
        let bar = |number: usize, value: f64, words: String| {
            // What there is some of is seen.
            let least = if value > 0.0 { 2.0 } else { 0.0 };
            let height = if highest > 0.0 { (value / highest * HIGHEST).max(least) } else { 0.0 };
            let height = height.round() as usize;
            let day = weeks.get(number).filter(|_| number.is_multiple_of(4)).map(WeekLine::day);
            Bar { x: number * 30 + 4, y: GROUND - height, height, value: words, day }
        };
        let bars = values
            .into_iter()
            .enumerate()
            .map(|(number, (value, words))| bar(number, value, words))
            .collect();
        Self { name, anchor, sentence, bars }
    }
}

/// Returns seconds in the largest of minutes, hours and days of which there
/// are two; less than a minute is said to be that.
fn duration(seconds: f64, [minutes, hours, days]: &[&str; 3]) -> String {
    let whole = |unit: f64| (seconds / unit).round() as i64;
    match seconds {
        _ if seconds < 60.0 => format!("<1{}", minutes.trim_end_matches('s')),
        _ if seconds < 7_200.0 => format!("{}{minutes}", whole(60.0)),
        _ if seconds < 172_800.0 => format!("{}{hours}", whole(3_600.0)),
        _ => format!("{}{days}", whole(86_400.0)),
    }
}

/// Returns the Mondays that the last weeks begin with, and when the first one
/// begins; days are UTC's.
fn mondays(today: Date) -> Option<(Vec<Date>, Timestamp)> {
    let since_monday = i64::from(today.weekday().to_monday_zero_offset());
    let monday = today.checked_sub(since_monday.days()).ok()?;
    let begins: Option<Vec<Date>> =
        (0..i64::from(WEEKS)).rev().map(|weeks| monday.checked_sub(weeks.weeks()).ok()).collect();
    let begins = begins?;
    let first = begins.first()?.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some((begins, first))
}

fn lines(begins: Vec<Date>, found: &[Week]) -> Vec<WeekLine> {
    let line = |(number, begins): (usize, Date)| {
        let week = found.iter().find(|week| usize::try_from(week.number) == Ok(number));
        WeekLine {
            begins,
            published: week.map_or(0, |week| week.published),
            wait: week.map(|week| week.median_wait),
        }
    };
    begins.into_iter().enumerate().map(line).collect()
}

async fn show(request: Request, context: Data<Context>) -> HttpResponse {
    context
        .page(request, |store, request| {
            let conn = &mut *store.checkout()?;
            let (_, layout) = enter(conn, request, "Overview", Permission::ViewAudit)?;
            let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
            let midnight = today.to_zoned(TimeZone::UTC).map(|day| day.timestamp());
            let midnight = midnight.unwrap_or(Timestamp::UNIX_EPOCH);
            let waiting = posts::longest_waiting(conn, MOST_WAITING).map_err(read_error)?;
            let are_more = waiting.len() as i64 == MOST_WAITING;
            let (with_authors, with_reviewers) =
                waiting.into_iter().partition(|post| post.request.is_some());
            let refusals = audit::refusals_since(conn, midnight).map_err(read_error)?;
            let (begins, first) = mondays(today).unwrap_or_default();
            let found = posts::published_by_week(conn, first).map_err(read_error)?;
            let are_too_many =
                found.iter().map(|week| week.published).sum::<i64>() == MOST_PUBLISHED;
            let weeks = lines(begins, &found);
            let page = OverviewPage {
                open_incidents: layout.admin.as_ref().map_or(0, |frame| frame.open_incidents),
                layout,
                with_reviewers,
                with_authors,
                are_more,
                refusals,
                today,
                charts: charts(&weeks),
                weeks,
                are_too_many,
            };
            Ok(Reply::ok(&page))
        })
        .await
}

fn charts(weeks: &[WeekLine]) -> [Chart; 2] {
    let published: i64 = weeks.iter().map(|week| week.published).sum();
    let most = weeks.iter().map(|week| week.published).max().unwrap_or_default();
    let longest = weeks.iter().filter_map(|week| week.wait).fold(0.0, f64::max);
    [
        Chart::of(
            ("Posts published per week", "published"),
            format!("{published} in {WEEKS} weeks, at most {most} in one."),
            weeks,
            |week| Some((week.published as f64, week.published.to_string())),
        ),
        Chart::of(
            ("Time from submission to publication", "waited"),
            format!(
                "The median of each week; at most {}.",
                duration(longest, &[" minutes", " hours", " days"])
            ),
            weeks,
            |week| week.wait.map(|wait| (wait, duration(wait, &["m", "h", "d"]))),
        ),
    ]
}
