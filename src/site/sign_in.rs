//! Signs people in: shows the form, counts the attempts, checks the password and begins
//! the session.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data};

use crate::accounts::sessions::{self, random_key_of};
use crate::accounts::throttle::{self, SignInAttempt, Throttled};
use crate::accounts::{SessionId, StoredPassword, stored_password};
use crate::http::error_kind::{STALE_SIGN_IN, THROTTLED, WRONG_PASSWORD};
use crate::http::kept_form::CarriedForm;
use crate::http::session::KEY;
use crate::http::{
    Admission, Client, Context, ErrorKind, Form, Hashing, KnownBrowser, Layout, Reply, Request,
    SignInPage, Work, error_page, kept_form_page,
};
use crate::metrics::{self, SignIn};
use crate::refusal::Refusal;
use crate::store::Store;

pub(super) async fn show(
    mut request: Request,
    session: Session,
    context: Data<Context>,
) -> HttpResponse {
    begin_session_if_none(&mut request, &session);
    if request.owner().is_none() {
        // It needs no turn.
        let reply = form(&request).unwrap_or_else(|why| error_page::page(&why, &request, None));
        return reply.to(&request).into_response(&context.settings);
    }
    context
        .page(Work::Short, request, |store, request| {
            match request.load_viewer(&mut *store.checkout()?) {
                Ok(_) => Ok(Reply::see(local(&next(request)?), None)),
                Err(_) => form(request),
            }
        })
        .await
}

/// Returns the address to continue to.
fn next(request: &Request) -> Result<String, Refusal> {
    Ok(request.query_fields()?.take("next")?.unwrap_or_default())
}

/// Returns the empty form.
fn form(request: &Request) -> Result<Reply, Refusal> {
    let fields = Fields { next: next(request)?, ..Fields::default() };
    Ok(Reply::ok(&fields.page(request, None)))
}

/// Begins a session before anyone has signed in: the form needs one to belong to.
fn begin_session_if_none(request: &mut Request, session: &Session) {
    if let Some(key) = request.begin()
        && let Err(error) = session.insert(KEY, key)
    {
        tracing::error!(%error, "a session could not be started");
    }
}

#[derive(Default)]
struct Fields {
    token: String,
    username: String,
    password: String,
    /// The address to continue to.
    next: String,
    /// The form to send after signing in.
    carried: Option<CarriedForm>,
}

impl Fields {
    fn take(form: &mut Form) -> Result<Self, Refusal> {
        let token = form.take("token")?.unwrap_or_default();
        let username = form.require("username")?;
        let password = form.require("password")?;
        let next = form.take("next")?.unwrap_or_default();
        let carried = form.take("carried_path")?.zip(form.take("carried_form")?);
        let author = form.take("carried_author")?.unwrap_or_default();
        Ok(Self {
            token,
            username: username.chars().take(100).collect(),
            password: password.chars().take(300).collect(),
            next,
            carried: carried.map(|(path, fields)| CarriedForm { path, fields, author }),
        })
    }

    /// Returns the page with everything but the password filled in.
    fn page(self, request: &Request, problem: Option<String>) -> SignInPage {
        SignInPage {
            layout: Layout::new(request, "Sign in", None),
            username: self.username,
            next: self.next,
            problem,
            carried: self.carried,
        }
    }
}

pub(super) async fn submit(
    mut request: Request,
    session: Session,
    body: Bytes,
    context: Data<Context>,
    hashing: Data<Hashing>,
    browser: KnownBrowser,
) -> HttpResponse {
    let fields = Form::parse(&body).map_err(Refusal::from);
    let (reply, signed_in) = match fields.and_then(|form| form.read(Fields::take)) {
        Ok(fields) => reply(&mut request, &session, fields, (&context, &hashing), &browser).await,
        Err(refusal) => (error_page::page(&refusal, &request, None), None),
    };
    let mut response = reply.into_response(&context.settings);
    if let Some(StoredPassword { user, hash }) = signed_in {
        browser.remember(user, &hash, &context.settings, &mut response);
    }
    response
}

/// Returns the reply and, after a success, the password that was right.
async fn reply(
    request: &mut Request,
    session: &Session,
    fields: Fields,
    (context, hashing): (&Context, &Hashing),
    browser: &KnownBrowser,
) -> (Reply, Option<StoredPassword>) {
    let has_token = request.has_key() && fields.token == request.token();
    begin_session_if_none(request, session);
    if !has_token {
        // The form may be older than the cookie: the page comes with a new token.
        return (
            shown(context, request, fields, STALE_SIGN_IN, STALE_SIGN_IN.lead.to_owned()).await,
            None,
        );
    }
    let attempted = attempt(context, hashing, request, browser, &fields).await;
    metrics::signed_in(match &attempted {
        Ok(SignInOutcome::SignedIn { .. }) => SignIn::Succeeded,
        Ok(SignInOutcome::Wrong) => SignIn::Wrong,
        Ok(SignInOutcome::Throttled(_)) => SignIn::Throttled,
        Err(_) => SignIn::Failed,
    });
    let reply = match attempted {
        Ok(SignInOutcome::SignedIn { key, password }) => {
            session.renew();
            if session.insert(KEY, key.as_str()).is_err() {
                return (error_page::defect(request.id), None);
            }
            request.begin_with(key);
            return (go_on(request, fields), Some(password));
        }
        Ok(SignInOutcome::Wrong) => {
            shown(context, request, fields, WRONG_PASSWORD, WRONG_PASSWORD.lead.to_owned()).await
        }
        Ok(SignInOutcome::Throttled(throttled)) => {
            let page = shown(context, request, fields, THROTTLED, throttled.to_string()).await;
            page.retry_after(throttled.retry_after)
        }
        Err(refusal) => error_page::page(&refusal, request, None),
    };
    (reply, None)
}

/// Returns the page with a problem. A form that waits may be long: it is rendered in turn.
async fn shown(
    context: &Context,
    request: &Request,
    fields: Fields,
    kind: ErrorKind,
    problem: String,
) -> Reply {
    if fields.carried.is_none() {
        return Reply::error(kind, &fields.page(request, Some(problem)));
    }
    let client = Client::SignIn(request.network);
    let page = match context.admissions.admit_client(client, request.id, Work::Text).await {
        Ok(admission) => {
            let request = request.clone();
            let page = move || Reply::error(kind, &fields.page(&request, Some(problem)));
            admission.step(move |_| Ok(page())).await
        }
        Err(refusal) => Err(refusal),
    };
    page.unwrap_or_else(|refusal| error_page::page(&refusal, request, None))
}

/// Returns the page after signing in: the form that waited, or the next page.
fn go_on(request: &Request, fields: Fields) -> Reply {
    match fields.carried {
        Some(carried) if carried.is_by_another_than(request.owner()) => {
            kept_form_page::other_account(request, carried)
        }
        Some(carried) => match carried.resume() {
            Some(form) => kept_form_page::welcome_back(request, form),
            None => Reply::see(local(&fields.next), None),
        },
        None => Reply::see(local(&fields.next), None),
    }
}

/// Returns the address if it is one of this site, or else that of the desk.
fn local(next: &str) -> String {
    let is_local = next.starts_with('/') && !next.starts_with("//") && !next.contains('\\');
    let is_plain = next.bytes().all(|byte| byte.is_ascii_graphic());
    if is_local && is_plain { next.to_owned() } else { "/desk".to_owned() }
}

enum SignInOutcome {
    SignedIn {
        /// The secret id of the new session.
        key: String,
        password: StoredPassword,
    },
    Wrong,
    Throttled(Throttled),
}

/// Counts the attempt, checks the password and begins the session. An unknown
/// name takes the same steps and the same time as a wrong password.
async fn attempt(
    context: &Context,
    hashing: &Hashing,
    request: &Request,
    browser: &KnownBrowser,
    fields: &Fields,
) -> Result<SignInOutcome, Refusal> {
    let (network, username) = (request.network, fields.username.trim().to_lowercase());
    let browser = browser.clone();
    let client = Client::SignIn(network);
    let admission = context.admissions.admit_client(client, request.id, Work::Short).await?;
    let counted = admission.step(move |store: &Store| {
        let conn = &mut *store.checkout()?;
        let found = stored_password(conn, &username)?;
        let known = found.as_ref().and_then(|it| browser.name_for(it.user, &it.hash));
        let attempt = match known {
            Some(browser) => SignInAttempt::KnownBrowser(browser),
            None => SignInAttempt::Unknown { username, network },
        };
        let counted = throttle::count(conn, &attempt)?;
        Ok(counted.map(|()| (found, attempt)))
    });
    let (found, attempt) = match counted.await? {
        Err(throttled) => return Ok(SignInOutcome::Throttled(throttled)),
        Ok(counted) => counted,
    };
    let hash = found.as_ref().map(|it| it.hash.clone());
    let is_right = hashing.check(fields.password.clone(), hash).await?;
    match found {
        Some(password) if is_right => begin_session(&admission, request, attempt, password).await,
        Some(_) | None => Ok(SignInOutcome::Wrong),
    }
}

/// Begins the session, unless the password has changed since it was checked.
async fn begin_session(
    admission: &Admission,
    request: &Request,
    attempt: SignInAttempt,
    password: StoredPassword,
) -> Result<SignInOutcome, Refusal> {
    let (earlier, device) = (request.session(), request.device.clone());
    let begin = move |store: &Store| {
        let conn = &mut *store.checkout()?;
        let user = password.user;
        let key = random_key_of(user);
        let begun = sessions::begin(conn, &SessionId::of(&key), user, &password.hash, &device)?;
        if !begun {
            return Ok(SignInOutcome::Wrong);
        }
        if let Some(earlier) = earlier {
            sessions::end(conn, &earlier)?;
        }
        throttle::take_back(conn, &attempt)?;
        tracing::info!(user = user.0, "signed in");
        Ok(SignInOutcome::SignedIn { key, password })
    };
    admission.step(begin).await
}
