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

use actix_web::web::{ServiceConfig, resource};

use crate::admin::csv;
use crate::http::{form, page};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .route("/admin/accounts", page(list::list))
        .route("/admin/accounts.csv", csv::file::<list::AccountsFile>())
        // Not below /admin/accounts, where "create" may be a username.
        .service(
            resource("/admin/create-account").route(page(create::form)).route(form(create::submit)),
        )
        .route("/admin/accounts/{username}", page(detail::show))
        .service(
            resource("/admin/accounts/{username}/change-roles")
                .route(page(roles::form))
                .route(form(roles::submit)),
        )
        .service(
            resource("/admin/accounts/{username}/{change}")
                .route(page(change::confirm))
                .route(form(change::act)),
        );
}
