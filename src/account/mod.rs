//! The edge for one's own account.

mod change;
mod page;
mod password;
mod proof;
mod set_password;
mod tokens;

use actix_web::Route;
use actix_web::web::{Redirect, ServiceConfig, get, post};

use crate::http::{Work, get_page, post_form};

/// Redirects to the page. A browser keeps the address of a form whose answer was a
/// page, and a person may open it.
fn to_the_page() -> Route {
    get().to(|| async { Redirect::to("/account").see_other() })
}

/// Registers the routes of one's own account.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/account", get_page(Work::Short, page::show))
        .route("/account/password", to_the_page())
        .route("/account/password", post().to(password::submit))
        .route("/account/sessions/end-others", post_form(Work::Short, change::end_other_sessions))
        .route("/account/sessions/{number}/end", post_form(Work::Short, change::end_session))
        .route("/account/tokens", to_the_page())
        .route("/account/tokens", post().to(tokens::make))
        .route("/account/tokens/{id}/revoke", post_form(Work::Short, tokens::revoke))
        .route("/set-password", get_page(Work::Short, set_password::show))
        .route("/set-password", post().to(set_password::submit));
}
