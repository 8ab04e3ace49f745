//! My account: everybody's password, sessions and tokens.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};
use askama::Template;

use crate::accounts::sessions::{self, LIFETIME_SECONDS, SessionLine, random_key_of};
use crate::accounts::sign_in::{self, Throttled};
use crate::accounts::tokens::{self, Token, TokenLine};
use crate::domain::{
    FieldError, Interface, InvalidInput, NewPassword, NewSession, NewToken, OwnChange, Password,
    Permission, Person, Reason, TokenId, TokenLifetime, TokenName,
};
use crate::http::flash::Flash;
use crate::http::{Context, Form, Hashing, Layout, Reply, Request, blocking, error_page, status};
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

async fn make_token(request: Request, body: Bytes, context: Data<Context>) -> HttpResponse {
    with_form(request, body, context, |store, request, mut fields| {
        let name = fields.require("name")?;
        let days = fields.require("days")?;
        let mut chosen = Vec::new();
        for permission in Permission::ALL {
            if fields.take(permission.as_str())?.is_some() {
                chosen.push(permission);
            }
        }
        fields.finish()?;
        let token = tokens::generate();
        let made = new_token(&name, &days, &chosen, &token)
            .map_err(Refusal::from)
            .and_then(|wanted| change(store, request, &OwnChange::MakeToken(wanted), None));
        match made {
            Ok(()) => page(store, request, Said::default(), Some(token)),
            Err(refusal) => {
                again(store, request, refusal, Said { name, days, chosen, ..Said::default() })
            }
        }
    })
    .await
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
) -> HttpResponse {
    let prepared = prepare(&request, &body, &context, &hashing).await;
    context
        .clone()
        .answer(request, None, move |store, request| {
            let (new_hash, shown) = match prepared {
                Ok(Prepared::Hashed { new_hash, shown }) => (new_hash, shown),
                Ok(Prepared::Stale(fields)) => return Ok(error_page::stale_form(request, &fields)),
                Ok(Prepared::Throttled(Throttled { retry_after })) => {
                    return throttled(store, request, retry_after);
                }
                Err(refusal) => return again(store, request, refusal, Said::default()),
            };
            let key = random_key_of(request.owner().ok_or(Refusal::NotSignedIn)?);
            let session = NewSession {
                id_hash: sessions::SessionId::of(&key).stored(),
                device: request.device.clone(),
                lifetime_seconds: LIFETIME_SECONDS,
            };
            let wanted =
                OwnChange::Password(NewPassword { hash: new_hash, session: Some(session) });
            match change(store, request, &wanted, shown.as_deref()) {
                Ok(()) => {
                    let answer = Reply::see("/account", Some(Flash::PasswordChanged));
                    Ok(answer.beginning(key))
                }
                Err(refusal) => again(store, request, refusal, Said::default()),
            }
        })
        .await
}

/// What is known once the passwords have been looked at.
enum Prepared {
    /// The new one is hashed; `shown` is the hash of the current one, where
    /// that was right.
    Hashed {
        new_hash: String,
        shown: Option<String>,
    },
    Throttled(Throttled),
    Stale(Form),
}

/// Looks at both passwords, which takes its time and a place of its own. A
/// guess counts like one at signing in: who found a browser open has as few.
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
    fields.take("username")?;
    fields.finish()?;
    let new =
        Password::parse(&new).map_err(|error| FieldError::new("new_password", error.message))?;
    let asking = request.clone();
    let found = blocking(&context.store, move |store| {
        let conn = &mut *store.checkout()?;
        let name = asking.viewer(conn)?.username;
        match sign_in::count_attempt(conn, &name, asking.address).map_err(read_error)? {
            Err(throttled) => Ok(Err(throttled)),
            Ok(()) => {
                let found = sign_in::find_hash(conn, &name).map_err(read_error)?;
                Ok(Ok((name, found.map(|(_, hash)| hash))))
            }
        }
    })
    .await?;
    let (name, stored) = match found {
        Err(throttled) => return Ok(Prepared::Throttled(throttled)),
        Ok(found) => found,
    };
    let current: String = current.chars().take(300).collect();
    let is_right = hashing.check(current, stored.clone()).await?;
    if is_right {
        let address = request.address;
        blocking(&context.store, move |store| {
            sign_in::forgive(&mut *store.checkout()?, &name, address).map_err(read_error)
        })
        .await?;
    }
    let new_hash = hashing.hash(new).await?;
    Ok(Prepared::Hashed { new_hash, shown: stored.filter(|_| is_right) })
}

fn throttled(store: &Store, request: &Request, retry_after: i32) -> Result<Reply, Refusal> {
    let minutes = (retry_after + 59) / 60;
    let message = format!("There were too many attempts. Please wait {minutes} minutes.");
    let said = Said { errors: vec![FieldError::new("password", message)], ..Said::default() };
    let page = page(store, request, said, None)?;
    Ok(page.with_status(StatusCode::TOO_MANY_REQUESTS).retry_after(retry_after))
}
