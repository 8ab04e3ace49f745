//! The edge for one's own account.

mod page;
mod proof;
mod set_password;

use actix_web::web::ServiceConfig;

/// Registers the routes of one's own account.
pub fn routes(config: &mut ServiceConfig) {
    config.configure(page::routes).configure(set_password::routes);
}
