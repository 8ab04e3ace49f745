use clap::{Args, Subcommand};

use crate::cli::passwords::PasswordSource;
use crate::domain::Role;

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Create an account
    ///
    /// The first account of an empty system must have the role staff, and is
    /// created without --as: there is nobody yet who could do it.
    Create(NewUser),
    /// List every account
    List,
    /// Let a person in no longer; ends their sessions
    Deactivate(AccountArguments),
    /// Let a person in again
    Reactivate(AccountArguments),
    /// End a password and print a one-time link to set another
    ResetPassword(AccountArguments),
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
pub(crate) struct NewUser {
    /// What the person signs in with
    pub(super) name: String,
    /// The name that others see
    #[arg(long, value_name = "TEXT")]
    pub(super) display_name: String,
    #[arg(
        long = "role",
        value_name = "ROLE",
        help = format!("What the person holds: {}; may be repeated", roles())
    )]
    pub(super) roles: Vec<Role>,
    /// The member of staff who does it
    #[arg(long = "as", value_name = "NAME")]
    pub(super) actor: Option<String>,
    #[command(flatten)]
    pub(super) password: PasswordSource,
    /// Ask for no password: print a one-time link with which the person sets it
    #[arg(long, requires = "actor", conflicts_with = "password_stdin")]
    pub(super) link: bool,
    /// Why, for the record
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(super) reason: String,
}

fn roles() -> String {
    let [others @ .., last] = Role::ALL.map(Role::as_str);
    format!("{} or {last}", others.join(", "))
}

#[derive(Debug, Args)]
pub(crate) struct AccountArguments {
    /// Whose account
    pub(super) name: String,
    #[command(flatten)]
    pub(super) by: StaffArguments,
}

#[derive(Debug, Args)]
pub(crate) struct StaffArguments {
    /// The member of staff who does it
    #[arg(long = "as", value_name = "NAME")]
    pub(super) actor: String,
    /// Why, for the record
    #[arg(long)]
    pub(super) reason: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RoleCommand {
    /// Give a person a role
    Grant(RoleArguments),
    /// Take a role from a person
    Revoke(RoleArguments),
}

#[derive(Debug, Args)]
pub(crate) struct RoleArguments {
    /// Whose account
    pub(super) name: String,
    #[arg(help = roles())]
    pub(super) role: Role,
    #[command(flatten)]
    pub(super) by: StaffArguments,
}
