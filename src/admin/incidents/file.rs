//! The incidents of a tab as a file.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use diesel::pg::PgConnection;

use crate::admin::csv::{self, Export};
use crate::admin::incidents::tab;
use crate::audit::{self, IncidentState};
use crate::domain::{Incident, Permission};
use crate::http::{Context, Request};
use crate::store::paging::{Page, PageRequest};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.route(FILE, web::get().to(file));
}

/// The path of the file.
pub(super) const FILE: &str = "/admin/incidents.csv";

struct IncidentsFile(IncidentState);

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
        let acknowledgement = line.acknowledgement.as_ref();
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
            csv::or_empty(acknowledgement.map(|done| csv::time(done.at))),
            csv::or_empty(acknowledgement.map(|done| &done.by.name)),
            csv::or_empty(acknowledgement.map(|done| &done.note)),
        ]
    }
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
