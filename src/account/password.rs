//! Changing one's own password.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};

use crate::account::change::change;
use crate::account::page::{self, Feedback, show_again};
use crate::account::proof::{self, Proof};
use crate::accounts::password_choice::choose;
use crate::accounts::sessions::{self, LIFETIME_SECONDS, random_key_of};
use crate::accounts::throttle::Throttled;
use crate::domain::{FieldError, NewPassword, NewSession, OwnChange};
use crate::http::flash::Flash;
use crate::http::{Context, Form, Hashing, KnownBrowser, Reply, Request, Site, Work};
use crate::refusal::Refusal;
use crate::store::Store;

pub(super) async fn submit(
    request: Request,
    body: Bytes,
    context: Data<Context>,
    hashing: Data<Hashing>,
    browser: KnownBrowser,
) -> HttpResponse {
    // A form of another session is refused below, without a look at the passwords.
    let form = Form::parse(&body).unwrap_or_default();
    let hashed = match request.sent(&form) {
        Ok(true) => hash(&request, form, &context, &hashing).await,
        Ok(false) | Err(_) => Err(Refusal::NotSignedIn),
    };
    // The cookie of the old password makes the browser known no longer.
    let known_by = match (&hashed, request.owner()) {
        (Ok(Hashed::Ready { new, .. }), Some(owner)) => Some((owner, new.clone())),
        _ => None,
    };
    let mut response = context
        .form(Work::Short, request, body, move |store, request, _| match hashed {
            Ok(Hashed::Ready { new, current, keeps_tokens }) => {
                replace(store, request, (new, keeps_tokens), current.as_deref())
            }
            Ok(Hashed::Throttled(throttled)) => {
                let feedback = Feedback::default();
                page::show_throttled(store, request, &throttled, "password", feedback)
            }
            Err(refusal) => show_again(store, request, refusal, Feedback::default()),
        })
        .await;
    if let Some((owner, hash)) = known_by.filter(|_| response.status() == StatusCode::SEE_OTHER) {
        browser.remember(owner, &hash, &context.settings, &mut response);
    }
    response
}

/// The outcome of checking the current password and hashing the new one.
enum Hashed {
    /// The hash of the new password; and that of the current one, if the person
    /// gave it correctly.
    Ready {
        new: String,
        current: Option<String>,
        keeps_tokens: bool,
    },
    Throttled(Throttled),
}

/// What the form says.
struct Passwords {
    current: String,
    new: String,
    keeps_tokens: bool,
}

/// Checks and hashes the passwords, which takes long and must not hold a database
/// connection.
async fn hash(
    request: &Request,
    form: Form,
    context: &Context,
    hashing: &Hashing,
) -> Result<Hashed, Refusal> {
    let typed = form.read(passwords)?;
    let admission = context.admit(request, Work::Short).await?;
    let asking = request.clone();
    let viewer = move |store: &Store| asking.load_viewer(&mut *store.checkout()?);
    let person = admission.step(viewer).await?;
    let Site { name: site, url, .. } = &*context.settings.site;
    let new = choose(&typed.new, &[&person.username, &person.display_name, site, url])
        .map_err(|error| FieldError::new("new_password", error.message))?;
    let current = match proof::check(request, &admission, hashing, &typed.current).await? {
        Proof::Throttled(throttled) => return Ok(Hashed::Throttled(throttled)),
        Proof::Checked(current) => current,
    };
    let new = hashing.hash(new).await?;
    Ok(Hashed::Ready { new, current, keeps_tokens: typed.keeps_tokens })
}

fn passwords(form: &mut Form) -> Result<Passwords, Refusal> {
    form.take("token")?;
    let current = form.require("password")?;
    let new = form.require("new_password")?;
    let keeps_tokens = form.take("keep_tokens")?.is_some();
    // For password managers, which save the name with the password.
    form.take("username")?;
    Ok(Passwords { current, new, keeps_tokens })
}

/// Replaces the password. This browser gets a new session; the others are ended.
fn replace(
    store: &Store,
    request: &Request,
    (new, keeps_tokens): (String, bool),
    current: Option<&str>,
) -> Result<Reply, Refusal> {
    let key = random_key_of(request.owner().ok_or(Refusal::NotSignedIn)?);
    let session = NewSession {
        id_hash: sessions::SessionId::of(&key).stored(),
        device: request.device.clone(),
        lifetime_seconds: LIFETIME_SECONDS,
    };
    let wanted =
        OwnChange::Password(NewPassword { hash: new, session: Some(session), keeps_tokens });
    match change(store, request, &wanted, current) {
        Ok(()) => Ok(Reply::see("/account", Some(Flash::PasswordChanged)).beginning(key)),
        Err(refusal) => show_again(store, request, refusal, Feedback::default()),
    }
}
