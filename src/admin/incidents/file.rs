//! The incidents of a tab as a file.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use diesel::pg::PgConnection;

use crate::admin::csv::{self, Column, Export};
use crate::admin::incidents::tab;
use crate::audit::{self, IncidentState};
use crate::domain::{Acknowledgement, Incident, Permission};
use crate::http::{Context, Request};
use crate::store::paging::{Page, PageRequest};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.route("/admin/incidents.csv", web::get().to(file));
}

/// The path of the file.
pub(super) const FILE: &str = "/admin/incidents.csv";

struct IncidentsFile(IncidentState);

impl Export for IncidentsFile {
    type Line = Incident;
    const NAME: &'static str = "incidents.csv";
    const PERMISSION: Permission = Permission::ViewAudit;
    const COLUMNS: &'static [Column<Self>] = &[
        ("id", |_, line| line.id.to_string()),
        ("at", |_, line| csv::time(line.at)),
        ("request", |_, line| line.request.to_string()),
        ("interface", |_, line| line.interface.clone()),
        ("person", |_, line| csv::or_empty(line.actor.as_ref().map(|actor| &actor.name))),
        ("action", |_, line| line.action.clone()),
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

    fn page(
        &self,
        conn: &mut PgConnection,
        slice: &PageRequest,
    ) -> diesel::QueryResult<Page<Incident>> {
        audit::incidents(conn, self.0, slice)
    }
}

/// Returns a part of the acknowledgement, or an empty cell.
fn acknowledged(line: &Incident, part: fn(&Acknowledgement) -> String) -> String {
    csv::or_empty(line.acknowledgement.as_ref().map(part))
}

async fn file(request: Request, context: Data<Context>) -> HttpResponse {
    csv::download(&context, request, |request, _| {
        let mut query = request.query_fields()?;
        let state = tab::take(&mut query)?;
        query.finish()?;
        Ok(IncidentsFile(state))
    })
    .await
}
