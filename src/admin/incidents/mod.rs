//! The incidents: changes that an invariant stopped, and who acknowledged them.

mod detail;
mod list;

use actix_web::web::{ServiceConfig, resource};

use crate::admin::csv;
use crate::http::{form, page};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .route("/admin/incidents", page(list::list))
        .route("/admin/incidents.csv", csv::file::<list::IncidentsFile>())
        .service(
            resource("/admin/incidents/{id}")
                .route(page(detail::show))
                .route(form(detail::acknowledge)),
        );
}
