//! Defines the subcommands of `user` and `role`. clap prints the doc comments as their
//! help.

use clap::{Args, Subcommand};

use crate::cli::passwords::PasswordSource;
use crate::domain::{Role, listed};

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Create an account
    ///
    /// The first account must have the role staff and is created without --as.
    Create(NewUser),
    /// List every account
    List,
    /// Change a display name
    Rename {
        #[command(flatten)]
        account: AccountArguments,
        /// New display name
        #[arg(long, value_name = "TEXT")]
        display_name: String,
        /// Current display name; refused if it is another one by now
        #[arg(long, value_name = "TEXT")]
        from: Option<String>,
    },
    /// Deactivate an account and sign it out
    Deactivate(AccountArguments),
    /// Reactivate an account
    Reactivate(AccountArguments),
    /// Reset a password and print a one-time link
    ResetPassword(AccountArguments),
    /// Set a password and sign the person out
    Password {
        /// Username of the account
        name: String,
        /// Act as this member of staff
        #[arg(long = "as", value_name = "NAME")]
        actor: String,
        #[command(flatten)]
        password: PasswordSource,
        /// Reason
        #[arg(long, default_value = "", hide_default_value = true)]
        reason: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct NewUser {
    /// Username
    pub(super) name: String,
    /// Display name
    #[arg(long, value_name = "TEXT")]
    pub(super) display_name: String,
    #[arg(
        long = "role",
        value_name = "ROLE",
        help = format!("Role (repeatable): {}", roles())
    )]
    pub(super) roles: Vec<Role>,
    /// Act as this member of staff
    #[arg(long = "as", value_name = "NAME")]
    pub(super) actor: Option<String>,
    #[command(flatten)]
    pub(super) password: PasswordSource,
    /// Do not ask for a password; print a one-time link
    #[arg(long, requires = "actor", conflicts_with = "password_stdin")]
    pub(super) link: bool,
    /// Reason
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(super) reason: String,
}

fn roles() -> String {
    listed(&Role::ALL.map(Role::as_str))
}

#[derive(Debug, Args)]
pub(crate) struct AccountArguments {
    /// Username of the account
    pub(super) name: String,
    /// Act as this member of staff
    #[arg(long = "as", value_name = "NAME")]
    pub(super) actor: String,
    /// Reason
    #[arg(long)]
    pub(super) reason: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RoleCommand {
    /// Grant a role
    Grant(RoleArguments),
    /// Revoke a role
    Revoke(RoleArguments),
}

#[derive(Debug, Args)]
pub(crate) struct RoleArguments {
    #[command(flatten)]
    pub(super) account: AccountArguments,
    #[arg(help = roles())]
    pub(super) role: Role,
}
