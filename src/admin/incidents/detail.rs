//! One incident, and the form that acknowledges it.

use askama::Template;
use diesel::pg::PgConnection;

use crate::admin::layout::authorized_layout;
use crate::domain::{Incident, IncidentId, Interface, Note, Permission, Reason};
use crate::http::flash::Flash;
use crate::http::{Form, Layout, Reply, Request};
use crate::policies::incidents::Rule;
use crate::refusal::Refusal;
use crate::render::filters;
use crate::store::Store;
use crate::{audit, permissions, workflow};

#[derive(Template)]
#[template(path = "admin/incident.html")]
struct IncidentPage {
    layout: Layout,
    incident: Incident,
    may_acknowledge: bool,
    /// Why the attempt to acknowledge it was refused.
    refused: Vec<Reason>,
    /// What is wrong with the note.
    problem: Option<String>,
    note: String,
}

impl IncidentPage {
    fn read(conn: &mut PgConnection, request: &Request) -> Result<Self, Refusal> {
        let id = IncidentId(request.segments.number("id")?);
        let title = format!("Incident {id}");
        let (person, layout) = authorized_layout(conn, request, &title, Permission::ViewAudit)?;
        let incident = audit::incident(conn, id)?.ok_or(Refusal::NotFound)?;
        let may_acknowledge = permissions::holds(&person.roles, Permission::AcknowledgeIncident);
        let (refused, problem, note) = (Vec::new(), None, String::new());
        Ok(Self { layout, incident, may_acknowledge, refused, problem, note })
    }
}

pub(super) fn show(store: &Store, request: &Request) -> Result<Reply, Refusal> {
    let conn = &mut *store.checkout()?;
    Ok(Reply::ok(&IncidentPage::read(conn, request)?))
}

pub(super) fn acknowledge(
    store: &Store,
    request: &Request,
    fields: Form,
) -> Result<Reply, Refusal> {
    let typed = fields.clone();
    let Err(refusal) = send(store, request, fields) else {
        return Ok(Reply::see("/admin/incidents", Some(Flash::Acknowledged)));
    };
    let problem = refusal.problem_of("finding", Rule::NoteIsGiven);
    if problem.is_none() && !matches!(refusal, Refusal::Policy(_)) {
        return Err(refusal);
    }
    let mut page = IncidentPage::read(&mut *store.checkout()?, request)?;
    page.note = typed.peek("finding").unwrap_or_default().to_owned();
    match problem {
        Some(_) => page.problem = problem,
        None => page.refused = refusal.reasons(),
    }
    page.layout.has_errors = true;
    Ok(Reply::ok(&page).with_refusal(&refusal))
}

fn send(store: &Store, request: &Request, mut fields: Form) -> Result<(), Refusal> {
    let id = IncidentId(request.segments.number("id")?);
    let note = Note::of_field("finding", &fields.require("finding")?)?;
    fields.finish()?;
    workflow::incidents::acknowledge(store, &request.caller(Interface::Admin)?, id, &note)
}
