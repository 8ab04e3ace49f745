//! The forms of the actions, other than those of the editor.

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};

use crate::http::{Context, Edge, Request, action_form};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        web::resource("/desk/posts/{id}/{action}")
            .route(web::get().to(show))
            .route(web::post().to(submit)),
    );
}

async fn show(
    request: Request,
    path: Path<(String, String)>,
    context: Data<Context>,
) -> HttpResponse {
    action_form::show(request, path.into_inner(), Edge::Desk, &context).await
}

async fn submit(
    request: Request,
    path: Path<(String, String)>,
    body: Bytes,
    context: Data<Context>,
) -> HttpResponse {
    action_form::submit(request, path.into_inner(), body, Edge::Desk, &context).await
}
