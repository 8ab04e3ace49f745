//! The first page of the admin.

mod charts;
mod duration;
mod page;
mod weeks;

use actix_web::web::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.configure(page::routes);
}
