//! The edge for one's own account.

mod change;
mod page;
mod password;
mod proof;
mod sessions;
mod set_password;
mod tokens;

use actix_web::web::{ServiceConfig, post, resource};

use crate::http::{form, page};

/// Registers the routes of one's own account.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/account", page(page::show))
        .route("/account/password", post().to(password::submit))
        .route("/account/sessions/end-others", form(sessions::end_others))
        .route("/account/sessions/{number}/end", form(sessions::end))
        .route("/account/tokens", post().to(tokens::make))
        .route("/account/tokens/{id}/revoke", form(tokens::revoke))
        .service(
            resource("/set-password")
                .route(page(set_password::show))
                .route(post().to(set_password::submit)),
        );
}
