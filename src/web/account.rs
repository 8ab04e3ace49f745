//! My account: everybody's password, sessions and tokens.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};
use askama::Template;

use super::answer::Flash;
use super::layout::filters;
use super::sign_in::{blocking, check, hash};
use super::{Answer, Fields, Layout, Shared, Visit};
use crate::accounts::changes::{self, AccountCall};
use crate::accounts::sessions::{self, LIFETIME_SECONDS, SessionLine, random_key_of};
use crate::accounts::sign_in::{self, Throttled};
use crate::accounts::tokens::{self, Token, TokenLine};
use crate::domain::{
    FieldError, Interface, InvalidInput, NewPassword, NewSession, NewToken, OwnChange, Password,
    Permission, Person, Reason, TokenId, TokenLifetime, TokenName,
};
use crate::permissions;
use crate::refusal::{Refusal, unreadable};
use crate::responses;
use crate::store::Store;

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

async fn show(visit: Visit, shared: Data<Shared>) -> HttpResponse {
    shared.answer(visit, None, |store, visit| page(store, visit, Said::default(), None)).await
}

fn page(store: &Store, visit: &Visit, said: Said, made: Option<Token>) -> Result<Answer, Refusal> {
    let conn = &mut *store.checkout()?;
    let person = visit.viewer(conn)?;
    let this = visit.session();
    let sessions = sessions::of_person(conn, person.id, this.as_ref()).map_err(unreadable)?;
    let tokens = tokens::of_person(conn, person.id).map_err(unreadable)?;
    let is_held = |permission: &Permission| permissions::holds(&person.roles, *permission);
    // Whatever a form was sent to, the page is this one.
    let mut layout = visit.layout("My account", Some(&person));
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
    Ok(Answer::ok(&page))
}

/// Returns the page with what stood in the way of a form, where it can say so.
fn again(store: &Store, visit: &Visit, refusal: Refusal, said: Said) -> Result<Answer, Refusal> {
    let said = match &refusal {
        Refusal::Input(input) => Said { errors: input.0.clone(), ..said },
        Refusal::Policy(_) => Said { reasons: refusal.reasons(), ..said },
        Refusal::NotSignedIn
        | Refusal::Permission(_)
        | Refusal::NotFound
        | Refusal::Invariant(_)
        | Refusal::Unavailable(_) => return Err(refusal),
    };
    let page = page(store, visit, said, None)?;
    Ok(page.with_status(responses::status(&refusal)))
}

fn change(
    store: &Store,
    visit: &Visit,
    change: &OwnChange,
    shown: Option<&str>,
) -> Result<(), Refusal> {
    let call = AccountCall {
        credential: &visit.credential()?,
        interface: Interface::Page,
        request: visit.request,
        reason: "",
    };
    changes::change_own(store, &call, change, shown)
}

/// Takes a form that was made in this session to the work where it may block.
async fn with_form(
    visit: Visit,
    body: Bytes,
    shared: Data<Shared>,
    work: impl FnOnce(&Store, &Visit, Fields) -> Result<Answer, Refusal> + Send + 'static,
) -> HttpResponse {
    let mut fields = match Fields::parse(&body) {
        Ok(fields) => fields,
        Err(input) => {
            return responses::page(&input.into(), &visit, None).into_response(&shared.settings);
        }
    };
    shared
        .answer(visit, Some(fields.clone()), move |store, visit| {
            if !visit.sent(&fields)? {
                return Ok(responses::stale_form(visit, &fields));
            }
            fields.take("token")?;
            work(store, visit, fields)
        })
        .await
}

async fn end_session(
    visit: Visit,
    path: Path<String>,
    body: Bytes,
    shared: Data<Shared>,
) -> HttpResponse {
    with_form(visit, body, shared, move |store, visit, fields| {
        fields.finish()?;
        let number = path.parse().map_err(|_| Refusal::NotFound)?;
        after(store, visit, &OwnChange::EndSession(number), Flash::SessionsEnded)
    })
    .await
}

async fn end_other_sessions(visit: Visit, body: Bytes, shared: Data<Shared>) -> HttpResponse {
    with_form(visit, body, shared, |store, visit, fields| {
        fields.finish()?;
        after(store, visit, &OwnChange::EndOtherSessions, Flash::SessionsEnded)
    })
    .await
}

async fn revoke_token(
    visit: Visit,
    path: Path<String>,
    body: Bytes,
    shared: Data<Shared>,
) -> HttpResponse {
    with_form(visit, body, shared, move |store, visit, fields| {
        fields.finish()?;
        let id = path.parse().map(TokenId).map_err(|_| Refusal::NotFound)?;
        after(store, visit, &OwnChange::RevokeToken(id), Flash::TokenRevoked)
    })
    .await
}

fn after(
    store: &Store,
    visit: &Visit,
    wanted: &OwnChange,
    flash: Flash,
) -> Result<Answer, Refusal> {
    match change(store, visit, wanted, None) {
        Ok(()) => Ok(Answer::see("/account", Some(flash))),
        Err(refusal) => again(store, visit, refusal, Said::default()),
    }
}

async fn make_token(visit: Visit, body: Bytes, shared: Data<Shared>) -> HttpResponse {
    with_form(visit, body, shared, |store, visit, mut fields| {
        let name = fields.require("name")?;
        let days = fields.require("days")?;
        let mut chosen = Vec::new();
        for permission in Permission::ALL {
            if fields.take(permission.codename())?.is_some() {
                chosen.push(permission);
            }
        }
        fields.finish()?;
        let token = tokens::generate();
        let made = new_token(&name, &days, &chosen, &token)
            .map_err(Refusal::from)
            .and_then(|wanted| change(store, visit, &OwnChange::MakeToken(wanted), None));
        match made {
            Ok(()) => page(store, visit, Said::default(), Some(token)),
            Err(refusal) => {
                again(store, visit, refusal, Said { name, days, chosen, ..Said::default() })
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

async fn change_password(visit: Visit, body: Bytes, shared: Data<Shared>) -> HttpResponse {
    let prepared = prepare(&visit, &body, &shared).await;
    shared
        .clone()
        .answer(visit, None, move |store, visit| {
            let (new_hash, shown) = match prepared {
                Ok(Prepared::Hashed { new_hash, shown }) => (new_hash, shown),
                Ok(Prepared::Stale(fields)) => return Ok(responses::stale_form(visit, &fields)),
                Ok(Prepared::Throttled(Throttled { retry_after })) => {
                    return throttled(store, visit, retry_after);
                }
                Err(refusal) => return again(store, visit, refusal, Said::default()),
            };
            let key = random_key_of(visit.owner().ok_or(Refusal::NotSignedIn)?);
            let session = NewSession {
                id_hash: sessions::SessionId::of(&key).stored(),
                device: visit.device.clone(),
                lifetime_seconds: LIFETIME_SECONDS,
            };
            let wanted =
                OwnChange::Password(NewPassword { hash: new_hash, session: Some(session) });
            match change(store, visit, &wanted, shown.as_deref()) {
                Ok(()) => {
                    let answer = Answer::see("/account", Some(Flash::PasswordChanged));
                    Ok(answer.beginning(key))
                }
                Err(refusal) => again(store, visit, refusal, Said::default()),
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
    Stale(Fields),
}

/// Looks at both passwords, which takes its time and a place of its own. A
/// guess counts like one at signing in: who found a browser open has as few.
async fn prepare(visit: &Visit, body: &[u8], shared: &Shared) -> Result<Prepared, Refusal> {
    let mut fields = Fields::parse(body)?;
    if !visit.sent(&fields)? {
        return Ok(Prepared::Stale(fields));
    }
    fields.take("token")?;
    let current = fields.require("password")?;
    let new = fields.require("new_password")?;
    fields.take("username")?;
    fields.finish()?;
    let new =
        Password::parse(&new).map_err(|error| FieldError::new("new_password", error.message))?;
    let asking = visit.clone();
    let found = blocking(&shared.store, move |store| {
        let conn = &mut *store.checkout()?;
        let name = asking.viewer(conn)?.username;
        match sign_in::count_attempt(conn, &name, asking.address).map_err(unreadable)? {
            Err(throttled) => Ok(Err(throttled)),
            Ok(()) => {
                let found = sign_in::find_hash(conn, &name).map_err(unreadable)?;
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
    let is_right = check(&shared.hashing, current, stored.clone()).await?;
    if is_right {
        let address = visit.address;
        blocking(&shared.store, move |store| {
            sign_in::forgive(&mut *store.checkout()?, &name, address).map_err(unreadable)
        })
        .await?;
    }
    let new_hash = hash(&shared.hashing, new).await?;
    Ok(Prepared::Hashed { new_hash, shown: stored.filter(|_| is_right) })
}

fn throttled(store: &Store, visit: &Visit, retry_after: i32) -> Result<Answer, Refusal> {
    let minutes = (retry_after + 59) / 60;
    let message = format!("There were too many attempts. Please wait {minutes} minutes.");
    let said = Said { errors: vec![FieldError::new("password", message)], ..Said::default() };
    let page = page(store, visit, said, None)?;
    Ok(page.with_status(StatusCode::TOO_MANY_REQUESTS).retry_after(retry_after))
}
