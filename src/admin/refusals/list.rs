//! The list of refusals: who was refused what, and why.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use askama::Template;

use crate::admin::layout::authorized_layout;
use crate::admin::pager::{BY_TIME, Pager};
use crate::admin::query::address;
use crate::admin::refusals::current_answer::{AnswerKind, CurrentAnswer};
use crate::admin::refusals::file::FILE;
use crate::admin::refusals::filters::{RefusalFilters, choices, take};
use crate::audit::{self, RefusalLine};
use crate::domain::Permission;
use crate::http::{Context, Layout, Reply, Request};
use crate::refusal::read_error;
use crate::render::filters;
use crate::store::paging::{Order, PageRequest};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.route("/admin/refusals", web::get().to(list));
}

const LIST: &str = "/admin/refusals";

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

async fn list(request: Request, context: Data<Context>) -> HttpResponse {
    context
        .page(request, |store, request| {
            let mut query = request.query_fields()?;
            let form = take(&mut query)?;
            let direction = BY_TIME.take(&mut query)?;
            query.finish()?;
            let conn = &mut *store.checkout()?;
            let (_, layout) = authorized_layout(conn, request, "Refusals", Permission::ViewAudit)?;
            let filters = RefusalFilters::parse(conn, form)?;
            let checked = filters.form.check();
            let slice =
                PageRequest { order: Order::NewestFirst, stretch: direction, size: PER_PAGE };
            let (found, answer) = match checked {
                Ok(()) => (
                    audit::list_refusals(conn, &filters.filter, &slice).map_err(read_error)?,
                    CurrentAnswer::of(conn, &filters)?,
                ),
                Err(_) => (slice.page(Vec::new()), None),
            };
            let left_out = match checked {
                Ok(()) => audit::refusals_left_out(conn, &filters.filter).map_err(read_error)?,
                Err(_) => 0,
            };
            let address = |name: &str, value: &str| filters.form.address_with(LIST, name, value);
            let page = RefusalsPage {
                layout,
                has_errors: checked.is_err(),
                answer,
                pager: BY_TIME.pager(&found, direction, address),
                lines: found.lines,
                left_out,
                filters,
            };
            Ok(match checked {
                Ok(()) => Reply::ok(&page),
                Err(input) => Reply::ok(&page).with_refusal(&input.into()),
            })
        })
        .await
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
        address(LIST, [("person", line.actor.username.as_str())])
    }
}
