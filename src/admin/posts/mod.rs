//! The list of posts, one post, and archiving one or many of them.

mod asked_list;
mod bulk_confirm;
mod bulk_progress;
mod detail;
mod filters;
mod list;
mod list_page;
mod paths;
mod skipped;

use actix_web::web::{ServiceConfig, resource};

use crate::admin::csv;
use crate::http::{Edge, action_form, form, page, rendered_page};

pub(super) fn routes(config: &mut ServiceConfig) {
    // The last one takes what the others leave.
    config
        .route("/admin/posts", page(list::list))
        .route("/admin/posts.csv", csv::file::<list::PostsFile>())
        .service(
            resource("/admin/posts/bulk-archive")
                .route(page(bulk_confirm::confirm))
                .route(form(bulk_confirm::begin)),
        )
        .service(
            resource("/admin/posts/bulk-archive/{id}")
                .route(page(bulk_progress::progress))
                .route(form(bulk_progress::go_on)),
        )
        .route("/admin/posts/{id}", rendered_page(detail::show))
        .service(
            resource("/admin/posts/{id}/{action}")
                .route(rendered_page(|store, request| {
                    action_form::show(store, request, Edge::Admin)
                }))
                .route(form(|store, request, form| {
                    action_form::submit(store, request, form, Edge::Admin)
                })),
        );
}
