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

use super::answer::Flash;
use super::sign_in::{blocking, hash};
use super::{Answer, Fields, Layout, Shared, Visit};
use crate::accounts::changes;
use crate::accounts::links::{self, Link};
use crate::accounts::sign_in::{Throttled, count_nameless_attempt};
use crate::accounts::whose_account;
use crate::domain::{Interface, Password};
use crate::refusal::{Refusal, unreadable};
use crate::responses;

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

async fn form(visit: Visit, shared: Data<Shared>) -> HttpResponse {
    shared
        .answer(visit, None, |store, visit| {
            let mut query = visit.query_fields()?;
            let link = query.take("link")?.unwrap_or_default();
            let conn = &mut *store.checkout()?;
            let Some(owner) = links::whose(conn, &Link::of(&link)).map_err(unreadable)? else {
                return Ok(responses::link_does_not_work(visit));
            };
            let username = whose_account(conn, owner).map_err(unreadable)?;
            Ok(page(visit, StatusCode::OK, link, username, None))
        })
        .await
}

fn page(
    visit: &Visit,
    status: StatusCode,
    link: String,
    username: String,
    problem: Option<String>,
) -> Answer {
    let layout = visit.layout("Set your password", None);
    let page = SetPasswordPage { layout, username, link, problem };
    Answer::page(status, &page).hiding_its_address()
}

async fn submit(visit: Visit, body: Bytes, shared: Data<Shared>) -> HttpResponse {
    let answer = match set(&visit, &body, &shared).await {
        Ok(answer) => answer,
        Err(Refusal::NotFound) => responses::link_does_not_work(&visit),
        Err(refusal) => responses::page(&refusal, &visit, None).hiding_its_address(),
    };
    answer.into_response(&shared.settings)
}

async fn set(visit: &Visit, body: &[u8], shared: &Shared) -> Result<Answer, Refusal> {
    let mut fields = Fields::parse(body)?;
    let link = fields.require("link")?;
    let typed = fields.require("new_password")?;
    fields.take("username")?;
    fields.finish()?;
    let shown = Link::of(&link);
    let (asked, address) = (shown.clone(), visit.address);
    let found = blocking(&shared.store, move |store| {
        let conn = &mut *store.checkout()?;
        if let Err(throttled) = count_nameless_attempt(conn, address).map_err(unreadable)? {
            return Ok(Err(throttled));
        }
        let owner = links::whose(conn, &asked).map_err(unreadable)?.ok_or(Refusal::NotFound)?;
        Ok(Ok(whose_account(conn, owner).map_err(unreadable)?))
    })
    .await?;
    let again = |status, username, problem| page(visit, status, link, username, Some(problem));
    let username = match found {
        Ok(username) => username,
        Err(Throttled { retry_after }) => {
            let minutes = (retry_after + 59) / 60;
            let problem = format!("There were too many attempts. Please wait {minutes} minutes.");
            let answer = again(StatusCode::TOO_MANY_REQUESTS, String::new(), problem);
            return Ok(answer.retry_after(retry_after));
        }
    };
    let password = match Password::parse(&typed) {
        Ok(password) => password,
        Err(error) => {
            let status = responses::status(&error.clone().into());
            return Ok(again(status, username, error.message));
        }
    };
    let hash = hash(&shared.hashing, password).await?;
    let request = visit.request;
    blocking(&shared.store, move |store| {
        changes::set_password_by_link(store, Interface::Page, request, &shown, &hash)
    })
    .await?;
    Ok(Answer::see("/sign-in", Some(Flash::PasswordSet)))
}
