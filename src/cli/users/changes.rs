use crate::accounts::Credential;
use crate::accounts::secrets::Secret;
use crate::cli::acting_person::acting_person;
use crate::cli::database::on_database;
use crate::cli::failure::CommandFailure;
use crate::cli::options::Options;
use crate::cli::passwords::{self, PasswordSource};
use crate::cli::users::arguments::AccountArguments;
use crate::cli::users::report::print;
use crate::domain::{Interface, Note, PasswordReset, RequestId, Username};
use crate::policies::accounts::AccountChange;
use crate::refusal::Refusal;
use crate::store::Store;
use crate::workflow;
use crate::workflow::accounts::AccountCall;

/// Changes an account, and prints the outcome with the one-time link, if there is one.
pub(super) fn change(
    options: &Options,
    account: &AccountArguments,
    change: &AccountChange,
    outcome: &str,
    link: Option<&Secret>,
) -> Result<(), CommandFailure> {
    let AccountArguments { name, actor, reason } = account;
    on_database(options, |store| apply(store, &credential(store, actor)?, name, reason, change))?;
    print(options, name, outcome, link)
}

pub(super) fn reset_password(
    options: &Options,
    account: &AccountArguments,
) -> Result<(), CommandFailure> {
    let secret = Secret::random();
    let reset = PasswordReset { nobodys_hash: unusable_hash()?, link: secret.hash() };
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
        let credential = credential(store, actor)?;
        let change = AccountChange::SetPassword(passwords::read_hash(password, name)?);
        apply(store, &credential, name, reason, &change)
    })?;
    print(options, name, "password set", None)
}

/// Returns a hash that no password has.
pub(super) fn unusable_hash() -> Result<String, CommandFailure> {
    crate::accounts::passwords::unusable_hash()
        .map_err(|error| CommandFailure::Other(error.to_string()))
}

/// Returns the credential of the person that `--as` names.
pub(super) fn credential(store: &Store, name: &str) -> Result<Credential, CommandFailure> {
    Ok(Credential::Account(acting_person(store, name)?.id))
}

fn apply(
    store: &Store,
    credential: &Credential,
    name: &str,
    reason: &str,
    change: &AccountChange,
) -> Result<(), CommandFailure> {
    let username = Username::parse(name)?;
    let reason = Note::parse(reason)?;
    let changed = call(credential, reason.as_str(), |call| {
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
    credential: &Credential,
    reason: &str,
    action: impl FnOnce(&AccountCall<'_>) -> Result<T, Refusal>,
) -> Result<T, CommandFailure> {
    let request = RequestId::new();
    let call = AccountCall { credential, interface: Interface::CommandLine, request, reason };
    action(&call).map_err(|refusal| CommandFailure::refused(refusal, request))
}
