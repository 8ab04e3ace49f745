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

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};

use crate::http::{Context, Edge, Request, action_form};

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
                .route(web::get().to(confirm))
                .route(web::post().to(act)),
        );
}

async fn confirm(
    request: Request,
    path: Path<(String, String)>,
    context: Data<Context>,
) -> HttpResponse {
    action_form::show(request, path.into_inner(), Edge::Admin, &context).await
}

async fn act(
    request: Request,
    path: Path<(String, String)>,
    body: Bytes,
    context: Data<Context>,
) -> HttpResponse {
    action_form::submit(request, path.into_inner(), body, Edge::Admin, &context).await
}
