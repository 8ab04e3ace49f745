//! The page of one's own account.

use askama::Template;

use crate::accounts::sessions::{self, SessionLine};
use crate::accounts::throttle::Throttled;
use crate::accounts::tokens::{self, Token, TokenLine};
use crate::domain::{FieldError, InvalidInput, Permission, Person, Reason};
use crate::http::{Layout, Reply, Request};
use crate::permissions;
use crate::refusal::Refusal;
use crate::render::filters;
use crate::store::Store;

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
    pub(super) errors: InvalidInput,
    pub(super) reasons: Vec<Reason>,
}

#[derive(Template)]
#[template(path = "new_token.html")]
struct NewTokenPage {
    layout: Layout,
    token: Token,
}

impl AccountPage {
    fn error(&self, field: &str) -> Option<&str> {
        self.feedback.errors.of(field)
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

pub(super) fn show(store: &Store, request: &Request) -> Result<Reply, Refusal> {
    Ok(Reply::ok(&read(store, request, Feedback::default())?))
}

fn read(store: &Store, request: &Request, feedback: Feedback) -> Result<AccountPage, Refusal> {
    let conn = &mut *store.checkout()?;
    let person = request.load_viewer(conn)?;
    let this = request.session();
    let sessions = sessions::of_person(conn, person.id, this.as_ref())?;
    let tokens = tokens::of_person(conn, person.id)?;
    let is_held = |permission: &Permission| permissions::holds(&person.roles, *permission);
    // The forms have addresses of their own, and all show this page again.
    let mut layout = Layout::new(request, "My account", Some(&person));
    layout.move_to("/account");
    Ok(AccountPage {
        layout,
        held: Permission::ALL.into_iter().filter(is_held).collect(),
        person,
        sessions,
        tokens,
        made: None,
        feedback,
    })
}

/// Returns the page with a token that was just made. If the rest of the page cannot be
/// read, the token is shown alone: there is no second time to show it.
pub(super) fn show_token(store: &Store, request: &Request, token: Token) -> Reply {
    match read(store, request, Feedback::default()) {
        Ok(page) => Reply::ok(&AccountPage { made: Some(token), ..page }),
        Err(_) => {
            let layout = Layout::of_error(request, "Your new API token");
            Reply::ok(&NewTokenPage { layout, token })
        }
    }
}

/// Returns the page with the reasons of a refusal, if it can show them.
pub(super) fn show_again(
    store: &Store,
    request: &Request,
    refusal: Refusal,
    feedback: Feedback,
) -> Result<Reply, Refusal> {
    let feedback = match &refusal {
        Refusal::Input(input) => Feedback { errors: input.clone(), ..feedback },
        Refusal::Policy(_) => Feedback { reasons: refusal.reasons(), ..feedback },
        _ => return Err(refusal),
    };
    Ok(Reply::ok(&read(store, request, feedback)?).with_refusal(&refusal))
}

/// Returns the page for a person who has tried too many passwords.
pub(super) fn show_throttled(
    store: &Store,
    request: &Request,
    throttled: &Throttled,
    field: &'static str,
    feedback: Feedback,
) -> Result<Reply, Refusal> {
    let errors = FieldError::new(field, throttled.to_string()).into();
    let feedback = Feedback { errors, ..feedback };
    let page = Reply::ok(&read(store, request, feedback)?);
    Ok(page.throttled(throttled))
}
