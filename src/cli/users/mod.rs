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
    let (account, change, outcome) = match command {
        Command::Create(account) => return create::create(options, &account),
        Command::List => return list::list(options),
        Command::ResetPassword(account) => return changes::reset_password(options, &account),
        Command::Password { name, actor, password, reason } => {
            return changes::set_password(options, &name, &actor, &password, &reason);
        }
        Command::Rename { account, display_name, from } => {
            let to = parse_display_name(&display_name)?;
            (account, AccountChange::Rename { to, seen: from }, "renamed")
        }
        Command::Deactivate(account) => (account, AccountChange::Deactivate, "deactivated"),
        Command::Reactivate(account) => (account, AccountChange::Reactivate, "reactivated"),
    };
    changes::change(options, &account, &change, outcome, None)
}

pub(super) fn role(
    options: &Options,
    command: arguments::RoleCommand,
) -> Result<(), CommandFailure> {
    use arguments::{RoleArguments, RoleCommand as Command};
    let (account, change, outcome) = match command {
        Command::Grant(RoleArguments { account, role }) => {
            (account, AccountChange::Grant(role), format!("role {role} added"))
        }
        Command::Revoke(RoleArguments { account, role }) => {
            (account, AccountChange::Revoke(role), format!("role {role} removed"))
        }
    };
    changes::change(options, &account, &change, &outcome, None)
}
