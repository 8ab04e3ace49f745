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
pub(crate) type PageHandler = fn(&Store, &Request) -> Result<Reply, Refusal>;

/// Returns the reply to a form, of which the token is checked and taken out.
pub(crate) type FormHandler = fn(&Store, &Request, Form) -> Result<Reply, Refusal>;

/// Returns the route of a page.
pub(crate) fn page(handler: PageHandler) -> Route {
    page_in_turn(Work::Short, handler)
}

/// Returns the route of a page that renders what a person has typed.
pub(crate) fn rendered_page(handler: PageHandler) -> Route {
    page_in_turn(Work::Text, handler)
}

/// Returns the route of a form.
pub(crate) fn form(handler: FormHandler) -> Route {
    form_in_turn(Work::Short, handler)
}

/// Returns the route of a form that saves or renders what a person has typed.
pub(crate) fn rendered_form(handler: FormHandler) -> Route {
    form_in_turn(Work::Text, handler)
}

fn page_in_turn(turn: Work, handler: PageHandler) -> Route {
    web::get().to(move |request: Request, context: Data<Context>| async move {
        context.page(turn, request, handler).await
    })
}

fn form_in_turn(turn: Work, handler: FormHandler) -> Route {
    web::post().to(move |request: Request, body: Bytes, context: Data<Context>| async move {
        context.form(turn, request, body, handler).await
    })
}
