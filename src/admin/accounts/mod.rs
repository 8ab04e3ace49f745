//! The list of accounts, one account, and the changes to it.

mod change;
mod create;
mod detail;
mod file;
mod filters;
mod list;
mod lookup;
mod password_link;
mod requested_change;
mod roles;

use actix_web::web::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .configure(list::routes)
        .configure(file::routes)
        .configure(create::routes)
        .configure(detail::routes)
        .configure(roles::routes)
        .configure(change::routes);
}
