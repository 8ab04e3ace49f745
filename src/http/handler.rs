//! The routes of pages and forms.
//!
//! A handler is a plain function. It may block, and has what it needs in its arguments;
//! the route waits for the request's turn and makes the response.

use actix_web::Route;
use actix_web::web::{self, Bytes, Data};

use crate::http::{Context, Form, Reply, Request, Work};
use crate::refusal::Refusal;
use crate::store::Store;

/// Returns the reply to a request.
type PageHandler = fn(&Store, &Request) -> Result<Reply, Refusal>;

/// Returns the reply to a form, of which the token is checked and taken out.
type FormHandler = fn(&Store, &Request, Form) -> Result<Reply, Refusal>;

/// Returns the route of a page, which is that much work.
pub(crate) fn get_page(work: Work, handler: PageHandler) -> Route {
    web::get().to(move |request: Request, context: Data<Context>| async move {
        context.page(work, request, handler).await
    })
}

/// Returns the route of a form, which is that much work.
pub(crate) fn post_form(work: Work, handler: FormHandler) -> Route {
    web::post().to(move |request: Request, body: Bytes, context: Data<Context>| async move {
        context.form(work, request, body, handler).await
    })
}
