//! My account: everybody's password, sessions and tokens.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};
use askama::Template;

use crate::account::proof::{self, Proof};
use crate::accounts::password_choice::choose;
use crate::accounts::sessions::{self, LIFETIME_SECONDS, SessionLine, random_key_of};
use crate::accounts::throttle::Throttled;
use crate::accounts::tokens::{self, Token, TokenLine};
use crate::domain::{
    FieldError, Interface, InvalidInput, NewPassword, NewSession, NewToken, OwnChange, Permission,
    Person, Reason, TokenId, TokenLifetime, TokenName,
};
use crate::http::flash::Flash;
use crate::http::{
    Context, Form, Hashing, KnownBrowser, Layout, Reply, Request, blocking, error_page, status,
};
use crate::permissions;
use crate::refusal::{Refusal, read_error};
use crate::render::filters;
use crate::store::Store;
use crate::workflow::accounts::AccountCall;
use crate::workflow::own_account;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .route("/account", web::get().to(show))
        .route("/account/password", web::post().to(change_password))
        .route("/account/sessions/end-others", web::post().to(end_other_sessions))
        .route("/account/sessions/{number}/end", web::post().to(end_session))
        .route("/account/tokens", web::post().to(make_token))
        .route("/account/tokens/{id}/revoke", web::post().to(revoke_token));
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    layout: Layout,
    person: Person,
    sessions: Vec<SessionLine>,
    tokens: Vec<TokenLine>,
    /// What the person's roles grant, to choose from.
    held: Vec<Permission>,
    /// The token that was just made. It is shown this once.
    made: Option<Token>,
    said: Said,
}

/// What a form said that comes back, and what stands in its way.
#[derive(Default)]
struct Said {
    name: String,
    days: String,
    chosen: Vec<Permission>,
    errors: Vec<FieldError>,
    reasons: Vec<Reason>,
}

impl AccountPage {
    fn problem(&self, field: &str) -> Option<&str> {
        let error = self.said.errors.iter().find(|error| error.field == field);
        error.map(|error| error.message.as_str())
    }

    fn is_chosen(&self, permission: &Permission) -> bool {
        self.said.chosen.contains(permission)
    }

    fn has_others(&self) -> bool {
        self.sessions.iter().any(|session| !session.is_this)
    }
}

async fn show(request: Request, context: Data<Context>) -> HttpResponse {
    context
        .answer(request, None, |store, request| page(store, request, Said::default(), None))
        .await
}

fn page(
    store: &Store,
    request: &Request,
    said: Said,
    made: Option<Token>,
) -> Result<Reply, Refusal> {
    let conn = &mut *store.checkout()?;
    let person = request.viewer(conn)?;
    let this = request.session();
    let sessions = sessions::of_person(conn, person.id, this.as_ref()).map_err(read_error)?;
    let tokens = tokens::of_person(conn, person.id).map_err(read_error)?;
    let is_held = |permission: &Permission| permissions::holds(&person.roles, *permission);
    // Whatever a form was sent to, the page is this one.
    let mut layout = Layout::new(request, "My account", Some(&person));
    layout.move_to("/account");
    let page = AccountPage {
        layout,
        held: Permission::ALL.into_iter().filter(is_held).collect(),
        person,
        sessions,
        tokens,
        made,
        said,
    };
    Ok(Reply::ok(&page))
}

/// Returns the page with what stood in the way of a form, where it can say so.
fn again(store: &Store, request: &Request, refusal: Refusal, said: Said) -> Result<Reply, Refusal> {
    let said = match &refusal {
        Refusal::Input(input) => Said { errors: input.0.clone(), ..said },
        Refusal::Policy(_) => Said { reasons: refusal.reasons(), ..said },
        Refusal::NotSignedIn
        | Refusal::Permission(_)
        | Refusal::NotFound
        | Refusal::Invariant(_)
        | Refusal::Unavailable(_) => return Err(refusal),
    };
    let page = page(store, request, said, None)?;
    Ok(page.with_status(status(&refusal)))
}

fn change(
    store: &Store,
    request: &Request,
    change: &OwnChange,
    shown: Option<&str>,
) -> Result<(), Refusal> {
    let call = AccountCall {
        credential: &request.credential()?,
        interface: Interface::Page,
        request: request.id,
        reason: "",
    };
    own_account::change(store, &call, change, shown)
}

/// Takes a form that was made in this session to the work where it may block.
async fn with_form(
    request: Request,
    body: Bytes,
    context: Data<Context>,
    work: impl FnOnce(&Store, &Request, Form) -> Result<Reply, Refusal> + Send + 'static,
) -> HttpResponse {
    let mut fields = match Form::parse(&body) {
        Ok(fields) => fields,
        Err(input) => {
            return error_page::page(&input.into(), &request, None)
                .into_response(&context.settings);
        }
    };
    context
        .answer(request, Some(fields.clone()), move |store, request| {
            if !request.sent(&fields)? {
                return Ok(error_page::stale_form(request, &fields));
            }
            fields.take("token")?;
            work(store, request, fields)
        })
        .await
}

async fn end_session(
    request: Request,
    path: Path<String>,
    body: Bytes,
    context: Data<Context>,
) -> HttpResponse {
    with_form(request, body, context, move |store, request, fields| {
        fields.finish()?;
        let number = path.parse().map_err(|_| Refusal::NotFound)?;
        after(store, request, &OwnChange::EndSession(number), Flash::SessionsEnded)
    })
    .await
}

async fn end_other_sessions(request: Request, body: Bytes, context: Data<Context>) -> HttpResponse {
    with_form(request, body, context, |store, request, fields| {
        fields.finish()?;
        after(store, request, &OwnChange::EndOtherSessions, Flash::SessionsEnded)
    })
    .await
}

async fn revoke_token(
    request: Request,
    path: Path<String>,
    body: Bytes,
    context: Data<Context>,
) -> HttpResponse {
    with_form(request, body, context, move |store, request, fields| {
        fields.finish()?;
        let id = path.parse().map(TokenId).map_err(|_| Refusal::NotFound)?;
        after(store, request, &OwnChange::RevokeToken(id), Flash::TokenRevoked)
    })
    .await
}

fn after(
    store: &Store,
    request: &Request,
    wanted: &OwnChange,
    flash: Flash,
) -> Result<Reply, Refusal> {
    match change(store, request, wanted, None) {
        Ok(()) => Ok(Reply::see("/account", Some(flash))),
        Err(refusal) => again(store, request, refusal, Said::default()),
    }
}

/// What the form of a new token said.
struct TokenForm {
    name: String,
    days: String,
    chosen: Vec<Permission>,
    password: String,
}

impl TokenForm {
    fn take(fields: &mut Form) -> Result<Self, Refusal> {
        let name = fields.require("name")?;
        let days = fields.require("days")?;
        let password = fields
            .require("password")
            .map_err(|error| FieldError::new("token_password", error.message))?;
        let mut chosen = Vec::new();
        for permission in Permission::ALL {
            if fields.take(permission.as_str())?.is_some() {
                chosen.push(permission);
            }
        }
        fields.take("username")?;
        Ok(Self { name, days, chosen, password })
    }
}

async fn make_token(
    request: Request,
    body: Bytes,
    context: Data<Context>,
    hashing: Data<Hashing>,
) -> HttpResponse {
    let mut fields = match Form::parse(&body) {
        Ok(fields) => fields,
        Err(input) => {
            return error_page::page(&input.into(), &request, None)
                .into_response(&context.settings);
        }
    };
    let typed = fields.clone();
    let checked = match request.sent(&fields) {
        Ok(true) => check_token_form(&request, &mut fields, &context, &hashing).await.map(Some),
        Ok(false) => Ok(None),
        Err(refusal) => Err(refusal),
    };
    context
        .clone()
        .answer(request, Some(typed.clone()), move |store, request| {
            let (form, proof) = match checked {
                Ok(Some(checked)) => checked,
                Ok(None) => return Ok(error_page::stale_form(request, &typed)),
                Err(refusal) => {
                    let kept = |field| typed.peek(field).unwrap_or_default().to_owned();
                    let (name, days) = (kept("name"), kept("days"));
                    return again(store, request, refusal, Said { name, days, ..Said::default() });
                }
            };
            let TokenForm { name, days, chosen, .. } = form;
            let said = |name, days, chosen| Said { name, days, chosen, ..Said::default() };
            let shown = match proof {
                Proof::Checked(shown) => shown,
                Proof::Throttled(Throttled { retry_after }) => {
                    let field = "token_password";
                    return throttled(store, request, field, retry_after, said(name, days, chosen));
                }
            };
            let token = tokens::generate();
            let made = new_token(&name, &days, &chosen, &token).map_err(Refusal::from).and_then(
                |wanted| change(store, request, &OwnChange::MakeToken(wanted), shown.as_deref()),
            );
            match made {
                Ok(()) => page(store, request, Said::default(), Some(token)),
                Err(refusal) => again(store, request, refusal, said(name, days, chosen)),
            }
        })
        .await
}

async fn check_token_form(
    request: &Request,
    fields: &mut Form,
    context: &Context,
    hashing: &Hashing,
) -> Result<(TokenForm, Proof), Refusal> {
    fields.take("token")?;
    let form = TokenForm::take(fields)?;
    std::mem::take(fields).finish()?;
    let proof = proof::check(request, context, hashing, &form.password).await?;
    Ok((form, proof))
}

fn new_token(
    name: &str,
    days: &str,
    chosen: &[Permission],
    token: &Token,
) -> Result<NewToken, InvalidInput> {
    let permissions = (!chosen.is_empty()).then(|| chosen.to_vec());
    match (TokenName::parse(name), TokenLifetime::parse(days)) {
        (Ok(name), Ok(lifetime)) => Ok(NewToken {
            name,
            lifetime,
            permissions,
            beginning: token.beginning(),
            secret: token.hash(),
        }),
        (name, lifetime) => {
            Err(InvalidInput([name.err(), lifetime.err()].into_iter().flatten().collect()))
        }
    }
}

async fn change_password(
    request: Request,
    body: Bytes,
    context: Data<Context>,
    hashing: Data<Hashing>,
    browser: KnownBrowser,
) -> HttpResponse {
    let prepared = prepare(&request, &body, &context, &hashing).await;
    // With the old password, the browser would be unknown from here on.
    let cookie = match (&prepared, request.owner()) {
        (Ok(Prepared::Hashed { new_hash, .. }), Some(owner)) => {
            browser.cookie_for(owner, new_hash, &context.settings)
        }
        _ => None,
    };
    let mut response = context
        .clone()
        .answer(request, None, move |store, request| {
            let owner = request.owner().ok_or(Refusal::NotSignedIn)?;
            match prepared {
                Ok(Prepared::Hashed { new_hash, shown, keeps_tokens }) => {
                    let key = random_key_of(owner);
                    let wanted = new_password(&key, request, new_hash, keeps_tokens);
                    match change(store, request, &wanted, shown.as_deref()) {
                        Ok(()) => {
                            Ok(Reply::see("/account", Some(Flash::PasswordChanged)).beginning(key))
                        }
                        Err(refusal) => again(store, request, refusal, Said::default()),
                    }
                }
                Ok(Prepared::Stale(fields)) => Ok(error_page::stale_form(request, &fields)),
                Ok(Prepared::Throttled(Throttled { retry_after })) => {
                    throttled(store, request, "password", retry_after, Said::default())
                }
                Err(refusal) => again(store, request, refusal, Said::default()),
            }
        })
        .await;
    if let Some(cookie) = cookie.filter(|_| response.status() == StatusCode::SEE_OTHER)
        && let Err(error) = response.add_cookie(&cookie)
    {
        tracing::error!(%error, "a browser could not be remembered");
    }
    response
}

fn new_password(key: &str, request: &Request, hash: String, keeps_tokens: bool) -> OwnChange {
    let session = NewSession {
        id_hash: sessions::SessionId::of(key).stored(),
        device: request.device.clone(),
        lifetime_seconds: LIFETIME_SECONDS,
    };
    OwnChange::Password(NewPassword { hash, session: Some(session), keeps_tokens })
}

/// What is known once the passwords have been looked at.
enum Prepared {
    /// The new one is hashed; `shown` is the hash of the current one, where
    /// that was right.
    Hashed {
        new_hash: String,
        shown: Option<String>,
        keeps_tokens: bool,
    },
    Throttled(Throttled),
    Stale(Form),
}

/// Checks both passwords and hashes the new one.
async fn prepare(
    request: &Request,
    body: &[u8],
    context: &Context,
    hashing: &Hashing,
) -> Result<Prepared, Refusal> {
    let mut fields = Form::parse(body)?;
    if !request.sent(&fields)? {
        return Ok(Prepared::Stale(fields));
    }
    fields.take("token")?;
    let current = fields.require("password")?;
    let new = fields.require("new_password")?;
    let keeps_tokens = fields.take("keep_tokens")?.is_some();
    fields.take("username")?;
    fields.finish()?;
    let asking = request.clone();
    let person =
        blocking(&context.store, move |store| asking.viewer(&mut *store.checkout()?)).await?;
    let new = choose(&new, &[&person.username, &person.display_name])
        .map_err(|error| FieldError::new("new_password", error.message))?;
    let shown = match proof::check(request, context, hashing, &current).await? {
        Proof::Throttled(throttled) => return Ok(Prepared::Throttled(throttled)),
        Proof::Checked(shown) => shown,
    };
    let new_hash = hashing.hash(new).await?;
    Ok(Prepared::Hashed { new_hash, shown, keeps_tokens })
}

fn throttled(
    store: &Store,
    request: &Request,
    field: &'static str,
    retry_after: i32,
    said: Said,
) -> Result<Reply, Refusal> {
    let minutes = (retry_after + 59) / 60;
    let message = format!("There were too many attempts. Please wait {minutes} minutes.");
    let said = Said { errors: vec![FieldError::new(field, message)], ..said };
    let page = page(store, request, said, None)?;
    Ok(page.with_status(StatusCode::TOO_MANY_REQUESTS).retry_after(retry_after))
}
