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
            changes::change(options, &account, rename, "is renamed")
        }
        Command::Deactivate(account) => {
            changes::change(options, &account, AccountChange::Deactivate, "is deactivated")
        }
        Command::Reactivate(account) => {
            changes::change(options, &account, AccountChange::Reactivate, "is reactivated")
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
    use arguments::RoleCommand as Command;
    match command {
        Command::Grant(arguments) => changes::grant(options, &arguments),
        Command::Revoke(arguments) => changes::revoke(options, &arguments),
    }
}
