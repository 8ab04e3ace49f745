//! Shows staff which posts need attention, and how fast posts are published.

mod charts;
mod duration;
mod weeks;

use askama::Template;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::admin::layout::authorized_layout;
use crate::admin::overview::charts::{Chart, charts};
use crate::admin::overview::weeks::Weeks;
use crate::audit::{self, LayerCount, MOST_COUNTED};
use crate::domain::{Layer, Permission};
use crate::http::{Layout, Reply, Request};
use crate::refusal::Refusal;
use crate::render::filters;
use crate::store::Store;
use crate::store::posts::{self, MOST_PUBLISHED, Waiting};

/// The number of posts in review that are read: those that wait the longest.
const MAX_READ: i64 = 200;

/// The number of them that are shown.
const MAX_SHOWN: usize = 5;

#[derive(Template)]
#[template(path = "admin/overview.html")]
struct OverviewPage {
    layout: Layout,
    open_incidents: i64,
    /// In review and waiting for a reviewer.
    with_reviewers: Vec<Waiting>,
    /// In review, with a change request that its author has not answered.
    with_authors: Vec<Waiting>,
    /// Whether there may be more of both than were read.
    has_more: bool,
    refusals: Vec<LayerCount>,
    today: Date,
    charts: [Chart; 2],
    publications: Weeks,
}

impl OverviewPage {
    fn count(&self, waiting: &[Waiting]) -> String {
        format!("{}{}", waiting.len(), if self.has_more { "+" } else { "" })
    }

    fn first(waiting: &[Waiting]) -> &[Waiting] {
        &waiting[..waiting.len().min(MAX_SHOWN)]
    }

    /// Returns the cause of the refusals in a few words.
    fn cause(layer: Layer) -> &'static str {
        match layer {
            Layer::Permission => "without permission",
            _ => "not possible at that moment",
        }
    }

    fn refused_today(&self) -> i64 {
        self.refusals.iter().map(|layer| layer.count).sum()
    }
}

pub(super) fn show(store: &Store, request: &Request) -> Result<Reply, Refusal> {
    let conn = &mut *store.checkout()?;
    let (_, layout) = authorized_layout(conn, request, "Overview", Permission::ViewAudit)?;
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let midnight = today.to_zoned(TimeZone::UTC).map(|day| day.timestamp());
    let midnight = midnight.unwrap_or(Timestamp::UNIX_EPOCH);
    let waiting = posts::longest_waiting(conn, MAX_READ)?;
    let has_more = waiting.len() as i64 == MAX_READ;
    let (with_authors, with_reviewers) =
        waiting.into_iter().partition(|post| post.waits_for_author);
    let publications = Weeks::until(today, conn)?;
    let page = OverviewPage {
        open_incidents: layout.open_incidents.unwrap_or_default(),
        layout,
        with_reviewers,
        with_authors,
        has_more,
        refusals: audit::refusals_since(conn, midnight)?,
        today,
        charts: charts(&publications.weeks),
        publications,
    };
    Ok(Reply::ok(&page))
}
