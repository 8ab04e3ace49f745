//! The permissions of each role, the rules of each action, and both together.

mod page;
mod table;

use actix_web::web::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.configure(page::routes);
}
