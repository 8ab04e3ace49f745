//! The list of incidents, open or acknowledged.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use askama::Template;

use crate::admin::incidents::file::FILE;
use crate::admin::incidents::tab;
use crate::admin::layout::authorized_layout;
use crate::admin::pager::{BY_TIME, Pager};
use crate::admin::query::address;
use crate::audit::{self, IncidentState};
use crate::domain::{Incident, Permission};
use crate::http::{Context, Layout, Reply, Request};
use crate::refusal::read_error;
use crate::render::filters;
use crate::store::paging::{Order, PageRequest};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.route("/admin/incidents", web::get().to(list));
}

const LIST: &str = "/admin/incidents";

/// The number of incidents on one page.
const PER_PAGE: usize = 25;

#[derive(Template)]
#[template(path = "admin/incidents.html")]
struct IncidentsPage {
    layout: Layout,
    state: IncidentState,
    incidents: Vec<Incident>,
    pager: Pager,
}

async fn list(request: Request, context: Data<Context>) -> HttpResponse {
    context
        .page(request, |store, request| {
            let mut query = request.query_fields()?;
            let state = tab::take(&mut query)?;
            let direction = BY_TIME.take(&mut query)?;
            query.finish()?;
            let slice =
                PageRequest { order: Order::NewestFirst, stretch: direction, size: PER_PAGE };
            let conn = &mut *store.checkout()?;
            let (_, layout) = authorized_layout(conn, request, "Incidents", Permission::ViewAudit)?;
            let found = audit::incidents(conn, state, &slice).map_err(read_error)?;
            let address = |name: &str, value: &str| {
                address(LIST, [("state", tab::name(state)), (name, value)])
            };
            let pager = BY_TIME.pager(&found, direction, address);
            Ok(Reply::ok(&IncidentsPage { layout, state, incidents: found.lines, pager }))
        })
        .await
}

impl IncidentsPage {
    /// Returns the label and the address of each tab, and whether it is this one.
    fn tabs(&self) -> [(&'static str, String, bool); 2] {
        let tabs = [("Open", IncidentState::Open), ("Acknowledged", IncidentState::Acknowledged)];
        tabs.map(|(label, state)| {
            (label, address(LIST, [("state", tab::name(state))]), state == self.state)
        })
    }

    fn file(&self) -> String {
        address(FILE, [("state", tab::name(self.state))])
    }
}
