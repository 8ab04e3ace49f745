//! Changes accounts from the command line. The workflow decides about each change.

use crate::accounts::secrets::Secret;
use crate::cli::acting_person::acting_person;
use crate::cli::database::on_database;
use crate::cli::failure::CommandFailure;
use crate::cli::options::Options;
use crate::cli::passwords::{self, PasswordSource};
use crate::cli::users::arguments::AccountArguments;
use crate::cli::users::report::print;
use crate::domain::{Note, PasswordReset, UserId, Username};
use crate::policies::accounts::AccountChange;
use crate::refusal::Refusal;
use crate::store::Store;
use crate::workflow::accounts::AccountCall;
use crate::workflow::{self, Caller};

/// Changes an account, and prints the outcome with the one-time link, if there is one.
pub(super) fn change(
    options: &Options,
    account: &AccountArguments,
    change: &AccountChange,
    outcome: &str,
    link: Option<&Secret>,
) -> Result<(), CommandFailure> {
    let AccountArguments { name, actor, reason } = account;
    on_database(options, |store| {
        apply(store, acting_person(store, actor)?.id, name, reason, change)
    })?;
    print(options, name, outcome, link)
}

pub(super) fn reset_password(
    options: &Options,
    account: &AccountArguments,
) -> Result<(), CommandFailure> {
    let secret = Secret::random();
    let reset = PasswordReset { unusable_hash: unusable_hash()?, link: secret.hash() };
    let reset = AccountChange::ResetPassword(reset);
    change(options, account, &reset, "password reset", Some(&secret))
}

pub(super) fn set_password(
    options: &Options,
    name: &str,
    actor: &str,
    password: &PasswordSource,
    reason: &str,
) -> Result<(), CommandFailure> {
    on_database(options, |store| {
        // An unknown actor is not asked for a password.
        let actor = acting_person(store, actor)?.id;
        let username = Username::parse(name)?;
        let found = crate::accounts::find_any(&mut *store.checkout()?, &username)?;
        let display_name = found.map(|found| found.person.display_name).unwrap_or_default();
        let hash = passwords::read_hash(password, [name, &display_name])?;
        let change = AccountChange::SetPassword(hash);
        apply(store, actor, name, reason, &change)
    })?;
    print(options, name, "password set", None)
}

/// Returns a hash that no password has.
pub(super) fn unusable_hash() -> Result<String, CommandFailure> {
    crate::accounts::passwords::unusable_hash()
        .map_err(|error| CommandFailure::Other(error.to_string()))
}

fn apply(
    store: &Store,
    actor: UserId,
    name: &str,
    reason: &str,
    change: &AccountChange,
) -> Result<(), CommandFailure> {
    let username = Username::parse(name)?;
    let reason = Note::parse(reason)?;
    let changed = call(actor, reason.as_str(), |call| {
        workflow::accounts::change(store, call, username.as_str(), change)
    });
    changed.map_err(|failure| match failure {
        CommandFailure::Refused(refused) if matches!(refused.refusal, Refusal::NotFound) => {
            CommandFailure::NoAccount(name.to_owned())
        }
        other => other,
    })
}

/// Calls the workflow, and names the request in its refusal.
pub(super) fn call<T>(
    actor: UserId,
    reason: &str,
    action: impl FnOnce(&AccountCall<'_>) -> Result<T, Refusal>,
) -> Result<T, CommandFailure> {
    let call = AccountCall { caller: Caller::on_command_line(actor), reason };
    action(&call).map_err(|refusal| CommandFailure::refused(refusal, call.caller.request))
}
