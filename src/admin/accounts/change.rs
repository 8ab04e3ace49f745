//! The page on which a change to an account is confirmed, and its form.

use askama::Template;
use diesel::pg::PgConnection;

use crate::accounts::tokens;
use crate::admin::accounts::lookup::find;
use crate::admin::accounts::password_link::{self, LinkReason};
use crate::admin::accounts::requested_change::{PreparedChange, RequestedChange};
use crate::admin::layout::authorized_layout;
use crate::domain::{AccountAction, Interface, Note, Permission, Person, Reason};
use crate::http::flash::Flash;
use crate::http::{Form, Layout, Reply, Request, error_page};
use crate::policies::accounts::{Account, Rule};
use crate::refusal::{Refusal, reasons_against};
use crate::render::filters;
use crate::store::Store;
use crate::workflow::accounts::{self, AccountCall, precheck};

#[derive(Template)]
#[template(path = "admin/account_change.html")]
struct AccountChangePage {
    layout: Layout,
    account: Account,
    requested: RequestedChange,
    /// What was typed, when the form is shown again.
    reason: String,
    problem: Option<String>,
    /// What is wrong with the new display name.
    name_problem: Option<String>,
    /// Why the change is not valid now; then there is no form.
    closed: Vec<Reason>,
    /// Why the last attempt had no effect.
    refused: Vec<Reason>,
}

impl AccountChangePage {
    fn person(&self) -> &Person {
        &self.account.person
    }

    /// Returns the class of the button: red for a change that takes something away.
    fn button_class(&self) -> &'static str {
        match self.requested.action {
            AccountAction::Revoke(_)
            | AccountAction::Deactivate
            | AccountAction::ResetPassword
            | AccountAction::EndSessions
            | AccountAction::RevokeToken(_) => "button danger",
            _ => "button",
        }
    }

    /// Returns why the last attempt was refused, or why any would be.
    fn reasons(&self) -> &[Reason] {
        if self.refused.is_empty() { &self.closed } else { &self.refused }
    }

    fn question(&self) -> String {
        let name = &self.account.person.display_name;
        match self.requested.action {
            AccountAction::Rename => format!("Change the display name of {name}?"),
            AccountAction::Grant(role) => format!("Grant the role “{role}” to {name}?"),
            AccountAction::Revoke(role) => format!("Revoke the role “{role}” from {name}?"),
            AccountAction::Deactivate => format!("Deactivate {name}'s account?"),
            AccountAction::Reactivate => format!("Reactivate {name}'s account?"),
            AccountAction::SetPassword => String::new(),
            AccountAction::ResetPassword => format!("Reset {name}'s password?"),
            AccountAction::EndSessions => format!("Sign {name} out everywhere?"),
            AccountAction::RevokeToken(_) => format!("Revoke a token of {name}?"),
        }
    }

    fn consequence(&self) -> &'static str {
        match self.requested.action {
            AccountAction::Rename => {
                "It is shown everywhere at once, also beside earlier posts and actions. The username \
                 stays."
            }
            AccountAction::Grant(_) => "It takes effect immediately.",
            AccountAction::Revoke(_) => {
                "It takes effect immediately, also for actions that have already started."
            }
            AccountAction::Deactivate => {
                "They are signed out everywhere and cannot sign in again. Their tokens are \
                 revoked. Their posts and history stay."
            }
            AccountAction::Reactivate => {
                "They can sign in again, with the same roles. Revoked tokens stay revoked."
            }
            AccountAction::SetPassword => "",
            AccountAction::ResetPassword => {
                "Their current password stops working and they are signed out. You will get a \
                 one-time link to send them. Their API tokens keep working; revoke them separately."
            }
            AccountAction::EndSessions => {
                "They can sign in again with their password. Tokens keep working."
            }
            AccountAction::RevokeToken(_) => "Programs that use it will stop working.",
        }
    }

    /// Returns the display name to begin with: the typed one, or the current one.
    fn display_name(&self) -> &str {
        self.requested.display_name.as_deref().unwrap_or(&self.account.person.display_name)
    }

    /// Returns the address of the page of the account.
    fn place(&self) -> String {
        format!("/admin/accounts/{}", self.person().username)
    }
}

pub(super) fn confirm(store: &Store, request: &Request) -> Result<Reply, Refusal> {
    let query = request.query_fields()?;
    let conn = &mut *store.checkout()?;
    let (person, layout) = authorized_layout(conn, request, "Account", Permission::ManageAccount)?;
    let name = request.segments.get("change");
    let requested = query.read(|query| RequestedChange::take(name, query))?;
    let account = find_with_token(conn, request, &requested)?;
    Ok(Reply::ok(&form_page(layout, &person, account, requested)))
}

/// Returns the account that an address names, and whether it has the token.
fn find_with_token(
    conn: &mut PgConnection,
    request: &Request,
    requested: &RequestedChange,
) -> Result<Account, Refusal> {
    let mut account = find(conn, request)?.account;
    if let AccountAction::RevokeToken(token) = requested.action {
        let tokens = tokens::of_person(conn, account.person.id)?;
        account.has_token = tokens.iter().any(|line| line.id == token);
    }
    Ok(account)
}

fn form_page(
    mut layout: Layout,
    person: &Person,
    account: Account,
    requested: RequestedChange,
) -> AccountChangePage {
    let closed = reasons_against(precheck(requested.action, person, &account));
    layout.title = format!("{}: {}", requested.action.label(), account.person.display_name);
    AccountChangePage {
        layout,
        account,
        requested,
        reason: String::new(),
        problem: None,
        name_problem: None,
        closed,
        refused: Vec::new(),
    }
}

pub(super) fn act(store: &Store, request: &Request, fields: Form) -> Result<Reply, Refusal> {
    let username = request.segments.get("username");
    // A person who is signed out here signs in first. One who is signed out
    // later, in the workflow, has lost a race.
    request.load_viewer(&mut *store.checkout()?)?;
    let name = request.segments.get("change");
    let (requested, typed) = fields
        .read(|fields| Ok((RequestedChange::take(name, fields)?, fields.require("reason")?)))?;
    let parsed = Note::of_field("reason", &typed);
    // The page of a link is made ready first: after the change, the link could be lost.
    let makes_link = requested.action == AccountAction::ResetPassword;
    let frame = makes_link.then(|| link_frame(store, request));
    if let Some(Err(Refusal::Unavailable(why))) = frame {
        return Err(why.into());
    }
    let done = parsed.map_err(Refusal::from).and_then(|reason| {
        let prepared = requested.prepare()?;
        let call =
            AccountCall { caller: request.caller(Interface::Admin)?, reason: reason.as_str() };
        accounts::change(store, &call, username, &prepared.change).map(|()| prepared)
    });
    match done {
        Ok(PreparedChange { secret: Some(secret), .. }) => {
            let (layout, person) = frame.unwrap_or(Err(Refusal::NotFound))?;
            Ok(password_link::page(request, layout, person, LinkReason::Reset, &secret))
        }
        Ok(PreparedChange { secret: None, .. }) => {
            Ok(Reply::see(format!("/admin/accounts/{username}"), Some(Flash::AccountChanged)))
        }
        Err(Refusal::NotSignedIn) => Ok(error_page::signed_out_meanwhile(request)),
        Err(refusal @ (Refusal::Policy(_) | Refusal::Input(_))) => {
            again(store, request, requested, typed, &refusal)
        }
        Err(refusal) => Err(refusal),
    }
}

/// Reads from the database for the page of a link.
fn link_frame(store: &Store, request: &Request) -> Result<(Layout, Person), Refusal> {
    let conn = &mut *store.checkout()?;
    let title = "One-time link";
    let (_, layout) = authorized_layout(conn, request, title, Permission::ManageAccount)?;
    Ok((layout, find(conn, request)?.account.person))
}

/// Shows the form again, with what was typed and the reasons of the refusal.
fn again(
    store: &Store,
    request: &Request,
    requested: RequestedChange,
    typed: String,
    refusal: &Refusal,
) -> Result<Reply, Refusal> {
    let conn = &mut *store.checkout()?;
    let (person, layout) = authorized_layout(conn, request, "Account", Permission::ManageAccount)?;
    let account = find_with_token(conn, request, &requested)?;
    let mut page = form_page(layout, &person, account, requested);
    page.reason = typed;
    page.problem = refusal.problem_of("reason", Rule::ReasonIsGiven);
    page.name_problem = problem_of_name(refusal);
    if page.problem.is_none() && page.name_problem.is_none() {
        page.refused = refusal.reasons();
    }
    page.layout.has_errors = true;
    Ok(Reply::ok(&page).with_refusal(refusal))
}

/// Returns the message for the new display name, if nothing else is wrong.
fn problem_of_name(refusal: &Refusal) -> Option<String> {
    match refusal {
        Refusal::Policy(denied) => {
            denied.only(Rule::NameIsNew).map(|it| format!("{} {}", it.sentence, it.hint))
        }
        _ => refusal.problem_of("display_name", Rule::NameIsNew),
    }
}
