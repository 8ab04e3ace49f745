//! The incidents: changes that an invariant stopped, and who acknowledged them.

mod detail;
mod file;
mod list;
mod tab;

use actix_web::web::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.configure(list::routes).configure(file::routes).configure(detail::routes);
}
