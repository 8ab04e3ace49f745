//! Setting a password with a one-time link.
//!
//! Loading the page does not use the link up, because programs that preview links
//! load it too. Setting the password does not sign the person in: signing in shows
//! that the new password was written down or stored.

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data};
use askama::Template;

use crate::accounts::byline_of;
use crate::accounts::links::{self, Link};
use crate::accounts::password_choice::choose;
use crate::accounts::throttle::{self, SignInAttempt};
use crate::domain::{Byline, Interface};
use crate::http::flash::Flash;
use crate::http::{Context, Form, Hashing, Layout, Reply, Request, Site, Work, error_page};
use crate::refusal::Refusal;
use crate::store::Store;
use crate::workflow::own_account;

#[derive(Template)]
#[template(path = "set_password.html")]
struct SetPasswordPage {
    layout: Layout,
    username: String,
    link: String,
    problem: Option<String>,
}

impl SetPasswordPage {
    fn new(request: &Request, link: String, username: String, problem: Option<String>) -> Self {
        Self { layout: Layout::new(request, "Set your password", None), username, link, problem }
    }

    fn reply(&self) -> Reply {
        Reply::ok(self).hiding_its_address()
    }
}

pub(super) fn show(store: &Store, request: &Request) -> Result<Reply, Refusal> {
    let link = request.query_fields()?.take("link")?.unwrap_or_default();
    let conn = &mut *store.checkout()?;
    let Some(owner) = links::owner(conn, &Link::of(&link))? else {
        return Ok(error_page::link_does_not_work(request));
    };
    let Byline { username, .. } = byline_of(conn, owner)?;
    Ok(SetPasswordPage::new(request, link, username, None).reply())
}

pub(super) async fn submit(
    request: Request,
    body: Bytes,
    context: Data<Context>,
    hashing: Data<Hashing>,
) -> HttpResponse {
    let reply = match set(&request, &body, &context, &hashing).await {
        Ok(reply) => reply,
        Err(Refusal::NotFound) => error_page::link_does_not_work(&request),
        Err(refusal) => error_page::page(&refusal, &request, None).hiding_its_address(),
    };
    reply.into_response(&context.settings)
}

async fn set(
    request: &Request,
    body: &[u8],
    context: &Context,
    hashing: &Hashing,
) -> Result<Reply, Refusal> {
    let (secret, password) = Form::parse(body)?.read(fields)?;
    let link = Link::of(&secret);
    let (shown, network) = (link.clone(), request.network);
    let admission = context.admit(request, Work::Short).await?;
    let found = admission.step(move |store| {
        let conn = &mut *store.checkout()?;
        let attempt = SignInAttempt::Link { network };
        if let Err(throttled) = throttle::count(conn, &attempt)? {
            return Ok(Err(throttled));
        }
        let owner = links::owner(conn, &shown)?.ok_or(Refusal::NotFound)?;
        Ok(Ok(byline_of(conn, owner)?))
    });
    let Byline { username, name, .. } = match found.await? {
        Ok(byline) => byline,
        Err(throttled) => {
            let problem = throttled.to_string();
            let page = SetPasswordPage::new(request, secret, String::new(), Some(problem));
            return Ok(page.reply().throttled(&throttled));
        }
    };
    let Site { name: site, url, .. } = &*context.settings.site;
    let password = match choose(&password, &[&username, &name, site, url]) {
        Ok(password) => password,
        Err(error) => {
            let problem = Some(error.message.clone());
            let page = SetPasswordPage::new(request, secret, username, problem);
            return Ok(page.reply().with_refusal(&error.into()));
        }
    };
    let hash = hashing.hash(password).await?;
    let id = request.id;
    let set = admission.step(move |store| {
        own_account::set_password_by_link(store, Interface::Page, id, &link, &hash)
    });
    set.await?;
    Ok(Reply::see("/sign-in", Some(Flash::PasswordSet)))
}

fn fields(form: &mut Form) -> Result<(String, String), Refusal> {
    let fields = (form.require("link")?, form.require("new_password")?);
    // For password managers, which save the name with the password.
    form.take("username")?;
    Ok(fields)
}
