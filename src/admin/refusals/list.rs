//! The list of refusals: who was refused what, and why.

use askama::Template;
use diesel::pg::PgConnection;
use jiff::Timestamp;

use crate::admin::csv::{self, Column, Export, ReadPage};
use crate::admin::layout::authorized_layout;
use crate::admin::refusals::current_answer::{CurrentAnswer, find};
use crate::admin::refusals::filters::{RefusalFilters, choices, take};
use crate::audit::{self, MAX_RECORDED, RefusalFilter, RefusalLine};
use crate::domain::{Permission, Reason, Title};
use crate::http::pager::{BY_TIME, Pager};
use crate::http::{Layout, PageAddress, Reply, Request};
use crate::refusal::Refusal;
use crate::render::filters;
use crate::store::Store;
use crate::store::paging::PageRequest;

const LIST: &str = "/admin/refusals";
const FILE: &str = "/admin/refusals.csv";

/// The number of refusals on one page.
const PER_PAGE: usize = 25;

#[derive(Template)]
#[template(path = "admin/refusals.html")]
struct RefusalsPage {
    layout: Layout,
    filters: RefusalFilters,
    has_errors: bool,
    answer: Option<CurrentAnswer>,
    lines: Vec<RefusalLine>,
    /// Refusals that were counted and not recorded.
    left_out: i64,
    pager: Pager,
}

pub(super) fn list(store: &Store, request: &Request) -> Result<Reply, Refusal> {
    let (form, direction) =
        request.query_fields()?.read(|query| Ok((take(query)?, BY_TIME.take(query)?)))?;
    let mut connection = store.checkout()?;
    let conn = &mut *connection;
    let (_, layout) = authorized_layout(conn, request, "Refusals", Permission::ViewAudit)?;
    let filters = RefusalFilters::parse(conn, form)?;
    let checked = filters.form.check();
    let slice = PageRequest::newest_first(direction, PER_PAGE);
    let (found, post, left_out) = match checked {
        Ok(()) => (
            audit::list_refusals(conn, &filters.filter, &slice)?,
            find(conn, &filters)?,
            audit::refusals_left_out(conn, &filters.filter)?,
        ),
        Err(_) => (slice.page(Vec::new()), None, 0),
    };
    drop(connection);
    let address = |name: &str, value: &str| filters.form.address_with(LIST, name, value);
    let page = RefusalsPage {
        layout,
        has_errors: checked.is_err(),
        answer: checked.is_ok().then(|| CurrentAnswer::of(&filters, post)).flatten(),
        pager: BY_TIME.pager(&found, direction, address),
        lines: found.lines,
        left_out,
        filters,
    };
    Ok(Reply::checked(&page, checked))
}

impl RefusalsPage {
    /// Returns the values of a field, what the page calls them, and whether they are chosen.
    fn choices(&self, field: &str) -> Vec<(&'static str, String, bool)> {
        let chosen = self.filters.form.value(field);
        let label = |value| match field {
            "action" => filters::spoken(value),
            _ => String::from(value),
        };
        choices(field).into_iter().map(|value| (value, label(value), value == chosen)).collect()
    }

    fn error(&self, field: &str) -> Option<&str> {
        self.filters.form.error(field)
    }

    /// Returns whether the folded filters are open.
    fn shows_more(&self) -> bool {
        self.has_errors || self.filters.has_folded()
    }

    fn file(&self) -> String {
        self.filters.form.address(FILE)
    }

    /// Returns the address of all refusals of the person of a line.
    fn all_of(&self, line: &RefusalLine) -> String {
        PageAddress::of(LIST).with("person", &line.actor.username).to_string()
    }
}

impl Export for RefusalFilter {
    type Line = RefusalLine;
    const NAME: &'static str = "refusals.csv";
    const PERMISSION: Permission = Permission::ViewAudit;
    const COLUMNS: &'static [Column<Self>] = &[
        ("id", |_, line| line.id.to_string()),
        ("at", |_, line| csv::time(line.at)),
        ("request", |_, line| line.request.to_string()),
        ("interface", |_, line| line.interface.as_str().to_owned()),
        ("person", |_, line| line.actor.username.clone()),
        ("name", |_, line| line.actor.name.clone()),
        ("action", |_, line| line.action.as_str().to_owned()),
        ("post", |_, line| csv::or_empty(line.post)),
        ("title", |_, line| csv::or_empty(line.title.as_ref().map(Title::as_str))),
        ("revision_seen", |_, line| csv::or_empty(line.seen)),
        ("layer", |_, line| line.layer.as_str().to_owned()),
        ("rules", |_, line| joined(line, |reason| &reason.code)),
        ("sentences", |_, line| joined(line, |reason| &reason.sentence)),
        ("hints", |_, line| joined(line, |reason| &reason.hint)),
    ];

    fn asked(request: &Request, conn: &mut PgConnection, _: Timestamp) -> Result<Self, Refusal> {
        let form = request.query_fields()?.read(|query| Ok(take(query)?))?;
        let filters = RefusalFilters::parse(conn, form)?;
        filters.form.check()?;
        Ok(filters.filter)
    }

    fn page(&self, conn: &mut PgConnection, slice: &PageRequest) -> ReadPage<Self> {
        audit::list_refusals(conn, self, slice)
    }
}

fn joined(line: &RefusalLine, part: fn(&Reason) -> &str) -> String {
    line.reasons.iter().map(part).collect::<Vec<_>>().join(" ")
}
