//! The incidents: changes that an invariant stopped, and who acknowledged them.

mod detail;
mod list;

use actix_web::web::ServiceConfig;

use crate::admin::csv;
use crate::audit::IncidentState;
use crate::http::{Work, get_page, post_form};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .route("/admin/incidents", get_page(Work::Short, list::list))
        .route("/admin/incidents.csv", csv::file::<IncidentState>())
        .route("/admin/incidents/{id}", get_page(Work::Short, detail::show))
        .route("/admin/incidents/{id}", post_form(Work::Short, detail::acknowledge));
}
