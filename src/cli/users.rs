//! `user` and `role`: accounts, through the door for accounts.

use std::fmt;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde::Serialize;

use crate::accounts::passwords::hash_unknown_password;
use crate::accounts::secrets::Secret;
use crate::accounts::{self, AccountLine, Credential, links};
use crate::cli::{Failure, Options, on_database, passwords, posts};
use crate::domain::{
    FieldError, Interface, NewAccount, Note, PasswordReset, RequestId, Role, RoleSet, Username,
    parse_display_name,
};
use crate::policies::accounts::AccountChange;
use crate::refusal::Refusal;
use crate::store::Store;
use crate::workflow;
use crate::workflow::accounts::AccountCall;

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Create an account
    ///
    /// The first account of an empty system must have the role staff, and is
    /// created without --as: there is nobody yet who could do it.
    Create(NewUser),
    /// List every account
    List,
    /// Let a person in no longer; ends their sessions
    Deactivate(Subject),
    /// Let a person in again
    Reactivate(Subject),
    /// End a password and print a one-time link to set another
    ResetPassword(Subject),
    /// Replace a password; ends the person's sessions
    Password {
        /// Whose password
        name: String,
        /// The member of staff who does it
        #[arg(long = "as", value_name = "NAME")]
        actor: String,
        #[command(flatten)]
        password: PasswordSource,
        /// Why, for the record
        #[arg(long, default_value = "", hide_default_value = true)]
        reason: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct NewUser {
    /// What the person signs in with
    name: String,
    /// The name that others see
    #[arg(long, value_name = "TEXT")]
    display_name: String,
    /// What the person holds: author, reviewer or staff; may be repeated
    #[arg(long = "role", value_name = "ROLE")]
    roles: Vec<Role>,
    /// The member of staff who does it
    #[arg(long = "as", value_name = "NAME")]
    actor: Option<String>,
    #[command(flatten)]
    password: PasswordSource,
    /// Ask for no password: print a one-time link with which the person sets it
    #[arg(long, requires = "actor", conflicts_with = "password_stdin")]
    link: bool,
    /// Why, for the record
    #[arg(long, default_value = "", hide_default_value = true)]
    reason: String,
}

#[derive(Debug, Args)]
pub(super) struct PasswordSource {
    /// Read the password from the first line of standard input
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Debug, Args)]
pub(super) struct Subject {
    /// Whose account
    name: String,
    #[command(flatten)]
    by: By,
}

#[derive(Debug, Args)]
pub(super) struct By {
    /// The member of staff who does it
    #[arg(long = "as", value_name = "NAME")]
    actor: String,
    /// Why, for the record
    #[arg(long)]
    reason: String,
}

#[derive(Debug, Subcommand)]
pub(super) enum RoleCommand {
    /// Give a person a role
    Grant(Holding),
    /// Take a role from a person
    Revoke(Holding),
}

#[derive(Debug, Args)]
pub(super) struct Holding {
    /// Whose account
    name: String,
    /// author, reviewer or staff
    role: Role,
    #[command(flatten)]
    by: By,
}

pub(super) fn user(options: &Options, command: UserCommand) -> Result<(), Failure> {
    match command {
        UserCommand::Create(account) => create(options, &account),
        UserCommand::List => list(options),
        UserCommand::Deactivate(Subject { name, by }) => {
            change(options, &name, &by, &AccountChange::Deactivate, "deactivated")
        }
        UserCommand::Reactivate(Subject { name, by }) => {
            change(options, &name, &by, &AccountChange::Reactivate, "active again")
        }
        UserCommand::ResetPassword(Subject { name, by }) => reset_password(options, &name, &by),
        UserCommand::Password { name, actor, password, reason } => on_database(options, |store| {
            // Who is not let in is not asked for a password either.
            let credential = acting(store, &actor)?;
            let change =
                AccountChange::SetPassword(passwords::obtain_hash(password.password_stdin)?);
            apply(store, &credential, &name, &reason, &change)?;
            told(options, &name, "has a new password", None)
        }),
    }
}

pub(super) fn role(options: &Options, command: RoleCommand) -> Result<(), Failure> {
    match command {
        RoleCommand::Grant(Holding { name, role, by }) => {
            let outcome = format!("{role} now");
            change(options, &name, &by, &AccountChange::Grant(role), &outcome)
        }
        RoleCommand::Revoke(Holding { name, role, by }) => {
            let outcome = format!("{role} no longer");
            change(options, &name, &by, &AccountChange::Revoke(role), &outcome)
        }
    }
}

/// Returns the credential of whoever `--as` names.
fn acting(store: &Store, name: &str) -> Result<Credential, Failure> {
    Ok(Credential::Account(posts::acting(store, name)?.id))
}

fn create(options: &Options, new: &NewUser) -> Result<(), Failure> {
    let username = Username::parse(&new.name)?;
    let display_name = parse_display_name(&new.display_name)?;
    let reason = Note::parse(&new.reason)?;
    on_database(options, |store| {
        let credential = match &new.actor {
            Some(actor) => Some(acting(store, actor)?),
            None => {
                require_nobody(store, &new.roles)?;
                None
            }
        };
        let secret = new.link.then(Secret::random);
        let account = NewAccount {
            username,
            display_name,
            password_hash: match secret {
                Some(_) => nobodys_hash()?,
                None => passwords::obtain_hash(new.password.password_stdin)?,
            },
            roles: RoleSet::of(&new.roles),
            link: secret.as_ref().map(Secret::hash),
        };
        match credential {
            Some(credential) => through_the_door(&credential, reason.as_str(), |call| {
                workflow::accounts::create(store, call, &account)
            })?,
            None => through_the_door(&Credential::Account(NOBODY), reason.as_str(), |call| {
                workflow::accounts::create_first(store, call, &account)
            })?,
        };
        told(options, account.username.as_str(), "is created", secret.as_ref())
    })
}

fn nobodys_hash() -> Result<String, Failure> {
    hash_unknown_password().map_err(|error| Failure::Other(error.to_string()))
}

/// Ends a password, and says with which link its person sets another.
fn reset_password(options: &Options, name: &str, by: &By) -> Result<(), Failure> {
    require_reason(by)?;
    on_database(options, |store| {
        let credential = acting(store, &by.actor)?;
        let secret = Secret::random();
        let reset = PasswordReset { nobodys_hash: nobodys_hash()?, link: secret.hash() };
        apply(store, &credential, name, &by.reason, &AccountChange::ResetPassword(reset))?;
        told(options, name, "has no password any more", Some(&secret))
    })
}

/// What happened to an account.
#[derive(Serialize)]
struct Told<'a> {
    username: &'a str,
    outcome: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

impl fmt::Display for Told<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}.", self.username, self.outcome)?;
        match &self.link {
            None => Ok(()),
            Some(link) => write!(
                out,
                "\nOn the site, this page sets the password. It works once, and for 48 hours:\n\
                 {link}"
            ),
        }
    }
}

fn told(
    options: &Options,
    username: &str,
    outcome: &str,
    secret: Option<&Secret>,
) -> Result<(), Failure> {
    let link = secret.map(|secret| links::address(secret.as_str()));
    options.form().tell(&Told { username, outcome, link })
}

fn require_reason(by: &By) -> Result<(), Failure> {
    match by.reason.trim().is_empty() {
        true => Err(FieldError::new("reason", "Write why; the record keeps it.").into()),
        false => Ok(()),
    }
}

/// Nobody creates the first account; no row has this id.
const NOBODY: crate::domain::UserId = crate::domain::UserId(0);

fn require_nobody(store: &Store, roles: &[Role]) -> Result<(), Failure> {
    if accounts::any_exists(&mut *store.checkout()?)? {
        return Err(Failure::Usage("Name the member of staff who does this with --as.".into()));
    }
    if !roles.contains(&Role::Staff) {
        return Err(Failure::Usage(
            "The first account needs --role staff, or nobody could ever grant anything.".into(),
        ));
    }
    Ok(())
}

fn list(options: &Options) -> Result<(), Failure> {
    on_database(options, |store| {
        let accounts = accounts::list(&mut *store.checkout()?)?;
        options.form().tell_each("accounts", |lines| {
            accounts.into_iter().try_for_each(|line| lines.tell(&Account::from(line)))
        })
    })
}

/// One line of the list of accounts.
#[derive(Serialize)]
struct Account {
    id: i64,
    username: String,
    name: String,
    roles: Vec<&'static str>,
    is_active: bool,
    created_at: Timestamp,
}

impl From<AccountLine> for Account {
    fn from(line: AccountLine) -> Self {
        let person = line.person;
        Self {
            id: person.id.0,
            roles: person.roles.iter().map(Role::as_str).collect(),
            username: person.username,
            name: person.display_name,
            is_active: line.is_active,
            created_at: line.created_at,
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.is_active { "active" } else { "deactivated" };
        let roles = self.roles.join(", ");
        write!(out, "{}\t{state}\t{roles}\t{}", self.username, self.name)
    }
}

fn change(
    options: &Options,
    name: &str,
    by: &By,
    change: &AccountChange,
    outcome: &str,
) -> Result<(), Failure> {
    require_reason(by)?;
    on_database(options, |store| {
        let credential = acting(store, &by.actor)?;
        apply(store, &credential, name, &by.reason, change)?;
        told(options, name, &format!("is {outcome}"), None)
    })
}

fn apply(
    store: &Store,
    credential: &Credential,
    name: &str,
    reason: &str,
    change: &AccountChange,
) -> Result<(), Failure> {
    let username = Username::parse(name)?;
    let reason = Note::parse(reason)?;
    through_the_door(credential, reason.as_str(), |call| {
        workflow::accounts::change(store, call, username.as_str(), change)
    })
}

fn through_the_door<T>(
    credential: &Credential,
    reason: &str,
    ask: impl FnOnce(&AccountCall<'_>) -> Result<T, Refusal>,
) -> Result<T, Failure> {
    let request = RequestId::new();
    let call = AccountCall { credential, interface: Interface::CommandLine, request, reason };
    ask(&call).map_err(|refusal| Failure::refused(refusal, request))
}
