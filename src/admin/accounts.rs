//! The list of accounts, and one account with everything that is known of it.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Path, ServiceConfig};
use askama::Template;
use diesel::pg::PgConnection;
use jiff::Timestamp;

use crate::accounts::directory::{self, AccountEvent, AccountFilter, AccountSummary, Search};
use crate::accounts::links;
use crate::accounts::sessions::{self, SessionLine};
use crate::accounts::tokens::{self, TokenLine};
use crate::admin::csv::{self, Export};
use crate::admin::frame::enter;
use crate::domain::{AccountAction, FieldError, Permission, Person, Reason, Role};
use crate::http::paging::{cursor, stretch};
use crate::http::{Context, Form, Layout, Reply, Request};
use crate::policies::accounts::Account;
use crate::refusal::{Refusal, read_error};
use crate::render::filters;
use crate::store::paging::{Direction, Order, Page, PageRequest};
use crate::workflow::accounts::precheck;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .route("/admin/accounts", web::get().to(list))
        .route("/admin/accounts.csv", web::get().to(file))
        .route("/admin/accounts/{username}", web::get().to(show));
}

/// How many accounts a page of the list has.
const PER_PAGE: usize = 50;

/// How many lines of an account's record a page has.
const EVENTS: usize = 50;

#[derive(Template)]
#[template(path = "admin/accounts.html")]
struct AccountsPage {
    layout: Layout,
    filter: AccountFilter,
    typed: String,
    problem: Option<String>,
    entries: Vec<AccountSummary>,
    newer: Option<String>,
    older: Option<String>,
    is_first: bool,
}

impl AccountsPage {
    /// Returns where the list is had as a file.
    fn file(&self) -> String {
        let state = if self.filter.is_active { "active" } else { "deactivated" };
        let role = self.filter.role.map(Role::as_str).unwrap_or_default();
        let fields = [("state", state), ("role", role), ("search", self.typed.as_str())];
        super::address::address("/admin/accounts.csv", &fields, None)
    }

    /// Returns the address of the list under this filter, ready for more.
    fn address(&self, is_active: bool) -> String {
        let mut address = "/admin/accounts?".to_owned();
        if !is_active {
            address += "state=deactivated&";
        }
        if let Some(role) = self.filter.role {
            address += &format!("role={role}&");
        }
        if let Some(search) = &self.filter.search {
            address += &format!("search={}&", crate::http::escaped(search.as_str()));
        }
        address
    }

    /// Returns the tabs: their labels, addresses, and which is this one.
    fn tabs(&self) -> [(&'static str, String, bool); 2] {
        [("Active", true), ("Deactivated", false)].map(|(label, is_active)| {
            let address = self.address(is_active);
            let address = address.trim_end_matches(['?', '&']).to_owned();
            (label, address, self.filter.is_active == is_active)
        })
    }

    fn page_address(&self, field: &str, cursor: &str) -> String {
        format!("{}{field}={cursor}", self.address(self.filter.is_active))
    }

    fn is_filtered(&self) -> bool {
        self.filter.role.is_some() || !self.typed.is_empty()
    }

    fn roles(&self) -> [(Role, bool); 3] {
        Role::ALL.map(|role| (role, self.filter.role == Some(role)))
    }
}

/// Takes out of an address which accounts are asked for.
fn asked(query: &mut Form) -> Result<(bool, Option<Role>, String), FieldError> {
    let is_active = match query.take("state")?.as_deref() {
        None | Some("active" | "") => true,
        Some("deactivated") => false,
        Some(_) => return Err(FieldError::new("state", "Choose active or deactivated.")),
    };
    let role = query.take("role")?.filter(|role| !role.is_empty());
    let role = role.map(|role| role.parse::<Role>()).transpose();
    let role = role.map_err(|unknown| FieldError::new("role", unknown.to_string()))?;
    Ok((is_active, role, query.take("search")?.unwrap_or_default()))
}

/// The accounts that a filter lets through, as a file.
struct AccountsFile(AccountFilter);

impl Export for AccountsFile {
    type Line = AccountSummary;
    const NAME: &'static str = "accounts.csv";
    const PERMISSION: Permission = Permission::ManageAccount;
    const HEADER: &'static [&'static str] =
        &["username", "name", "roles", "state", "last_seen", "created"];

    fn page(
        &self,
        conn: &mut PgConnection,
        slice: &PageRequest,
    ) -> diesel::QueryResult<Page<AccountSummary>> {
        directory::page(conn, &self.0, slice)
    }

    fn record(&self, line: &AccountSummary) -> Vec<String> {
        vec![
            line.person.username.clone(),
            line.person.display_name.clone(),
            line.person.roles.to_string(),
            if self.0.is_active { "active" } else { "deactivated" }.to_owned(),
            csv::or_empty(line.last_seen_at.map(csv::time)),
            csv::time(line.created_at),
        ]
    }
}

async fn file(request: Request, context: Data<Context>) -> HttpResponse {
    csv::download(&context, request, |request, _| {
        let mut query = request.query_fields()?;
        let (is_active, role, typed) = asked(&mut query)?;
        query.finish()?;
        Ok(AccountsFile(AccountFilter { is_active, role, search: Search::parse(&typed)? }))
    })
    .await
}

async fn list(request: Request, context: Data<Context>) -> HttpResponse {
    context
        .answer(request, None, |store, request| {
            let mut query = request.query_fields()?;
            let stretch = stretch(&mut query, "before", "after")?;
            let (is_active, role, typed) = asked(&mut query)?;
            query.finish()?;
            let conn = &mut *store.checkout()?;
            let (_, layout) = enter(conn, request, "Accounts", Permission::ManageAccount)?;
            let (search, error) = match Search::parse(&typed) {
                Ok(search) => (search, None),
                Err(error) => (None, Some(error)),
            };
            let filter = AccountFilter { is_active, role, search };
            let slice = PageRequest { order: Order::NewestFirst, stretch, size: PER_PAGE };
            // What cannot be looked for finds nothing, and says why.
            let found = match error {
                None => directory::page(conn, &filter, &slice).map_err(read_error)?,
                Some(_) => slice.page(Vec::new()),
            };
            let page = AccountsPage {
                layout,
                newer: found.previous.map(cursor),
                older: found.next.map(cursor),
                is_first: stretch == Direction::First,
                entries: found.lines,
                filter,
                typed,
                problem: error.as_ref().map(|error| error.message.clone()),
            };
            Ok(match error {
                None => Reply::ok(&page),
                Some(error) => Reply::page(crate::http::status(&error.into()), &page),
            })
        })
        .await
}

#[derive(Template)]
#[template(path = "admin/account.html")]
struct AccountPage {
    layout: Layout,
    account: Account,
    created_at: Timestamp,
    last_seen_at: Option<Timestamp>,
    has_link: bool,
    grants: Vec<AccountEvent>,
    sessions: Vec<SessionLine>,
    tokens: Vec<TokenLine>,
    events: Vec<AccountEvent>,
    older: Option<i64>,
    is_first: bool,
    live: Vec<AccountAction>,
    not_now: Vec<NotNow>,
    may_revoke_tokens: bool,
}

/// Changes that are not valid now, for the same reasons.
struct NotNow {
    actions: Vec<AccountAction>,
    reasons: Vec<Reason>,
}

impl NotNow {
    fn anchor(&self) -> String {
        let first = self.actions.first().map_or("", |action| action.as_str());
        format!("why-not-{first}")
    }
}

impl AccountPage {
    fn person(&self) -> &Person {
        &self.account.person
    }

    fn address(&self, action: &AccountAction) -> String {
        address(&self.account.person.username, *action)
    }

    /// Returns what has become of the account, as a sentence goes on after
    /// whoever did it.
    fn what(&self, event: &AccountEvent) -> String {
        let role = event.role.as_deref().unwrap_or_default();
        let is_own = event.by.id == self.account.person.id;
        match event.event.as_str() {
            "created" => "created the account".to_owned(),
            "role-granted" => format!("granted the role {role}"),
            "role-revoked" => format!("revoked the role {role}"),
            "deactivated" => "deactivated the account".to_owned(),
            "reactivated" => "reactivated the account".to_owned(),
            "password-set" if is_own => "set a new password".to_owned(),
            "password-set" => "set the password".to_owned(),
            "password-link-made" => "made a link to set the password".to_owned(),
            "sessions-ended" if is_own => "ended sessions".to_owned(),
            "sessions-ended" => "ended all sessions".to_owned(),
            "token-made" => "made a token".to_owned(),
            "token-revoked" => "revoked a token".to_owned(),
            other => other.to_owned(),
        }
    }

    fn granted(&self, role: &Role) -> Option<&AccountEvent> {
        self.grants.iter().find(|event| event.role.as_deref() == Some(role.as_str()))
    }

    fn held(&self) -> Vec<Role> {
        self.account.person.roles.iter().collect()
    }
}

/// Returns the address of the page on which a change is confirmed.
pub(super) fn address(username: &str, action: AccountAction) -> String {
    let role = match action {
        AccountAction::Grant(role) | AccountAction::Revoke(role) => format!("?role={role}"),
        AccountAction::Deactivate
        | AccountAction::Reactivate
        | AccountAction::SetPassword
        | AccountAction::ResetPassword
        | AccountAction::EndSessions
        | AccountAction::RevokeToken => String::new(),
    };
    format!("/admin/accounts/{username}/{}{role}", action.as_str())
}

async fn show(request: Request, username: Path<String>, context: Data<Context>) -> HttpResponse {
    context
        .answer(request, None, move |store, request| {
            let mut query = request.query_fields()?;
            let before = query.take("before")?.map(|before| before.parse::<i64>()).transpose();
            let before = before
                .map_err(|_| FieldError::new("before", "Use the link of a page to go on."))?;
            query.finish()?;
            let conn = &mut *store.checkout()?;
            let (viewer, layout) = enter(conn, request, "Account", Permission::ManageAccount)?;
            let page = page(conn, &viewer, layout, &username, before)?;
            Ok(Reply::ok(&page))
        })
        .await
}

fn page(
    conn: &mut PgConnection,
    viewer: &Person,
    mut layout: Layout,
    username: &str,
    before: Option<i64>,
) -> Result<AccountPage, Refusal> {
    let found = find(conn, username)?;
    let account = found.account;
    let id = account.person.id;
    let mut events = directory::events(conn, id, before, EVENTS as i64 + 1).map_err(read_error)?;
    let has_older = events.len() > EVENTS;
    events.truncate(EVENTS);
    let (live, not_now) = offers(viewer, &account);
    layout.title = account.person.display_name.clone();
    Ok(AccountPage {
        layout,
        created_at: found.created_at,
        last_seen_at: found.last_seen_at,
        has_link: links::has_open(conn, id).map_err(read_error)?,
        grants: directory::grants(conn, &account.person).map_err(read_error)?,
        sessions: sessions::of_person(conn, id, None).map_err(read_error)?,
        tokens: tokens::of_person(conn, id).map_err(read_error)?,
        older: events.last().filter(|_| has_older).map(|event| event.id),
        is_first: before.is_none(),
        events,
        live,
        not_now,
        may_revoke_tokens: viewer.id != id,
        account,
    })
}

/// Returns the account that an address names.
pub(super) fn find(
    conn: &mut PgConnection,
    username: &str,
) -> Result<directory::AccountDetails, Refusal> {
    // What is no name at all is nobody's, and some of it nobody can be asked for.
    let username = crate::domain::Username::parse(username).map_err(|_| Refusal::NotFound)?;
    let found = directory::find(conn, username.as_str()).map_err(read_error)?;
    found.ok_or(Refusal::NotFound)
}

/// Returns what the viewer can do to the account now, and what not, and why.
/// What the account's state turns into its opposite is offered one way.
fn offers(viewer: &Person, account: &Account) -> (Vec<AccountAction>, Vec<NotNow>) {
    let roles = Role::ALL.map(|role| match account.person.roles.contains(role) {
        true => AccountAction::Revoke(role),
        false => AccountAction::Grant(role),
    });
    let state = match account.is_active {
        true => AccountAction::Deactivate,
        false => AccountAction::Reactivate,
    };
    let mut live = Vec::new();
    let mut not_now: Vec<NotNow> = Vec::new();
    let others = [AccountAction::ResetPassword, AccountAction::EndSessions, state];
    for action in roles.into_iter().chain(others) {
        match precheck(action, viewer, account) {
            Ok(()) => live.push(action),
            Err(refusal) => {
                let reasons = refusal.reasons();
                match not_now.iter_mut().find(|not_now| not_now.reasons == reasons) {
                    Some(same) => same.actions.push(action),
                    None => not_now.push(NotNow { actions: vec![action], reasons }),
                }
            }
        }
    }
    (live, not_now)
}
