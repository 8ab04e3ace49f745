use crate::accounts;
use crate::cli::failure::Failure;
use crate::domain::Person;
use crate::store::Store;

/// Returns the person that `--as` names.
pub(super) fn acting_person(store: &Store, name: &str) -> Result<Person, Failure> {
    accounts::find(&mut *store.checkout()?, &name.trim().to_ascii_lowercase())?
        .ok_or_else(|| Failure::UnknownAccount(name.to_owned()))
}
