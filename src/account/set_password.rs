//! Setting a password with a one-time link.
//!
//! To look at the page uses nothing up: programs that preview links look, too.
//! Whoever has set their password is not signed in by it. The link proves who
//! they are for one thing; and signing in shows at once that the new password
//! was kept somewhere.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data, ServiceConfig};
use askama::Template;

use crate::accounts::links::{self, Link};
use crate::accounts::password_choice::choose;
use crate::accounts::throttle::{self, Attempt, Throttled};
use crate::accounts::username_of;
use crate::domain::Interface;
use crate::http::flash::Flash;
use crate::http::{Context, Form, Hashing, Layout, Reply, Request, blocking, error_page, status};
use crate::refusal::{Refusal, read_error};
use crate::workflow::own_account;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        web::resource("/set-password").route(web::get().to(form)).route(web::post().to(submit)),
    );
}

#[derive(Template)]
#[template(path = "set_password.html")]
struct SetPasswordPage {
    layout: Layout,
    username: String,
    link: String,
    problem: Option<String>,
}

async fn form(request: Request, context: Data<Context>) -> HttpResponse {
    context
        .answer(request, None, |store, request| {
            let mut query = request.query_fields()?;
            let link = query.take("link")?.unwrap_or_default();
            let conn = &mut *store.checkout()?;
            let Some(owner) = links::owner(conn, &Link::of(&link)).map_err(read_error)? else {
                return Ok(error_page::link_does_not_work(request));
            };
            let username = username_of(conn, owner).map_err(read_error)?;
            Ok(page(request, StatusCode::OK, link, username, None))
        })
        .await
}

fn page(
    request: &Request,
    status: StatusCode,
    link: String,
    username: String,
    problem: Option<String>,
) -> Reply {
    let layout = Layout::new(request, "Set your password", None);
    let page = SetPasswordPage { layout, username, link, problem };
    Reply::page(status, &page).hiding_its_address()
}

async fn submit(
    request: Request,
    body: Bytes,
    context: Data<Context>,
    hashing: Data<Hashing>,
) -> HttpResponse {
    let answer = match set(&request, &body, &context, &hashing).await {
        Ok(answer) => answer,
        Err(Refusal::NotFound) => error_page::link_does_not_work(&request),
        Err(refusal) => error_page::page(&refusal, &request, None).hiding_its_address(),
    };
    answer.into_response(&context.settings)
}

async fn set(
    request: &Request,
    body: &[u8],
    context: &Context,
    hashing: &Hashing,
) -> Result<Reply, Refusal> {
    let mut fields = Form::parse(body)?;
    let link = fields.require("link")?;
    let typed = fields.require("new_password")?;
    fields.take("username")?;
    fields.finish()?;
    let shown = Link::of(&link);
    let (asked, address) = (shown.clone(), request.address);
    let found = blocking(&context.store, move |store| {
        let conn = &mut *store.checkout()?;
        let attempt = Attempt::Link { address };
        if let Err(throttled) = throttle::count(conn, &attempt).map_err(read_error)? {
            return Ok(Err(throttled));
        }
        let owner = links::owner(conn, &asked).map_err(read_error)?.ok_or(Refusal::NotFound)?;
        Ok(Ok(username_of(conn, owner).map_err(read_error)?))
    })
    .await?;
    let again = |status, username, problem| page(request, status, link, username, Some(problem));
    let username = match found {
        Ok(username) => username,
        Err(Throttled { retry_after }) => {
            let minutes = (retry_after + 59) / 60;
            let problem = format!("There were too many attempts. Please wait {minutes} minutes.");
            let answer = again(StatusCode::TOO_MANY_REQUESTS, String::new(), problem);
            return Ok(answer.retry_after(retry_after));
        }
    };
    let password = match choose(&typed, &[&username]) {
        Ok(password) => password,
        Err(error) => {
            let status = status(&error.clone().into());
            return Ok(again(status, username, error.message));
        }
    };
    let hash = hashing.hash(password).await?;
    let request = request.id;
    blocking(&context.store, move |store| {
        own_account::set_password_by_link(store, Interface::Page, request, &shown, &hash)
    })
    .await?;
    Ok(Reply::see("/sign-in", Some(Flash::PasswordSet)))
}
