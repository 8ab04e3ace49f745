//! The refused actions, and the present answer to a refused one.

mod current_answer;
mod filters;
mod list;

use actix_web::web::ServiceConfig;

use crate::admin::csv;
use crate::audit::RefusalFilter;
use crate::http::{Work, get_page};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .route("/admin/refusals", get_page(Work::Text, list::list))
        .route("/admin/refusals.csv", csv::file::<RefusalFilter>());
}
