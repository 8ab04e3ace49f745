//! The list of incidents, open or acknowledged.

use askama::Template;
use diesel::pg::PgConnection;
use jiff::Timestamp;

use crate::admin::csv::{self, Column, Export, ReadPage};
use crate::admin::layout::authorized_layout;
use crate::audit::{self, IncidentState};
use crate::domain::{Acknowledgement, FieldError, Incident, Permission};
use crate::http::pager::{BY_TIME, Pager};
use crate::http::{Form, Layout, PageAddress, Reply, Request};
use crate::refusal::Refusal;
use crate::render::filters;
use crate::store::Store;
use crate::store::paging::PageRequest;

const LIST: &str = "/admin/incidents";
const FILE: &str = "/admin/incidents.csv";

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

pub(super) fn list(store: &Store, request: &Request) -> Result<Reply, Refusal> {
    let (state, direction) =
        request.query_fields()?.read(|query| Ok((take_tab(query)?, BY_TIME.take(query)?)))?;
    let slice = PageRequest::newest_first(direction, PER_PAGE);
    let conn = &mut *store.checkout()?;
    let (_, layout) = authorized_layout(conn, request, "Incidents", Permission::ViewAudit)?;
    let found = audit::incidents(conn, state, &slice)?;
    let address = |name: &str, value: &str| address(LIST, state).with(name, value).to_string();
    let pager = BY_TIME.pager(&found, direction, address);
    Ok(Reply::ok(&IncidentsPage { layout, state, incidents: found.lines, pager }))
}

impl IncidentsPage {
    /// Returns the label and the address of each tab, and whether it is this one.
    fn tabs(&self) -> [(&'static str, PageAddress, bool); 2] {
        let tabs = [("Open", IncidentState::Open), ("Acknowledged", IncidentState::Acknowledged)];
        tabs.map(|(label, state)| (label, address(LIST, state), state == self.state))
    }

    fn file(&self) -> PageAddress {
        address(FILE, self.state)
    }
}

fn address(path: &str, state: IncidentState) -> PageAddress {
    let state = match state {
        IncidentState::Open => "",
        IncidentState::Acknowledged => "acknowledged",
    };
    PageAddress::of(path).with("state", state)
}

/// Takes out of a query which incidents it asks for.
fn take_tab(query: &mut Form) -> Result<IncidentState, FieldError> {
    match query.take("state")?.as_deref() {
        None | Some("") => Ok(IncidentState::Open),
        Some("acknowledged") => Ok(IncidentState::Acknowledged),
        Some(_) => Err(FieldError::new("state", "Unknown filter.")),
    }
}

impl Export for IncidentState {
    type Line = Incident;
    const NAME: &'static str = "incidents.csv";
    const PERMISSION: Permission = Permission::ViewAudit;
    const COLUMNS: &'static [Column<Self>] = &[
        ("id", |_, line| line.id.to_string()),
        ("at", |_, line| csv::time(line.at)),
        ("request", |_, line| line.request.to_string()),
        ("interface", |_, line| line.interface.as_str().to_owned()),
        ("person", |_, line| csv::or_empty(line.actor.as_ref().map(|actor| &actor.name))),
        ("action", |_, line| line.action.as_str().to_owned()),
        ("post", |_, line| csv::or_empty(line.post)),
        ("invariant", |_, line| line.invariant.clone()),
        ("detail", |_, line| line.detail.clone()),
        ("acknowledged_at", |_, line| acknowledged(line, |done| csv::time(done.at))),
        ("acknowledged_by", |_, line| acknowledged(line, |done| done.by.name.clone())),
        ("finding", |_, line| acknowledged(line, |done| done.note.clone())),
        ("person_username", |_, line| {
            csv::or_empty(line.actor.as_ref().map(|actor| &actor.username))
        }),
        ("acknowledged_by_username", |_, line| acknowledged(line, |done| done.by.username.clone())),
    ];

    fn asked(request: &Request, _: &mut PgConnection, _: Timestamp) -> Result<Self, Refusal> {
        request.query_fields()?.read(|query| Ok(take_tab(query)?))
    }

    fn page(&self, conn: &mut PgConnection, slice: &PageRequest) -> ReadPage<Self> {
        audit::incidents(conn, *self, slice)
    }
}

/// Returns a part of the acknowledgement, or an empty cell.
fn acknowledged(line: &Incident, part: fn(&Acknowledgement) -> String) -> String {
    csv::or_empty(line.acknowledgement.as_ref().map(part))
}
