//! Changing one's own password.

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, Data, ServiceConfig};

use crate::account::change::change;
use crate::account::page::{self, Feedback, show_again};
use crate::accounts::sessions::{self, LIFETIME_SECONDS, random_key_of};
use crate::accounts::sign_in::{self, Throttled};
use crate::domain::{FieldError, NewPassword, NewSession, OwnChange, Password};
use crate::http::flash::Flash;
use crate::http::{Context, Form, Hashing, Reply, Request, kept_form_page};
use crate::refusal::{Refusal, read_error};
use crate::store::Store;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.route("/account/password", web::post().to(submit));
}

async fn submit(
    request: Request,
    body: Bytes,
    context: Data<Context>,
    hashing: Data<Hashing>,
) -> HttpResponse {
    let hashed = hash(&request, &body, &context, &hashing).await;
    context
        .page(request, move |store, request| match hashed {
            Ok(Hashed::Ready { new, current }) => replace(store, request, new, current.as_deref()),
            Ok(Hashed::Throttled(throttled)) => page::show_throttled(store, request, &throttled),
            Ok(Hashed::StaleForm(form)) => Ok(kept_form_page::stale_form(request, &form)),
            Err(refusal) => show_again(store, request, refusal, Feedback::default()),
        })
        .await
}

/// The outcome of checking the current password and hashing the new one.
enum Hashed {
    /// The hash of the new password; and that of the current one, if the person
    /// gave it correctly.
    Ready {
        new: String,
        current: Option<String>,
    },
    Throttled(Throttled),
    StaleForm(Form),
}

/// Checks and hashes the passwords, which takes long and must not hold a database
/// connection. An attempt counts like one to sign in, so that a person who finds a
/// browser open cannot try many passwords.
async fn hash(
    request: &Request,
    body: &[u8],
    context: &Context,
    hashing: &Hashing,
) -> Result<Hashed, Refusal> {
    let form = Form::parse(body)?;
    if !request.sent(&form)? {
        return Ok(Hashed::StaleForm(form));
    }
    let (current, new) = form.read(passwords)?;
    let asking = request.clone();
    let found = context.step(request.id, move |store| {
        let conn = &mut *store.checkout()?;
        let name = asking.viewer(conn)?.username;
        match sign_in::count_attempt(conn, &name, asking.address).map_err(read_error)? {
            Err(throttled) => Ok(Err(throttled)),
            Ok(()) => {
                let found = sign_in::find_hash(conn, &name).map_err(read_error)?;
                Ok(Ok((name, found.map(|(_, hash)| hash))))
            }
        }
    });
    let (name, stored) = match found.await? {
        Err(throttled) => return Ok(Hashed::Throttled(throttled)),
        Ok(found) => found,
    };
    let is_right = hashing.check(current, stored.clone()).await?;
    if is_right {
        let address = request.address;
        let forgive = move |store: &Store| {
            sign_in::forgive(&mut *store.checkout()?, &name, address).map_err(read_error)
        };
        context.step(request.id, forgive).await?;
    }
    let new = hashing.hash(new).await?;
    Ok(Hashed::Ready { new, current: stored.filter(|_| is_right) })
}

fn passwords(form: &mut Form) -> Result<(String, Password), Refusal> {
    form.take("token")?;
    let current = form.require("password")?.chars().take(300).collect();
    let new = form.require("new_password")?;
    // For password managers, which save the name with the password.
    form.take("username")?;
    let new =
        Password::parse(&new).map_err(|error| FieldError::new("new_password", error.message))?;
    Ok((current, new))
}

/// Replaces the password. This browser gets a new session; the others are ended.
fn replace(
    store: &Store,
    request: &Request,
    new: String,
    current: Option<&str>,
) -> Result<Reply, Refusal> {
    let key = random_key_of(request.owner().ok_or(Refusal::NotSignedIn)?);
    let session = NewSession {
        id_hash: sessions::SessionId::of(&key).stored(),
        device: request.device.clone(),
        lifetime_seconds: LIFETIME_SECONDS,
    };
    let wanted = OwnChange::Password(NewPassword { hash: new, session: Some(session) });
    match change(store, request, &wanted, current) {
        Ok(()) => Ok(Reply::see("/account", Some(Flash::PasswordChanged)).beginning(key)),
        Err(refusal) => show_again(store, request, refusal, Feedback::default()),
    }
}
