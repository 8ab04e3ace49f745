//! `user` and `role`: accounts, through the workflow of accounts.

mod arguments;
mod changes;
mod create;
mod list;
mod report;

pub(super) use arguments::{RoleCommand, UserCommand};

use crate::cli::failure::CommandFailure;
use crate::cli::options::Options;
use crate::domain::parse_display_name;
use crate::policies::accounts::AccountChange;

pub(super) fn user(
    options: &Options,
    command: arguments::UserCommand,
) -> Result<(), CommandFailure> {
    use arguments::UserCommand as Command;
    match command {
        Command::Create(account) => create::create(options, &account),
        Command::List => list::list(options),
        Command::Rename { account, display_name, from } => {
            let rename =
                AccountChange::Rename { to: parse_display_name(&display_name)?, seen: from };
            changes::change(options, &account, &rename, "renamed", None)
        }
        Command::Deactivate(account) => {
            let deactivate = AccountChange::Deactivate;
            changes::change(options, &account, &deactivate, "deactivated", None)
        }
        Command::Reactivate(account) => {
            let reactivate = AccountChange::Reactivate;
            changes::change(options, &account, &reactivate, "reactivated", None)
        }
        Command::ResetPassword(account) => changes::reset_password(options, &account),
        Command::Password { name, actor, password, reason } => {
            changes::set_password(options, &name, &actor, &password, &reason)
        }
    }
}

pub(super) fn role(
    options: &Options,
    command: arguments::RoleCommand,
) -> Result<(), CommandFailure> {
    use arguments::{RoleArguments, RoleCommand as Command};
    match command {
        Command::Grant(RoleArguments { account, role }) => {
            let outcome = format!("role {role} added");
            changes::change(options, &account, &AccountChange::Grant(role), &outcome, None)
        }
        Command::Revoke(RoleArguments { account, role }) => {
            let outcome = format!("role {role} removed");
            changes::change(options, &account, &AccountChange::Revoke(role), &outcome, None)
        }
    }
}
