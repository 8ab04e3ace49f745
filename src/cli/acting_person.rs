use crate::accounts;
use crate::cli::failure::CommandFailure;
use crate::domain::{Person, Username};
use crate::store::Store;

/// Returns the person that `--as` names.
pub(super) fn acting_person(store: &Store, name: &str) -> Result<Person, CommandFailure> {
    let found = match Username::parse(name) {
        Ok(username) => accounts::find(&mut *store.checkout()?, &username)?,
        Err(_) => None,
    };
    found.ok_or_else(|| CommandFailure::UnknownAccount(name.to_owned()))
}
