//! One account: what can be done to it, its roles, sessions and tokens, and its
//! record.

use askama::Template;
use diesel::pg::PgConnection;
use jiff::Timestamp;

use crate::accounts::directory::{self, AccountEventLine};
use crate::accounts::links;
use crate::accounts::sessions::{self, SessionLine};
use crate::accounts::tokens::{self, TokenLine};
use crate::admin::accounts::lookup::find;
use crate::admin::layout::authorized_layout;
use crate::domain::{AccountAction, AccountEvent, Permission, Person, Reason, Role};
use crate::http::not_now::NotNow;
use crate::http::pager::Pager;
use crate::http::paging::take_id;
use crate::http::{Layout, Reply, Request};
use crate::policies::accounts::Account;
use crate::refusal::{Refusal, reasons_against};
use crate::render::filters;
use crate::store::Store;
use crate::workflow::accounts::precheck;

/// The number of entries of the record on one page.
const ENTRIES_PER_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "admin/account.html")]
struct AccountDetailPage {
    layout: Layout,
    account: Account,
    created_at: Timestamp,
    last_seen_at: Option<Timestamp>,
    has_link: bool,
    grants: Vec<AccountEventLine>,
    sessions: Vec<SessionLine>,
    tokens: Vec<TokenLine>,
    events: Vec<AccountEventLine>,
    pager: Pager,
    valid: Vec<AccountAction>,
    not_now: Vec<NotNow<AccountAction>>,
    /// Why the person cannot revoke the tokens.
    tokens_closed: Vec<Reason>,
}

impl AccountDetailPage {
    fn person(&self) -> &Person {
        &self.account.person
    }

    /// Returns the address below which the pages of the changes are.
    fn place(&self) -> String {
        format!("/admin/accounts/{}", self.person().username)
    }

    /// Returns the address of the page on which a change is confirmed.
    fn address(&self, action: &AccountAction) -> String {
        let role = action.role().map(|role| format!("?role={role}")).unwrap_or_default();
        format!("/admin/accounts/{}/{}{role}", self.person().username, action.as_str())
    }

    /// Returns whether a role can be granted or revoked now. One form has them all.
    fn may_change_roles(&self) -> bool {
        self.valid.iter().any(|action| action.role().is_some())
    }

    fn valid_besides_roles(&self) -> impl Iterator<Item = &AccountAction> {
        self.valid.iter().filter(|action| action.role().is_none())
    }

    /// Returns the words of an entry of the record that follow the person's name.
    fn what(&self, event: &AccountEventLine) -> String {
        let role = event.role.map_or("", Role::as_str);
        let name = event.display_name.as_deref().unwrap_or_default();
        let is_own = event.by.id == self.account.person.id;
        match event.event {
            AccountEvent::Created => "created the account".to_owned(),
            AccountEvent::Renamed => format!("changed the display name to {name}"),
            AccountEvent::RoleGranted => format!("granted the role {role}"),
            AccountEvent::RoleRevoked => format!("revoked the role {role}"),
            AccountEvent::Deactivated => "deactivated the account".to_owned(),
            AccountEvent::Reactivated => "reactivated the account".to_owned(),
            AccountEvent::PasswordSet if is_own => "set a new password".to_owned(),
            AccountEvent::PasswordSet => "set the password".to_owned(),
            AccountEvent::PasswordLinkMade => "made a link to set the password".to_owned(),
            AccountEvent::SessionsEnded if is_own => "ended sessions".to_owned(),
            AccountEvent::SessionsEnded => "ended all sessions".to_owned(),
            AccountEvent::TokenMade => "made a token".to_owned(),
            AccountEvent::TokenRevoked => "revoked a token".to_owned(),
        }
    }

    fn granted(&self, role: &Role) -> Option<&AccountEventLine> {
        self.grants.iter().find(|event| event.role == Some(*role))
    }

    fn held(&self) -> Vec<Role> {
        self.account.person.roles.iter().collect()
    }
}

pub(super) fn show(store: &Store, request: &Request) -> Result<Reply, Refusal> {
    let before = request.query_fields()?.read(|query| take_id(query, "before"))?;
    let conn = &mut *store.checkout()?;
    let (viewer, layout) = authorized_layout(conn, request, "Account", Permission::ManageAccount)?;
    let page = page(conn, &viewer, layout, request, before)?;
    Ok(Reply::ok(&page))
}

fn page(
    conn: &mut PgConnection,
    viewer: &Person,
    mut layout: Layout,
    request: &Request,
    before: Option<i64>,
) -> Result<AccountDetailPage, Refusal> {
    let found = find(conn, request)?;
    let account = found.account;
    let id = account.person.id;
    let limit = ENTRIES_PER_PAGE as i64 + 1;
    let mut events = directory::events(conn, id, before, limit)?;
    let has_older = events.len() > ENTRIES_PER_PAGE;
    events.truncate(ENTRIES_PER_PAGE);
    let latest = format!("/admin/accounts/{}", account.person.username);
    let oldest = events.last().filter(|_| has_older);
    let pager = Pager {
        next: oldest.map(|event| format!("{latest}?before={}", event.id)),
        previous: before.map(|_| latest),
        is_first: before.is_none(),
    };
    let (valid, not_now) = offers(viewer, &account);
    let tokens = tokens::of_person(conn, id)?;
    let account = Account { has_token: !tokens.is_empty(), ..account };
    let revocation = tokens.first().map(|token| AccountAction::RevokeToken(token.id));
    let tokens_closed = revocation.map(|action| precheck(action, viewer, &account));
    let tokens_closed = tokens_closed.map(reasons_against).unwrap_or_default();
    layout.title = account.person.display_name.clone();
    Ok(AccountDetailPage {
        layout,
        created_at: found.created_at,
        last_seen_at: found.last_seen_at,
        has_link: links::has_open(conn, id)?,
        grants: directory::grants(conn, &account.person)?,
        sessions: sessions::of_person(conn, id, None)?,
        tokens,
        pager,
        events,
        valid,
        not_now,
        tokens_closed,
        account,
    })
}

/// Returns the changes that are valid now, and those that are not, with the
/// reasons. Of two opposite changes, only the one that fits the state is
/// offered.
fn offers(viewer: &Person, account: &Account) -> (Vec<AccountAction>, Vec<NotNow<AccountAction>>) {
    let roles = Role::ALL.map(|role| match account.person.roles.contains(role) {
        true => AccountAction::Revoke(role),
        false => AccountAction::Grant(role),
    });
    let state = match account.is_active {
        true => AccountAction::Deactivate,
        false => AccountAction::Reactivate,
    };
    let others =
        [AccountAction::Rename, AccountAction::ResetPassword, AccountAction::EndSessions, state];
    let (mut valid, mut refused) = (Vec::new(), Vec::new());
    for action in roles.into_iter().chain(others) {
        match precheck(action, viewer, account) {
            Ok(()) => valid.push(action),
            Err(refusal) => refused.push((refusal.reasons(), action)),
        }
    }
    (valid, NotNow::grouped(refused, Reason::eq))
}
