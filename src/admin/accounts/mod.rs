//! The list of accounts, one account, and the changes to it.

mod change;
mod create;
mod detail;
mod filters;
mod list;
mod lookup;
mod password_link;
mod requested_change;
mod roles;

use actix_web::web::ServiceConfig;

use crate::accounts::directory::AccountFilter;
use crate::admin::csv;
use crate::http::{Work, get_page, post_form};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .route("/admin/accounts", get_page(Work::Short, list::list))
        .route("/admin/accounts.csv", csv::file::<AccountFilter>())
        // Not below /admin/accounts, where "create" may be a username.
        .route("/admin/create-account", get_page(Work::Short, create::form))
        .route("/admin/create-account", post_form(Work::Short, create::submit))
        .route("/admin/accounts/{username}", get_page(Work::Short, detail::show))
        .route("/admin/accounts/{username}/change-roles", get_page(Work::Short, roles::form))
        .route("/admin/accounts/{username}/change-roles", post_form(Work::Short, roles::submit))
        .route("/admin/accounts/{username}/{change}", get_page(Work::Short, change::confirm))
        .route("/admin/accounts/{username}/{change}", post_form(Work::Short, change::act));
}
