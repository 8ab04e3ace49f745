//! Granting and revoking several roles of an account, with one reason.

use askama::Template;

use crate::admin::accounts::lookup::find;
use crate::admin::layout::authorized_layout;
use crate::domain::{
    AccountAction, FieldError, Interface, InvalidInput, Note, Permission, Person, Reason, Role,
    RoleSet, UnknownName,
};
use crate::http::flash::Flash;
use crate::http::{Form, Layout, Reply, Request, error_page};
use crate::permissions;
use crate::policies::accounts::{AccountChange, Rule};
use crate::refusal::{Refusal, reasons_against};
use crate::render::filters;
use crate::store::Store;
use crate::workflow::accounts::{self, AccountCall, precheck};

#[derive(Template)]
#[template(path = "admin/account_roles.html")]
struct AccountRolesPage {
    layout: Layout,
    person: Person,
    typed: TypedRoles,
    /// What is wrong with the roles or the reason.
    errors: InvalidInput,
    /// Why the last attempt had no effect.
    refused: Vec<Reason>,
    choices: Vec<RoleChoice>,
}

/// A role that can be ticked.
struct RoleChoice {
    role: Role,
    /// What it is for.
    because: String,
    is_ticked: bool,
    /// Why it cannot be granted or revoked now.
    closed: Vec<Reason>,
}

/// The form as it was filled in.
struct TypedRoles {
    /// The roles that the account had when the form was opened.
    held: RoleSet,
    ticked: RoleSet,
    reason: String,
}

impl TypedRoles {
    fn take(fields: &mut Form) -> Result<Self, Refusal> {
        let held = fields.require("held")?;
        let held: Result<Vec<Role>, UnknownName> =
            held.split(' ').filter(|name| !name.is_empty()).map(str::parse).collect();
        let held = held.map_err(|unknown| FieldError::new("held", unknown.to_string()))?;
        let ticked = fields.ticked(&Role::ALL)?;
        let reason = fields.require("reason")?;
        Ok(Self { held: RoleSet::of(&held), ticked: RoleSet::of(&ticked), reason })
    }

    /// Returns the changes from the roles that were held to those that are ticked.
    fn changes(&self) -> Vec<AccountChange> {
        let change = |role: Role| match (self.held.contains(role), self.ticked.contains(role)) {
            (false, true) => Some(AccountChange::Grant(role)),
            (true, false) => Some(AccountChange::Revoke(role)),
            (true, true) | (false, false) => None,
        };
        Role::ALL.into_iter().filter_map(change).collect()
    }
}

impl AccountRolesPage {
    fn held(&self) -> String {
        self.typed.held.names().join(" ")
    }

    fn problem(&self, field: &str) -> Option<&str> {
        self.errors.of(field)
    }
}

pub(super) fn form(store: &Store, request: &Request) -> Result<Reply, Refusal> {
    let page = page(store, request, None)?;
    Ok(Reply::ok(&page))
}

fn page(
    store: &Store,
    request: &Request,
    typed: Option<TypedRoles>,
) -> Result<AccountRolesPage, Refusal> {
    let conn = &mut *store.checkout()?;
    let (viewer, mut layout) =
        authorized_layout(conn, request, "Account", Permission::ManageAccount)?;
    let account = find(conn, request)?.account;
    let held = account.person.roles.clone();
    let typed = typed.unwrap_or(TypedRoles { ticked: held.clone(), held, reason: String::new() });
    let choice = |role: Role| {
        let action = match account.person.roles.contains(role) {
            true => AccountAction::Revoke(role),
            false => AccountAction::Grant(role),
        };
        RoleChoice {
            role,
            because: purpose(role),
            is_ticked: typed.ticked.contains(role),
            closed: reasons_against(precheck(action, &viewer, &account)),
        }
    };
    let choices = Role::ALL.map(choice).into();
    layout.title = format!("Change roles: {}", account.person.display_name);
    let (errors, refused) = (InvalidInput::default(), Vec::new());
    Ok(AccountRolesPage { layout, person: account.person, typed, errors, refused, choices })
}

pub(super) fn submit(store: &Store, request: &Request, fields: Form) -> Result<Reply, Refusal> {
    // A person who is signed out here signs in first.
    request.load_viewer(&mut *store.checkout()?)?;
    let typed = fields.read(TypedRoles::take)?;
    match change(store, request, &typed) {
        Ok(()) => Ok(Reply::see(
            format!("/admin/accounts/{}", request.segments.get("username")),
            Some(Flash::AccountChanged),
        )),
        Err(Refusal::NotSignedIn) => Ok(error_page::signed_out_meanwhile(request)),
        Err(refusal @ (Refusal::Policy(_) | Refusal::Input(_))) => {
            again(store, request, typed, &refusal)
        }
        Err(refusal) => Err(refusal),
    }
}

fn change(store: &Store, request: &Request, typed: &TypedRoles) -> Result<(), Refusal> {
    let reason = Note::of_field("reason", &typed.reason)?;
    let changes = typed.changes();
    let Some((first, others)) = changes.split_first() else {
        return Err(FieldError::new("roles", "Select or clear at least one role.").into());
    };
    let call = AccountCall { caller: request.caller(Interface::Admin)?, reason: reason.as_str() };
    accounts::change_together(store, &call, request.segments.get("username"), first, others)
}

/// Shows the form again, with what was typed and the reasons of the refusal.
fn again(
    store: &Store,
    request: &Request,
    typed: TypedRoles,
    refusal: &Refusal,
) -> Result<Reply, Refusal> {
    let mut page = page(store, request, Some(typed))?;
    match (refusal, refusal.problem_of("reason", Rule::ReasonIsGiven)) {
        (_, Some(problem)) => page.errors = FieldError::new("reason", problem).into(),
        (Refusal::Input(input), None) => page.errors = input.clone(),
        (_, None) => {
            page.refused = refusal.reasons();
            // The account has changed: the next attempt starts from its present roles.
            page.typed.held = page.person.roles.clone();
        }
    }
    page.layout.has_errors = true;
    Ok(Reply::ok(&page).with_refusal(refusal))
}

/// Returns the purpose of a role: the reasons of everything that it grants.
pub(super) fn purpose(role: Role) -> String {
    let reasons = Permission::ALL.into_iter().filter_map(|one| permissions::grant(role, one));
    reasons.collect::<Vec<_>>().join("; ")
}
