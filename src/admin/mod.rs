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
mod posts;
mod posts_file;
mod question;
mod refusals;
mod truth_table;

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};

use crate::web::action_page::{Place, act_from, confirm_page};
use crate::web::{Shared, Visit};

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

async fn confirm(visit: Visit, path: Path<(String, String)>, shared: Data<Shared>) -> HttpResponse {
    let (id, action) = path.into_inner();
    confirm_page(visit, id, action, Place::Admin, shared).await
}

async fn act(
    visit: Visit,
    path: Path<(String, String)>,
    body: Bytes,
    shared: Data<Shared>,
) -> HttpResponse {
    let (id, action) = path.into_inner();
    act_from(visit, id, action, body, Place::Admin, shared).await
}
