//! The edge for one's own account.

mod change;
mod page;
mod password;
mod proof;
mod sessions;
mod set_password;
mod tokens;

use actix_web::web::ServiceConfig;

/// Registers the routes of one's own account.
pub fn routes(config: &mut ServiceConfig) {
    config
        .configure(page::routes)
        .configure(password::routes)
        .configure(sessions::routes)
        .configure(tokens::routes)
        .configure(set_password::routes);
}
