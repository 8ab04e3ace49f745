//! Signing in and out.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data, ServiceConfig};

use crate::accounts::sessions::{self, random_key_of};
use crate::accounts::throttle::{self, Attempt, Throttled};
use crate::accounts::{SessionId, StoredPassword, stored_password};
use crate::http::flash::Flash;
use crate::http::resume::Carried;
use crate::http::session::KEY;
use crate::http::{
    Context, Form, Hashing, KnownBrowser, Layout, Reply, Request, SignInPage, blocking, error_page,
};
use crate::metrics::{self, SignIn};
use crate::refusal::{Refusal, read_error};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(web::resource("/sign-in").route(web::get().to(form)).route(web::post().to(submit)))
        .route("/sign-out", web::post().to(sign_out));
}

async fn form(mut request: Request, session: Session, context: Data<Context>) -> HttpResponse {
    begin_visit(&mut request, &session);
    context
        .answer(request, None, |store, request| {
            let next = request.query_fields()?.take("next")?.unwrap_or_default();
            let is_signed_in =
                request.owner().is_some() && request.viewer(&mut *store.checkout()?).is_ok();
            if is_signed_in {
                return Ok(Reply::see(local(&next), None));
            }
            Ok(sign_in_page(request, StatusCode::OK, "", &next, None, None))
        })
        .await
}

/// A form needs a session to belong to, before anybody has signed in.
fn begin_visit(request: &mut Request, session: &Session) {
    if let Some(key) = request.begin()
        && let Err(error) = session.insert(KEY, key)
    {
        tracing::error!(%error, "a session could not begin");
    }
}

fn sign_in_page(
    request: &Request,
    status: StatusCode,
    username: &str,
    next: &str,
    problem: Option<String>,
    carried: Option<Carried>,
) -> Reply {
    let layout = Layout::new(request, "Sign in", None);
    let page = SignInPage {
        layout,
        username: username.to_owned(),
        next: next.to_owned(),
        problem,
        carried,
    };
    Reply::page(status, &page)
}

/// What the form said.
struct Typed {
    username: String,
    password: String,
    next: String,
    carried: Option<Carried>,
}

impl Typed {
    fn take(fields: &mut Form) -> Result<Self, Refusal> {
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
    SignedIn { key: String, password: StoredPassword },
    Wrong,
    Throttled(Throttled),
}

async fn submit(
    mut request: Request,
    session: Session,
    body: Bytes,
    context: Data<Context>,
    hashing: Data<Hashing>,
    browser: KnownBrowser,
) -> HttpResponse {
    let parsed = Form::parse(&body).map_err(Refusal::from).and_then(|mut fields| {
        let token = fields.take("token")?.unwrap_or_default();
        let typed = Typed::take(&mut fields)?;
        fields.finish()?;
        Ok((token, typed))
    });
    let (token, typed) = match parsed {
        Ok(parsed) => parsed,
        Err(refusal) => {
            return error_page::page(&refusal, &request, None).into_response(&context.settings);
        }
    };
    // A form from before the cookie was there is served anew.
    let is_ours = request.has_key() && token == request.token();
    begin_visit(&mut request, &session);
    if !is_ours {
        let problem = Some("The form was too old. Please sign in once more.".to_owned());
        let Typed { username, next, carried, .. } = typed;
        return sign_in_page(&request, StatusCode::FORBIDDEN, &username, &next, problem, carried)
            .into_response(&context.settings);
    }
    let attempted =
        attempt(&context, &hashing, &request, &browser, &typed.username, typed.password).await;
    metrics::signed_in(match &attempted {
        Ok(Attempted::SignedIn { .. }) => SignIn::Succeeded,
        Ok(Attempted::Wrong) => SignIn::Wrong,
        Ok(Attempted::Throttled(_)) => SignIn::Throttled,
        Err(_) => SignIn::Failed,
    });
    let mut known = None;
    let answer = match attempted {
        Ok(Attempted::SignedIn { key, password }) => {
            known = browser.cookie_for(password.user, &password.hash, &context.settings);
            session.renew();
            if session.insert(KEY, key.as_str()).is_err() {
                return error_page::defect(request.id).into_response(&context.settings);
            }
            request.begin_with(key);
            match typed.carried {
                // What somebody else wrote is not shown; it waits for them.
                Some(carried) if carried.is_by_another_than(request.owner()) => {
                    error_page::somebody_elses(&request, carried)
                }
                Some(carried) => match carried.resume() {
                    Some(resume) => error_page::go_on(&request, resume),
                    None => Reply::see(local(&typed.next), None),
                },
                None => Reply::see(local(&typed.next), None),
            }
        }
        Ok(Attempted::Wrong) => sign_in_page(
            &request,
            StatusCode::UNAUTHORIZED,
            &typed.username,
            &typed.next,
            Some("The username and password do not belong together.".to_owned()),
            typed.carried,
        ),
        Ok(Attempted::Throttled(Throttled { retry_after })) => sign_in_page(
            &request,
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
        Err(refusal) => error_page::page(&refusal, &request, None),
    };
    let mut response = answer.into_response(&context.settings);
    if let Some(cookie) = known
        && let Err(error) = response.add_cookie(&cookie)
    {
        tracing::error!(%error, "a browser could not be remembered");
    }
    response
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
    context: &Context,
    hashing: &Hashing,
    request: &Request,
    browser: &KnownBrowser,
    username: &str,
    password: String,
) -> Result<Attempted, Refusal> {
    let (address, username) = (request.address, username.trim().to_lowercase());
    let browser = browser.clone();
    let counted = blocking(&context.store, move |store| {
        let conn = &mut *store.checkout()?;
        let found = stored_password(conn, &username).map_err(read_error)?;
        let known = found.as_ref().and_then(|it| browser.name_for(it.user, &it.hash));
        let attempt = match known {
            Some(browser) => Attempt::KnownBrowser(browser),
            None => Attempt::Unknown { username, address },
        };
        let counted = throttle::count(conn, &attempt).map_err(read_error)?;
        Ok(counted.map(|()| (found, attempt)))
    })
    .await?;
    let (found, attempt) = match counted {
        Err(throttled) => return Ok(Attempted::Throttled(throttled)),
        Ok(counted) => counted,
    };
    let hash = found.as_ref().map(|it| it.hash.clone());
    let is_right = hashing.check(password, hash).await?;
    match found {
        Some(password) if is_right => begin_session(context, request, attempt, password).await,
        Some(_) | None => Ok(Attempted::Wrong),
    }
}

async fn begin_session(
    context: &Context,
    request: &Request,
    attempt: Attempt,
    password: StoredPassword,
) -> Result<Attempted, Refusal> {
    let (earlier, device) = (request.session(), request.device.clone());
    blocking(&context.store, move |store| {
        let conn = &mut *store.checkout()?;
        let user = password.user;
        let key = random_key_of(user);
        let begun = sessions::begin(conn, &SessionId::of(&key), user, &password.hash, &device)
            .map_err(read_error)?;
        if !begun {
            return Ok(Attempted::Wrong);
        }
        if let Some(earlier) = earlier {
            sessions::end(conn, &earlier).map_err(read_error)?;
        }
        throttle::take_back(conn, &attempt).map_err(read_error)?;
        tracing::info!(user = user.0, "signed in");
        Ok(Attempted::SignedIn { key, password })
    })
    .await
}

async fn sign_out(
    request: Request,
    session: Session,
    body: Bytes,
    context: Data<Context>,
) -> HttpResponse {
    let fields = Form::parse(&body).unwrap_or_default();
    if !request.sent(&fields).unwrap_or(false) {
        return error_page::stale_form(&request, &fields).into_response(&context.settings);
    }
    let ended = request.session();
    let outcome = blocking(&context.store, move |store| match ended {
        Some(id) => sessions::end(&mut *store.checkout()?, &id).map_err(read_error),
        None => Ok(()),
    })
    .await;
    match outcome {
        Ok(()) => {
            session.purge();
            Reply::see("/", Some(Flash::SignedOut))
                // The cookies stay: one tells that the owner has used this browser.
                .with("clear-site-data", "\"cache\", \"storage\"")
                .into_response(&context.settings)
        }
        Err(refusal) => {
            error_page::page(&refusal, &request, Some(&fields)).into_response(&context.settings)
        }
    }
}
