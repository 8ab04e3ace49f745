//! The edge for staff. It has no power of its own: the same door, from another
//! page.

mod account_change;
mod accounts;
mod address;
mod bulk;
mod bulk_work;
mod csv;
mod frame;
mod incidents;
mod matrix;
mod new_account;
mod overview;
mod post;
mod post_filters;
mod posts;
mod posts_file;
mod refusals;
mod truth_table;

use actix_web::web::{self, ServiceConfig};

use crate::http::{Edge, action_form};

/// Registers the admin's routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .configure(overview::routes)
        .configure(posts::routes)
        .configure(posts_file::routes)
        .configure(bulk::routes)
        .configure(bulk_work::routes)
        .configure(post::routes)
        .configure(matrix::routes)
        .configure(refusals::routes)
        .configure(incidents::routes)
        .configure(accounts::routes)
        .configure(new_account::routes)
        .configure(account_change::routes)
        .service(
            web::resource("/admin/posts/{id}/{action}")
                .route(web::get().to(|request, path, context| {
                    action_form::show(request, path, context, Edge::Admin)
                }))
                .route(web::post().to(|request, path, body, context| {
                    action_form::submit(request, path, body, context, Edge::Admin)
                })),
        );
}
