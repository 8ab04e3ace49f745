//! Archiving one post: the page of the desk, at an address of the admin.

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};

use crate::http::action_form::{Edge, act_from, confirm_page};
use crate::http::{Context, Request};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
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
    let (id, action) = path.into_inner();
    confirm_page(request, id, action, Edge::Admin, context).await
}

async fn act(
    request: Request,
    path: Path<(String, String)>,
    body: Bytes,
    context: Data<Context>,
) -> HttpResponse {
    let (id, action) = path.into_inner();
    act_from(request, id, action, body, Edge::Admin, context).await
}
