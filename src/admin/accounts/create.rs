//! Creating an account. Its person sets the password with a one-time link, which
//! is shown once.

use askama::Template;

use crate::accounts::secrets::Secret;
use crate::admin::accounts::password_link::{self, LinkReason, unusable_password_hash};
use crate::admin::accounts::roles::purpose;
use crate::admin::layout::authorized_layout;
use crate::domain::{
    Interface, InvalidInput, NewAccount, Note, Permission, Person, Role, RoleSet, Username,
    parse_display_name,
};
use crate::http::{Form, Layout, Reply, Request};
use crate::refusal::Refusal;
use crate::store::Store;
use crate::workflow::accounts::{self, AccountCall};

/// An address below the tab of the accounts, which makes it the current tab.
const BELOW_ACCOUNTS: &str = "/admin/accounts/create";

#[derive(Template)]
#[template(path = "admin/new_account.html")]
struct NewAccountPage {
    layout: Layout,
    typed: TypedAccount,
    errors: InvalidInput,
}

/// The form as it was typed.
#[derive(Debug, Clone, Default)]
struct TypedAccount {
    username: String,
    display_name: String,
    roles: Vec<Role>,
    reason: String,
}

impl TypedAccount {
    fn take(fields: &mut Form) -> Result<Self, Refusal> {
        Ok(Self {
            username: fields.require("username")?,
            display_name: fields.require("display_name")?,
            reason: fields.require("reason")?,
            roles: fields.ticked(&Role::ALL)?,
        })
    }

    /// Returns the parsed fields, or every field that is wrong.
    fn parse(&self) -> Result<(Username, String, Note), InvalidInput> {
        let username = Username::parse(&self.username);
        let display_name = parse_display_name(&self.display_name);
        let reason = Note::of_field("reason", &self.reason);
        match (username, display_name, reason) {
            (Ok(username), Ok(display_name), Ok(reason)) => Ok((username, display_name, reason)),
            (username, display_name, reason) => Err(InvalidInput(
                [username.err(), display_name.err(), reason.err()].into_iter().flatten().collect(),
            )),
        }
    }
}

impl NewAccountPage {
    fn problem(&self, field: &str) -> Option<&str> {
        self.errors.of(field)
    }

    /// Returns the roles, what each is for, and whether it is chosen.
    fn roles(&self) -> [(Role, String, bool); 3] {
        let choice = |role| (role, purpose(role), self.typed.roles.contains(&role));
        Role::ALL.map(choice)
    }
}

pub(super) fn form(store: &Store, request: &Request) -> Result<Reply, Refusal> {
    page(store, request, TypedAccount::default(), InvalidInput::default())
}

fn page(
    store: &Store,
    request: &Request,
    typed: TypedAccount,
    errors: InvalidInput,
) -> Result<Reply, Refusal> {
    let conn = &mut *store.checkout()?;
    let (_, mut layout) =
        authorized_layout(conn, request, "Create an account", Permission::ManageAccount)?;
    layout.move_to(BELOW_ACCOUNTS);
    Ok(Reply::ok(&NewAccountPage { layout, typed, errors }))
}

pub(super) fn submit(store: &Store, request: &Request, fields: Form) -> Result<Reply, Refusal> {
    let typed = fields.read(TypedAccount::take)?;
    match create(store, request, &typed) {
        Ok(answer) => Ok(answer),
        Err(Refusal::Input(input)) => {
            let page = page(store, request, typed, input.clone())?;
            Ok(page.with_refusal(&input.into()))
        }
        Err(refusal) => Err(refusal),
    }
}

fn create(store: &Store, request: &Request, typed: &TypedAccount) -> Result<Reply, Refusal> {
    let (username, display_name, reason) = typed.parse()?;
    let secret = Secret::random();
    let account = NewAccount {
        username,
        display_name,
        password_hash: unusable_password_hash()?,
        roles: RoleSet::of(&typed.roles),
        link: Some(secret.hash()),
    };
    let call = AccountCall { caller: request.caller(Interface::Admin)?, reason: reason.as_str() };
    // The page is made ready first: after the change, its link could be lost.
    let frame = frame(store, request);
    if let Err(Refusal::Unavailable(why)) = frame {
        return Err(why.into());
    }
    let id = accounts::create(store, &call, &account)?;
    let mut layout = frame?;
    layout.move_to(BELOW_ACCOUNTS);
    let NewAccount { username, display_name, roles, .. } = account;
    let person = Person { id, username: username.as_str().to_owned(), display_name, roles };
    Ok(password_link::page(request, layout, person, LinkReason::Created, &secret))
}

fn frame(store: &Store, request: &Request) -> Result<Layout, Refusal> {
    let conn = &mut *store.checkout()?;
    let title = "Account created";
    Ok(authorized_layout(conn, request, title, Permission::ManageAccount)?.1)
}
