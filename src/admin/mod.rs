//! The pages for staff. They have no power of their own: every change goes
//! through the same workflow as from any other interface.

mod access;
mod accounts;
mod csv;
mod filter_form;
mod incidents;
mod layout;
mod overview;
mod posts;
mod refusals;

use actix_web::web::ServiceConfig;

use crate::http::{Work, get_page};

/// Registers the admin's routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/admin", get_page(Work::Short, overview::show))
        .configure(posts::routes)
        .configure(accounts::routes)
        .route("/admin/permissions", get_page(Work::Text, access::show))
        .configure(refusals::routes)
        .configure(incidents::routes);
}
