//! The list of posts, one post, and archiving one or many of them.

mod bulk_confirm;
mod bulk_progress;
mod detail;
mod filters;
mod list;
mod list_page;
mod list_request;
mod paths;
mod return_address;
mod skipped;

use actix_web::web::ServiceConfig;

use crate::admin::csv;
use crate::domain::Interface;
use crate::http::action_place::{ActionPlace, Back};
use crate::http::{Layout, Work, action_form, get_page, post_form};

const ACTIONS: ActionPlace = ActionPlace {
    interface: Interface::Admin,
    posts: paths::LIST,
    layout: |conn, request, person| Layout::of_admin(conn, request, "", person),
    back: Back::Opener(return_address::is_list_or_post),
};

pub(super) fn routes(config: &mut ServiceConfig) {
    // The last route takes the paths that the others leave.
    config
        .route("/admin/posts", get_page(Work::Short, list::list))
        .route("/admin/posts.csv", csv::file::<list::PostsFile>())
        .route("/admin/posts/bulk-archive", get_page(Work::Short, bulk_confirm::confirm))
        .route("/admin/posts/bulk-archive", post_form(Work::Short, bulk_confirm::begin))
        .route("/admin/posts/bulk-archive/{id}", get_page(Work::Short, bulk_progress::progress))
        .route("/admin/posts/bulk-archive/{id}", post_form(Work::Short, bulk_progress::go_on))
        .route("/admin/posts/{id}", get_page(Work::Text, detail::show))
        .route(
            "/admin/posts/{id}/{action}",
            get_page(Work::Text, |store, request| action_form::show(store, request, &ACTIONS)),
        )
        .route(
            "/admin/posts/{id}/{action}",
            post_form(Work::Text, |store, request, form| {
                action_form::submit(store, request, form, &ACTIONS)
            }),
        );
}
