//! Ends the session of a browser.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data};

use crate::accounts::sessions;
use crate::http::flash::Flash;
use crate::http::{Context, Form, Reply, Request, Work, error_page, kept_form_page};
use crate::store::Store;

pub(super) async fn sign_out(
    request: Request,
    session: Session,
    body: Bytes,
    context: Data<Context>,
) -> HttpResponse {
    let form = Form::parse(&body).unwrap_or_default();
    if !request.sent(&form).unwrap_or(false) {
        return kept_form_page::stale_form(&request, &form).into_response(&context.settings);
    }
    let ended = request.session();
    let end = move |store: &Store| match ended {
        Some(id) => Ok(sessions::end(&mut *store.checkout()?, &id)?),
        None => Ok(()),
    };
    let outcome = match context.admit(&request, Work::Short).await {
        Ok(admission) => admission.step(end).await,
        Err(refusal) => Err(refusal),
    };
    let reply = match outcome {
        Ok(()) => {
            session.purge();
            Reply::see("/", Some(Flash::SignedOut))
                // The cookies stay: one tells that the owner has used this browser.
                // Not the storage: it holds texts of other people on a shared browser.
                .with("clear-site-data", "\"cache\"")
        }
        Err(refusal) => error_page::page(&refusal, &request, Some(&form)),
    };
    reply.into_response(&context.settings)
}
