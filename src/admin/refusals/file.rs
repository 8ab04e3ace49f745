//! The list of refusals as a file, under its filters.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use diesel::pg::PgConnection;

use crate::admin::csv::{self, Export};
use crate::admin::refusals::filters::{self, RefusalFilters};
use crate::audit::{self, RefusalFilter, RefusalLine};
use crate::domain::{Permission, Reason};
use crate::http::{Context, Request};
use crate::refusal::Refusal;
use crate::store::paging::{Page, PageRequest};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.route(FILE, web::get().to(file));
}

/// The path of the file.
pub(super) const FILE: &str = "/admin/refusals.csv";

struct RefusalsFile(RefusalFilter);

impl Export for RefusalsFile {
    type Line = RefusalLine;
    const NAME: &'static str = "refusals.csv";
    const PERMISSION: Permission = Permission::ViewAudit;
    const HEADER: &'static [&'static str] = &[
        "id",
        "at",
        "request",
        "interface",
        "person",
        "name",
        "action",
        "post",
        "title",
        "revision_seen",
        "layer",
        "rules",
        "sentences",
        "hints",
    ];

    fn page(
        &self,
        conn: &mut PgConnection,
        slice: &PageRequest,
    ) -> diesel::QueryResult<Page<RefusalLine>> {
        audit::list_refusals(conn, &self.0, slice)
    }

    fn record(&self, line: &RefusalLine) -> Vec<String> {
        let all =
            |part: fn(&Reason) -> &str| line.reasons.iter().map(part).collect::<Vec<_>>().join(" ");
        vec![
            line.id.to_string(),
            csv::time(line.at),
            line.request.to_string(),
            line.interface.clone(),
            line.username.clone(),
            line.actor.name.clone(),
            line.action.clone(),
            csv::or_empty(line.post),
            csv::or_empty(line.title.as_deref()),
            csv::or_empty(line.seen),
            line.layer.clone(),
            all(|reason| &reason.code),
            all(|reason| &reason.sentence),
            all(|reason| &reason.hint),
        ]
    }
}

async fn file(request: Request, context: Data<Context>) -> HttpResponse {
    csv::download(&context, request, requested).await
}

fn requested(request: &Request, conn: &mut PgConnection) -> Result<RefusalsFile, Refusal> {
    let mut query = request.query_fields()?;
    let form = filters::take(&mut query)?;
    query.finish()?;
    let filters = RefusalFilters::parse(conn, form)?;
    filters.form.check()?;
    Ok(RefusalsFile(filters.filter))
}
