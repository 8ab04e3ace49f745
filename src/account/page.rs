//! The page of one's own account.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data, ServiceConfig};
use askama::Template;

use crate::accounts::sessions::{self, SessionLine};
use crate::accounts::throttle::Throttled;
use crate::accounts::tokens::{self, Token, TokenLine};
use crate::domain::{FieldError, Permission, Person, Reason};
use crate::http::{Context, Layout, Reply, Request, throttled};
use crate::permissions;
use crate::refusal::{Refusal, read_error};
use crate::render::filters;
use crate::store::Store;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.route("/account", web::get().to(show));
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    layout: Layout,
    person: Person,
    sessions: Vec<SessionLine>,
    tokens: Vec<TokenLine>,
    /// The permissions of the person's roles, for a new token to be limited to.
    held: Vec<Permission>,
    /// The token that was just made; no other page shows it.
    made: Option<Token>,
    feedback: Feedback,
}

/// The fields of a refused form that the page shows again, and what is wrong.
#[derive(Default)]
pub(super) struct Feedback {
    /// The name of the token.
    pub(super) name: String,
    /// The lifetime of the token in days.
    pub(super) days: String,
    /// The permissions of the token.
    pub(super) chosen: Vec<Permission>,
    pub(super) errors: Vec<FieldError>,
    pub(super) reasons: Vec<Reason>,
}

impl AccountPage {
    fn error(&self, field: &str) -> Option<&str> {
        let error = self.feedback.errors.iter().find(|error| error.field == field);
        error.map(|error| error.message.as_str())
    }

    fn days(&self) -> &str {
        if self.feedback.days.is_empty() { "90" } else { &self.feedback.days }
    }

    fn is_chosen(&self, permission: &Permission) -> bool {
        self.feedback.chosen.contains(permission)
    }

    fn has_others(&self) -> bool {
        self.sessions.iter().any(|session| !session.is_this)
    }
}

async fn show(request: Request, context: Data<Context>) -> HttpResponse {
    context.page(request, |store, request| page(store, request, Feedback::default(), None)).await
}

fn page(
    store: &Store,
    request: &Request,
    feedback: Feedback,
    made: Option<Token>,
) -> Result<Reply, Refusal> {
    let conn = &mut *store.checkout()?;
    let person = request.viewer(conn)?;
    let this = request.session();
    let sessions = sessions::of_person(conn, person.id, this.as_ref()).map_err(read_error)?;
    let tokens = tokens::of_person(conn, person.id).map_err(read_error)?;
    let is_held = |permission: &Permission| permissions::holds(&person.roles, *permission);
    // The forms have addresses of their own, and all show this page again.
    let mut layout = Layout::new(request, "My account", Some(&person));
    layout.move_to("/account");
    let page = AccountPage {
        layout,
        held: Permission::ALL.into_iter().filter(is_held).collect(),
        person,
        sessions,
        tokens,
        made,
        feedback,
    };
    Ok(Reply::ok(&page))
}

/// Returns the page with a token that was just made.
pub(super) fn show_token(store: &Store, request: &Request, token: Token) -> Result<Reply, Refusal> {
    page(store, request, Feedback::default(), Some(token))
}

/// Returns the page with the reasons of a refusal, if it can show them.
pub(super) fn show_again(
    store: &Store,
    request: &Request,
    refusal: Refusal,
    feedback: Feedback,
) -> Result<Reply, Refusal> {
    let feedback = match &refusal {
        Refusal::Input(input) => Feedback { errors: input.0.clone(), ..feedback },
        Refusal::Policy(_) => Feedback { reasons: refusal.reasons(), ..feedback },
        Refusal::NotSignedIn
        | Refusal::Permission(_)
        | Refusal::NotFound
        | Refusal::Invariant(_)
        | Refusal::Unavailable(_) => return Err(refusal),
    };
    Ok(page(store, request, feedback, None)?.with_refusal(&refusal))
}

/// Returns the page for a person who has tried too many passwords.
pub(super) fn show_throttled(
    store: &Store,
    request: &Request,
    throttled: &Throttled,
    field: &'static str,
    feedback: Feedback,
) -> Result<Reply, Refusal> {
    let error = FieldError::new(field, throttled::sentence(throttled));
    let feedback = Feedback { errors: vec![error], ..feedback };
    let page = page(store, request, feedback, None)?;
    Ok(page.with_status(StatusCode::TOO_MANY_REQUESTS).retry_after(throttled.retry_after))
}
