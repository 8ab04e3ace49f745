//! Signing in and out.

use std::sync::Arc;

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data, ServiceConfig};
use tokio::sync::Semaphore;

use super::answer::Flash;
use super::session::KEY;
use super::{Answer, Fields, Shared, Visit};
use crate::accounts::sessions::random_key_of;
use crate::accounts::sign_in::Throttled;
use crate::accounts::{SessionId, passwords, sessions, sign_in};
use crate::domain::{Password, UserId};
use crate::metrics::{self, SignIn};
use crate::refusal::{Refusal, unreadable};
use crate::responses::{self, Carried, SignInPage};
use crate::store::{Store, Unavailable};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(web::resource("/sign-in").route(web::get().to(form)).route(web::post().to(submit)))
        .route("/sign-out", web::post().to(sign_out));
}

async fn form(mut visit: Visit, session: Session, shared: Data<Shared>) -> HttpResponse {
    begin_visit(&mut visit, &session);
    shared
        .answer(visit, None, |store, visit| {
            let next = visit.query_fields()?.take("next")?.unwrap_or_default();
            let is_signed_in =
                visit.owner().is_some() && visit.viewer(&mut *store.checkout()?).is_ok();
            if is_signed_in {
                return Ok(Answer::see(local(&next), None));
            }
            Ok(sign_in_page(visit, StatusCode::OK, "", &next, None, None))
        })
        .await
}

/// A form needs a session to belong to, before anybody has signed in.
fn begin_visit(visit: &mut Visit, session: &Session) {
    if let Some(key) = visit.begin()
        && let Err(error) = session.insert(KEY, key)
    {
        tracing::error!(%error, "a session could not begin");
    }
}

fn sign_in_page(
    visit: &Visit,
    status: StatusCode,
    username: &str,
    next: &str,
    problem: Option<String>,
    carried: Option<Carried>,
) -> Answer {
    let layout = visit.layout("Sign in", None);
    let page = SignInPage {
        layout,
        username: username.to_owned(),
        next: next.to_owned(),
        problem,
        carried,
    };
    Answer::page(status, &page)
}

/// What the form said.
struct Typed {
    username: String,
    password: String,
    next: String,
    carried: Option<Carried>,
}

impl Typed {
    fn take(fields: &mut Fields) -> Result<Self, Refusal> {
        let username = fields.require("username")?;
        let password = fields.require("password")?;
        let next = fields.take("next")?.unwrap_or_default();
        let carried = fields.take("carried_path")?.zip(fields.take("carried_form")?);
        let writer = fields.take("carried_writer")?.unwrap_or_default();
        Ok(Self {
            username: username.chars().take(100).collect(),
            password: password.chars().take(300).collect(),
            next,
            carried: carried.map(|(path, form)| Carried { path, form, writer }),
        })
    }
}

/// What became of an attempt to sign in.
enum Attempted {
    SignedIn(String),
    Wrong,
    Throttled(Throttled),
}

async fn submit(
    mut visit: Visit,
    session: Session,
    body: Bytes,
    shared: Data<Shared>,
) -> HttpResponse {
    let parsed = Fields::parse(&body).map_err(Refusal::from).and_then(|mut fields| {
        let token = fields.take("token")?.unwrap_or_default();
        let typed = Typed::take(&mut fields)?;
        fields.finish()?;
        Ok((token, typed))
    });
    let (token, typed) = match parsed {
        Ok(parsed) => parsed,
        Err(refusal) => {
            return responses::page(&refusal, &visit, None).into_response(&shared.settings);
        }
    };
    // A form from before the cookie was there is served anew.
    let is_ours = visit.has_key() && token == visit.token();
    begin_visit(&mut visit, &session);
    if !is_ours {
        let problem = Some("The form was too old. Please sign in once more.".to_owned());
        let Typed { username, next, carried, .. } = typed;
        return sign_in_page(&visit, StatusCode::FORBIDDEN, &username, &next, problem, carried)
            .into_response(&shared.settings);
    }
    let attempted = attempt(&shared, &visit, &typed.username, typed.password).await;
    metrics::signed_in(match &attempted {
        Ok(Attempted::SignedIn(_)) => SignIn::Succeeded,
        Ok(Attempted::Wrong) => SignIn::Wrong,
        Ok(Attempted::Throttled(_)) => SignIn::Throttled,
        Err(_) => SignIn::Failed,
    });
    let answer = match attempted {
        Ok(Attempted::SignedIn(key)) => {
            session.renew();
            if session.insert(KEY, key.as_str()).is_err() {
                return responses::defect(visit.request).into_response(&shared.settings);
            }
            visit.begin_with(key);
            match typed.carried {
                // What somebody else wrote is not shown; it waits for them.
                Some(carried) if carried.is_by_another_than(visit.owner()) => {
                    responses::somebody_elses(&visit, carried)
                }
                Some(carried) => match carried.resume() {
                    Some(resume) => responses::go_on(&visit, resume),
                    None => Answer::see(local(&typed.next), None),
                },
                None => Answer::see(local(&typed.next), None),
            }
        }
        Ok(Attempted::Wrong) => sign_in_page(
            &visit,
            StatusCode::UNAUTHORIZED,
            &typed.username,
            &typed.next,
            Some("The username and password do not belong together.".to_owned()),
            typed.carried,
        ),
        Ok(Attempted::Throttled(Throttled { retry_after })) => sign_in_page(
            &visit,
            StatusCode::TOO_MANY_REQUESTS,
            &typed.username,
            &typed.next,
            Some(format!(
                "There were too many attempts. Please wait {} minutes.",
                (retry_after + 59) / 60
            )),
            typed.carried,
        )
        .retry_after(retry_after),
        Err(refusal) => responses::page(&refusal, &visit, None),
    };
    answer.into_response(&shared.settings)
}

/// Returns the page to go on to: one of ours, or the desk.
fn local(next: &str) -> String {
    let is_local = next.starts_with('/') && !next.starts_with("//") && !next.contains('\\');
    let is_plain = next.bytes().all(|byte| byte.is_ascii_graphic());
    if is_local && is_plain { next.to_owned() } else { "/desk".to_owned() }
}

/// Counts the attempt, checks the password, begins the session. An unknown
/// name takes the same steps and the same time as a wrong password.
async fn attempt(
    shared: &Shared,
    visit: &Visit,
    username: &str,
    password: String,
) -> Result<Attempted, Refusal> {
    let (address, name) = (visit.address, username.trim().to_lowercase());
    let found = blocking(&shared.store, move |store| {
        let conn = &mut *store.checkout()?;
        match sign_in::count_attempt(conn, &name, address).map_err(unreadable)? {
            Err(throttled) => Ok(Err(throttled)),
            Ok(()) => Ok(Ok(sign_in::find_hash(conn, &name).map_err(unreadable)?)),
        }
    })
    .await?;
    let account = match found {
        Err(throttled) => return Ok(Attempted::Throttled(throttled)),
        Ok(account) => account,
    };
    let hash = account.as_ref().map(|(_, hash)| hash.clone());
    let is_right = check(&shared.hashing, password, hash).await?;
    match account {
        Some((user, hash)) if is_right => begin_session(shared, visit, username, user, hash).await,
        Some(_) | None => Ok(Attempted::Wrong),
    }
}

/// Returns whether the password is the one that was hashed, once there is room
/// to check it.
pub(super) async fn check(
    hashing: &Arc<Semaphore>,
    password: String,
    hash: Option<String>,
) -> Result<bool, Refusal> {
    let permit = tokio::time::timeout(std::time::Duration::from_secs(5), hashing.acquire())
        .await
        .map_err(|_| Unavailable::Busy)?
        .map_err(|_| Unavailable::Busy)?;
    let is_right = web::block(move || passwords::verify(&password, hash.as_deref())).await;
    drop(permit);
    Ok(is_right.unwrap_or(false))
}

/// Returns the hash of a password, once there is room to make it.
pub(super) async fn hash(hashing: &Arc<Semaphore>, password: Password) -> Result<String, Refusal> {
    let permit = tokio::time::timeout(std::time::Duration::from_secs(5), hashing.acquire())
        .await
        .map_err(|_| Unavailable::Busy)?
        .map_err(|_| Unavailable::Busy)?;
    let hash = web::block(move || passwords::hash(&password)).await;
    drop(permit);
    match hash {
        Ok(Ok(hash)) => Ok(hash),
        Ok(Err(error)) => {
            tracing::error!(%error, "a password could not be hashed");
            Err(Unavailable::Busy.into())
        }
        Err(_) => Err(Unavailable::Busy.into()),
    }
}

async fn begin_session(
    shared: &Shared,
    visit: &Visit,
    username: &str,
    user: UserId,
    hash: String,
) -> Result<Attempted, Refusal> {
    let (address, name) = (visit.address, username.trim().to_lowercase());
    let (earlier, device) = (visit.session(), visit.device.clone());
    blocking(&shared.store, move |store| {
        let conn = &mut *store.checkout()?;
        let key = random_key_of(user);
        let begun = sessions::begin(conn, &SessionId::of(&key), user, &hash, &device)
            .map_err(unreadable)?;
        if !begun {
            return Ok(Attempted::Wrong);
        }
        if let Some(earlier) = earlier {
            sessions::end(conn, &earlier).map_err(unreadable)?;
        }
        sign_in::forgive(conn, &name, address).map_err(unreadable)?;
        tracing::info!(user = user.0, "signed in");
        Ok(Attempted::SignedIn(key))
    })
    .await
}

/// Does work where it may block.
pub(super) async fn blocking<T: Send + 'static>(
    store: &Store,
    work: impl FnOnce(&Store) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let store = store.clone();
    web::block(move || work(&store)).await.unwrap_or(Err(Unavailable::NoConnection.into()))
}

async fn sign_out(
    visit: Visit,
    session: Session,
    body: Bytes,
    shared: Data<Shared>,
) -> HttpResponse {
    let fields = Fields::parse(&body).unwrap_or_default();
    if !visit.sent(&fields).unwrap_or(false) {
        return responses::stale_form(&visit, &fields).into_response(&shared.settings);
    }
    let ended = visit.session();
    let outcome = blocking(&shared.store, move |store| match ended {
        Some(id) => sessions::end(&mut *store.checkout()?, &id).map_err(unreadable),
        None => Ok(()),
    })
    .await;
    match outcome {
        Ok(()) => {
            session.purge();
            Answer::see("/", Some(Flash::SignedOut)).into_response(&shared.settings)
        }
        Err(refusal) => {
            responses::page(&refusal, &visit, Some(&fields)).into_response(&shared.settings)
        }
    }
}
