//! Signing out other browsers.

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};

use crate::account::change::change_and_return;
use crate::domain::{OwnChange, decimal};
use crate::http::flash::Flash;
use crate::http::{Context, Request};
use crate::refusal::Refusal;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .route("/account/sessions/end-others", web::post().to(end_others))
        .route("/account/sessions/{number}/end", web::post().to(end));
}

async fn end(
    request: Request,
    path: Path<String>,
    body: Bytes,
    context: Data<Context>,
) -> HttpResponse {
    context
        .form(request, body, move |store, request, form| {
            form.read(|_| Ok(()))?;
            let number = decimal(&path).ok_or(Refusal::NotFound)?;
            let change = OwnChange::EndSession(number);
            change_and_return(store, request, &change, Flash::SessionEnded)
        })
        .await
}

async fn end_others(request: Request, body: Bytes, context: Data<Context>) -> HttpResponse {
    context
        .form(request, body, |store, request, form| {
            form.read(|_| Ok(()))?;
            change_and_return(store, request, &OwnChange::EndOtherSessions, Flash::SessionsEnded)
        })
        .await
}
