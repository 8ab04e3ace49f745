//! The page on which a change to an account is confirmed, and what becomes of
//! its form.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};
use askama::Template;

use crate::accounts::secrets::Secret;
use crate::accounts::{links, passwords};
use crate::admin::accounts::find;
use crate::admin::frame::enter;
use crate::domain::{
    AccountAction, FieldError, Interface, Note, PasswordReset, Permission, Person, Reason, Role,
    TokenId, UnknownName,
};
use crate::http::flash::Flash;
use crate::http::{Context, Form, Layout, Reply, Request, error_page, status};
use crate::policies::accounts::{Account, AccountChange};
use crate::refusal::{Refusal, read_error};
use crate::store::{Store, Unavailable};
use crate::workflow::accounts::{self, AccountCall, precheck};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        web::resource("/admin/accounts/{username}/{change}")
            .route(web::get().to(confirm))
            .route(web::post().to(act)),
    );
}

#[derive(Template)]
#[template(path = "admin/account_change.html")]
struct ChangePage {
    layout: Layout,
    account: Account,
    wanted: Wanted,
    /// What was typed, where a form comes back.
    reason: String,
    problem: Option<String>,
    /// Why it cannot be done now; then there is no form.
    closed: Vec<Reason>,
    /// Why the last attempt had no effect.
    refused: Vec<Reason>,
}

/// The link that was just made. It is shown this once.
#[derive(Template)]
#[template(path = "admin/password_link.html")]
pub(super) struct LinkPage {
    pub(super) layout: Layout,
    pub(super) person: Person,
    pub(super) address: String,
    pub(super) is_new: bool,
}

impl LinkPage {
    pub(super) fn address(request: &Request, secret: &Secret) -> String {
        format!("{}{}", request.site, links::address(secret.as_str()))
    }
}

/// Which change an address names.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    action: AccountAction,
    token: Option<TokenId>,
}

impl Wanted {
    /// Returns the change that an address names, with the role or the token
    /// that stands in the query or in the form.
    fn take(name: &str, fields: &mut Form) -> Result<Self, Refusal> {
        let plain = |action| Ok(Self { action, token: None });
        match name {
            "grant-role" => plain(AccountAction::Grant(role(fields)?)),
            "revoke-role" => plain(AccountAction::Revoke(role(fields)?)),
            "deactivate-account" => plain(AccountAction::Deactivate),
            "reactivate-account" => plain(AccountAction::Reactivate),
            "reset-password" => plain(AccountAction::ResetPassword),
            "end-sessions" => plain(AccountAction::EndSessions),
            "revoke-token" => {
                let id = fields.require("token_id")?.parse().map(TokenId);
                let id = id.map_err(|_| FieldError::new("token_id", "Name a token."))?;
                Ok(Self { action: AccountAction::RevokeToken, token: Some(id) })
            }
            _ => Err(Refusal::NotFound),
        }
    }

    fn role(&self) -> Option<Role> {
        match self.action {
            AccountAction::Grant(role) | AccountAction::Revoke(role) => Some(role),
            AccountAction::Deactivate
            | AccountAction::Reactivate
            | AccountAction::SetPassword
            | AccountAction::ResetPassword
            | AccountAction::EndSessions
            | AccountAction::RevokeToken => None,
        }
    }
}

fn role(fields: &mut Form) -> Result<Role, FieldError> {
    fields
        .require("role")?
        .parse()
        .map_err(|unknown: UnknownName| FieldError::new("role", unknown.to_string()))
}

impl ChangePage {
    fn person(&self) -> &Person {
        &self.account.person
    }

    /// Returns what stands in the way: of the last attempt, or of any.
    fn reasons(&self) -> &[Reason] {
        if self.refused.is_empty() { &self.closed } else { &self.refused }
    }

    fn question(&self) -> String {
        let name = &self.account.person.display_name;
        match self.wanted.action {
            AccountAction::Grant(role) => format!("Grant {name} the role {role}?"),
            AccountAction::Revoke(role) => format!("Revoke {name}'s role {role}?"),
            AccountAction::Deactivate => format!("Deactivate {name}'s account?"),
            AccountAction::Reactivate => format!("Reactivate {name}'s account?"),
            AccountAction::SetPassword => String::new(),
            AccountAction::ResetPassword => format!("Reset {name}'s password?"),
            AccountAction::EndSessions => format!("Sign {name} out everywhere?"),
            AccountAction::RevokeToken => format!("Revoke a token of {name}'s?"),
        }
    }

    fn consequence(&self) -> &'static str {
        match self.wanted.action {
            AccountAction::Grant(_) => "It holds from the next click on.",
            AccountAction::Revoke(_) => {
                "It is gone at once: nothing that is under way under the old role can still be \
                 done once you are told so."
            }
            AccountAction::Deactivate => {
                "They are signed out everywhere and cannot sign in again. Their tokens are \
                 revoked. What they wrote and did stays."
            }
            AccountAction::Reactivate => {
                "They can sign in again, with the roles they hold. Tokens stay revoked."
            }
            AccountAction::SetPassword => "",
            AccountAction::ResetPassword => {
                "The password they have now stops working and they are signed out everywhere. \
                 You get a link to send them, which works once and for 48 hours. Tokens keep \
                 working: revoke those by themselves."
            }
            AccountAction::EndSessions => {
                "They can sign in again with their password. Tokens keep working."
            }
            AccountAction::RevokeToken => "The program that uses it is let in no longer.",
        }
    }

    fn form_address(&self) -> String {
        let username = &self.account.person.username;
        format!("/admin/accounts/{username}/{}", self.wanted.action.as_str())
    }
}

async fn confirm(
    request: Request,
    path: Path<(String, String)>,
    context: Data<Context>,
) -> HttpResponse {
    let (username, change) = path.into_inner();
    context
        .answer(request, None, move |store, request| {
            let mut query = request.query_fields()?;
            let conn = &mut *store.checkout()?;
            let (person, layout) = enter(conn, request, "Account", Permission::ManageAccount)?;
            let wanted = Wanted::take(&change, &mut query)?;
            query.finish()?;
            let account = concerned(conn, &username, wanted)?;
            Ok(Reply::ok(&form_page(layout, &person, account, wanted)))
        })
        .await
}

/// Returns the account that an address names, and whether it has the token.
fn concerned(
    conn: &mut diesel::pg::PgConnection,
    username: &str,
    wanted: Wanted,
) -> Result<Account, Refusal> {
    let mut account = find(conn, username)?.account;
    if let Some(token) = wanted.token {
        let tokens =
            crate::accounts::tokens::of_person(conn, account.person.id).map_err(read_error)?;
        account.has_token = tokens.iter().any(|line| line.id == token);
    }
    Ok(account)
}

fn form_page(mut layout: Layout, person: &Person, account: Account, wanted: Wanted) -> ChangePage {
    let prechecked = precheck(wanted.action, person, &account);
    let closed = prechecked.err().map(|refusal| refusal.reasons()).unwrap_or_default();
    layout.title = format!("{}: {}", wanted.action.label(), account.person.display_name);
    ChangePage {
        layout,
        account,
        wanted,
        reason: String::new(),
        problem: None,
        closed,
        refused: Vec::new(),
    }
}

async fn act(
    request: Request,
    path: Path<(String, String)>,
    body: Bytes,
    context: Data<Context>,
) -> HttpResponse {
    let (username, change) = path.into_inner();
    context
        .answer_form(request, body, move |store, request, fields| {
            send(store, request, &username, &change, fields)
        })
        .await
}

/// What a form asks for.
struct Asked {
    change: AccountChange,
    /// The secret that a reset makes.
    secret: Option<Secret>,
}

fn send(
    store: &Store,
    request: &Request,
    username: &str,
    change: &str,
    mut fields: Form,
) -> Result<Reply, Refusal> {
    // Whoever is not signed in now is told so like everywhere else; whoever is
    // not any more at the door has lost a race.
    request.viewer(&mut *store.checkout()?)?;
    fields.take("token")?;
    let wanted = Wanted::take(change, &mut fields)?;
    let typed = fields.require("reason")?;
    fields.finish()?;
    let done = reason(&typed).map_err(Refusal::from).and_then(|reason| {
        let asked = asked(wanted)?;
        let call = AccountCall {
            credential: &request.credential()?,
            interface: Interface::Admin,
            request: request.id,
            reason: reason.as_str(),
        };
        accounts::change(store, &call, username, &asked.change).map(|()| asked)
    });
    match done {
        Ok(Asked { secret: Some(secret), .. }) => link_page(store, request, username, &secret),
        Ok(Asked { secret: None, .. }) => {
            Ok(Reply::see(format!("/admin/accounts/{username}"), Some(Flash::AccountChanged)))
        }
        Err(Refusal::NotSignedIn) => Ok(error_page::signed_out_meanwhile(request)),
        Err(refusal @ (Refusal::Policy(_) | Refusal::Input(_))) => {
            again(store, request, username, wanted, typed, &refusal)
        }
        Err(refusal) => Err(refusal),
    }
}

/// Returns why, in words that the record can keep.
pub(super) fn reason(typed: &str) -> Result<Note, FieldError> {
    let reason = Note::parse(typed).map_err(|error| FieldError::new("reason", error.message))?;
    if reason.is_blank() {
        return Err(FieldError::new("reason", "Write why; the record keeps it."));
    }
    Ok(reason)
}

fn asked(wanted: Wanted) -> Result<Asked, Refusal> {
    let (change, secret) = match (wanted.action, wanted.token) {
        (AccountAction::Grant(role), _) => (AccountChange::Grant(role), None),
        (AccountAction::Revoke(role), _) => (AccountChange::Revoke(role), None),
        (AccountAction::Deactivate, _) => (AccountChange::Deactivate, None),
        (AccountAction::Reactivate, _) => (AccountChange::Reactivate, None),
        (AccountAction::EndSessions, _) => (AccountChange::EndSessions, None),
        (AccountAction::RevokeToken, Some(token)) => (AccountChange::RevokeToken(token), None),
        (AccountAction::ResetPassword, _) => {
            let secret = Secret::random();
            let reset = PasswordReset { nobodys_hash: nobodys_hash()?, link: secret.hash() };
            (AccountChange::ResetPassword(reset), Some(secret))
        }
        // Nobody types somebody else's password here.
        (AccountAction::SetPassword, _) | (AccountAction::RevokeToken, None) => {
            return Err(Refusal::NotFound);
        }
    };
    Ok(Asked { change, secret })
}

/// Returns the hash of a password that nobody has.
pub(super) fn nobodys_hash() -> Result<String, Refusal> {
    passwords::hash_unknown_password().map_err(|error| {
        tracing::error!(%error, "a password could not be hashed");
        Unavailable::Busy.into()
    })
}

fn link_page(
    store: &Store,
    request: &Request,
    username: &str,
    secret: &Secret,
) -> Result<Reply, Refusal> {
    let conn = &mut *store.checkout()?;
    let (_, layout) = enter(conn, request, "A link to set a password", Permission::ManageAccount)?;
    let person = find(conn, username)?.account.person;
    let address = LinkPage::address(request, secret);
    Ok(Reply::ok(&LinkPage { layout, person, address, is_new: false }))
}

/// Shows the page of the form again, with what was typed and what stood in the
/// way.
fn again(
    store: &Store,
    request: &Request,
    username: &str,
    wanted: Wanted,
    typed: String,
    refusal: &Refusal,
) -> Result<Reply, Refusal> {
    let conn = &mut *store.checkout()?;
    let (person, layout) = enter(conn, request, "Account", Permission::ManageAccount)?;
    let account = concerned(conn, username, wanted)?;
    let mut page = form_page(layout, &person, account, wanted);
    page.reason = typed;
    page.refused = refusal.reasons();
    if let Refusal::Input(errors) = refusal {
        page.problem = errors.of("reason").map(str::to_owned);
    }
    let status: StatusCode = status(refusal);
    Ok(Reply::page(status, &page))
}
