//! The list of refusals as a file, under its filters.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use diesel::pg::PgConnection;

use crate::admin::csv::{self, Column, Export};
use crate::admin::refusals::filters::{self, RefusalFilters};
use crate::audit::{self, RefusalFilter, RefusalLine};
use crate::domain::{Permission, Reason};
use crate::http::{Context, Request};
use crate::refusal::Refusal;
use crate::store::paging::{Page, PageRequest};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.route("/admin/refusals.csv", web::get().to(file));
}

/// The path of the file.
pub(super) const FILE: &str = "/admin/refusals.csv";

struct RefusalsFile(RefusalFilter);

impl Export for RefusalsFile {
    type Line = RefusalLine;
    const NAME: &'static str = "refusals.csv";
    const PERMISSION: Permission = Permission::ViewAudit;
    const COLUMNS: &'static [Column<Self>] = &[
        ("id", |_, line| line.id.to_string()),
        ("at", |_, line| csv::time(line.at)),
        ("request", |_, line| line.request.to_string()),
        ("interface", |_, line| line.interface.clone()),
        ("person", |_, line| line.actor.username.clone()),
        ("name", |_, line| line.actor.name.clone()),
        ("action", |_, line| line.action.clone()),
        ("post", |_, line| csv::or_empty(line.post)),
        ("title", |_, line| csv::or_empty(line.title.as_deref())),
        ("revision_seen", |_, line| csv::or_empty(line.seen)),
        ("layer", |_, line| line.layer.clone()),
        ("rules", |_, line| joined(line, |reason| &reason.code)),
        ("sentences", |_, line| joined(line, |reason| &reason.sentence)),
        ("hints", |_, line| joined(line, |reason| &reason.hint)),
    ];

    fn page(
        &self,
        conn: &mut PgConnection,
        slice: &PageRequest,
    ) -> diesel::QueryResult<Page<RefusalLine>> {
        audit::list_refusals(conn, &self.0, slice)
    }
}

/// Returns one part of every reason.
fn joined(line: &RefusalLine, part: fn(&Reason) -> &str) -> String {
    line.reasons.iter().map(part).collect::<Vec<_>>().join(" ")
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
