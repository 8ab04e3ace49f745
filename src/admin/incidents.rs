//! What was about to be untrue, and who has taken it up.

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};
use askama::Template;
use diesel::pg::PgConnection;

use crate::admin::address::address;
use crate::admin::csv::{self, Export};
use crate::admin::frame::enter;
use crate::audit::{self, Shown};
use crate::domain::{FieldError, Incident, IncidentId, Interface, Note, Permission, Reason};
use crate::http::flash::Flash;
use crate::http::paging::{cursor, direction};
use crate::http::{Context, Form, Layout, Reply, Request};
use crate::permissions;
use crate::refusal::{Refusal, read_error};
use crate::render::filters;
use crate::store::Store;
use crate::store::paging::{Cursor, Direction, Order, Page, PageRequest};
use crate::workflow::incidents as door;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .route("/admin/incidents", web::get().to(list))
        .route("/admin/incidents.csv", web::get().to(file))
        .service(
            web::resource("/admin/incidents/{id}")
                .route(web::get().to(show))
                .route(web::post().to(acknowledge)),
        );
}

const PATH: &str = "/admin/incidents";

/// How many incidents a page of the list has.
const PER_PAGE: usize = 25;

const TABS: [(Shown, &str, &str); 2] =
    [(Shown::Open, "Open", ""), (Shown::Acknowledged, "Acknowledged", "acknowledged")];

/// Takes out of an address which incidents it asks for.
fn shown(query: &mut Form) -> Result<Shown, FieldError> {
    let asked = query.take("state")?.unwrap_or_default();
    let tab = TABS.into_iter().find(|(_, _, name)| *name == asked);
    let tab = tab.ok_or_else(|| FieldError::new("state", "Incidents are open or acknowledged."))?;
    Ok(tab.0)
}

#[derive(Template)]
#[template(path = "admin/incidents.html")]
struct IncidentsPage {
    layout: Layout,
    shown: Shown,
    incidents: Vec<Incident>,
    newer: Option<String>,
    older: Option<String>,
    is_first: bool,
}

impl IncidentsPage {
    fn tabs(&self) -> [(&'static str, String, bool); 2] {
        TABS.map(|(shown, label, name)| {
            (label, address(PATH, &[("state", name)], None), shown == self.shown)
        })
    }

    fn file(&self) -> String {
        address("/admin/incidents.csv", &[("state", name_of(self.shown))], None)
    }
}

fn name_of(shown: Shown) -> &'static str {
    match shown {
        Shown::Open => "",
        Shown::Acknowledged => "acknowledged",
    }
}

async fn list(request: Request, context: Data<Context>) -> HttpResponse {
    context
        .page(request, |store, request| {
            let mut query = request.query_fields()?;
            let shown = shown(&mut query)?;
            let stretch = direction(&mut query, "before", "after")?;
            query.finish()?;
            let slice = PageRequest { order: Order::NewestFirst, stretch, size: PER_PAGE };
            let conn = &mut *store.checkout()?;
            let (_, layout) = enter(conn, request, "Incidents", Permission::ViewAudit)?;
            let found = audit::incidents(conn, shown, &slice).map_err(read_error)?;
            let at = |name, place: Option<Cursor>| {
                let fields = [("state", name_of(shown))];
                place.map(|place| address(PATH, &fields, Some((name, &cursor(place)))))
            };
            let page = IncidentsPage {
                layout,
                shown,
                newer: at("after", found.previous),
                older: at("before", found.next),
                is_first: stretch == Direction::First,
                incidents: found.lines,
            };
            Ok(Reply::ok(&page))
        })
        .await
}

#[derive(Template)]
#[template(path = "admin/incident.html")]
struct IncidentPage {
    layout: Layout,
    incident: Incident,
    may_acknowledge: bool,
    /// Why it was not acknowledged, where somebody tried.
    refused: Vec<Reason>,
    /// What is wrong with the note.
    problem: Option<String>,
    note: String,
}

impl IncidentPage {
    fn read(conn: &mut PgConnection, request: &Request, id: &str) -> Result<Self, Refusal> {
        let id = id.parse().map(IncidentId).map_err(|_| Refusal::NotFound)?;
        let title = format!("Incident {id}");
        let (person, layout) = enter(conn, request, &title, Permission::ViewAudit)?;
        let incident = audit::incident(conn, id).map_err(read_error)?.ok_or(Refusal::NotFound)?;
        let may_acknowledge = permissions::holds(&person.roles, Permission::AcknowledgeIncident);
        let (refused, problem, note) = (Vec::new(), None, String::new());
        Ok(Self { layout, incident, may_acknowledge, refused, problem, note })
    }
}

async fn show(request: Request, id: Path<String>, context: Data<Context>) -> HttpResponse {
    context
        .page(request, move |store, request| {
            let conn = &mut *store.checkout()?;
            Ok(Reply::ok(&IncidentPage::read(conn, request, &id)?))
        })
        .await
}

async fn acknowledge(
    request: Request,
    id: Path<String>,
    body: Bytes,
    context: Data<Context>,
) -> HttpResponse {
    context
        .form(request, body, move |store, request, fields| {
            let typed = fields.clone();
            match send(store, request, &id, fields) {
                Ok(()) => Ok(Reply::see(PATH, Some(Flash::Acknowledged))),
                Err(refusal) if can_show_again(&refusal) => {
                    let conn = &mut *store.checkout()?;
                    let mut page = IncidentPage::read(conn, request, &id)?;
                    page.note = typed.peek("finding").unwrap_or_default().to_owned();
                    page.refused = refusal.reasons();
                    if let Refusal::Input(errors) = &refusal {
                        page.problem = errors.of("finding").map(str::to_owned);
                    }
                    Ok(Reply::ok(&page).with_refusal(&refusal))
                }
                Err(refusal) => Err(refusal),
            }
        })
        .await
}

/// Returns whether the incident's own page is the place to say so.
fn can_show_again(refusal: &Refusal) -> bool {
    match refusal {
        Refusal::Policy(_) => true,
        Refusal::Input(errors) => errors.of("finding").is_some(),
        Refusal::NotSignedIn
        | Refusal::Permission(_)
        | Refusal::NotFound
        | Refusal::Invariant(_)
        | Refusal::Unavailable(_) => false,
    }
}

fn send(store: &Store, request: &Request, id: &str, mut fields: Form) -> Result<(), Refusal> {
    let id = id.parse().map(IncidentId).map_err(|_| Refusal::NotFound)?;
    let _ = fields.take("token")?;
    let note = Note::parse(&fields.require("finding")?)
        .map_err(|error| FieldError::new("finding", error.message))?;
    fields.finish()?;
    let through = (Interface::Admin, request.id);
    door::acknowledge(store, &request.credential()?, through, id, &note)
}

/// The incidents of a tab, as a file.
struct IncidentsFile(Shown);

impl Export for IncidentsFile {
    type Line = Incident;
    const NAME: &'static str = "incidents.csv";
    const PERMISSION: Permission = Permission::ViewAudit;
    const HEADER: &'static [&'static str] = &[
        "id",
        "at",
        "request",
        "interface",
        "person",
        "action",
        "post",
        "invariant",
        "detail",
        "acknowledged_at",
        "acknowledged_by",
        "finding",
    ];

    fn page(
        &self,
        conn: &mut PgConnection,
        slice: &PageRequest,
    ) -> diesel::QueryResult<Page<Incident>> {
        audit::incidents(conn, self.0, slice)
    }

    fn record(&self, line: &Incident) -> Vec<String> {
        let taken = line.acknowledgement.as_ref();
        vec![
            line.id.to_string(),
            csv::time(line.at),
            line.request.to_string(),
            line.interface.clone(),
            csv::or_empty(line.actor.as_ref().map(|actor| &actor.name)),
            line.action.clone(),
            csv::or_empty(line.post),
            line.invariant.clone(),
            line.detail.clone(),
            csv::or_empty(taken.map(|taken| csv::time(taken.at))),
            csv::or_empty(taken.map(|taken| &taken.by.name)),
            csv::or_empty(taken.map(|taken| &taken.note)),
        ]
    }
}

async fn file(request: Request, context: Data<Context>) -> HttpResponse {
    let asked = |request: &Request, _: &mut PgConnection| {
        let mut query = request.query_fields()?;
        let shown = shown(&mut query)?;
        query.finish()?;
        Ok(IncidentsFile(shown))
    };
    csv::download(&context, request, asked).await
}
