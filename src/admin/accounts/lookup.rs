use diesel::pg::PgConnection;

use crate::accounts::directory::{self, AccountDetails};
use crate::domain::Username;
use crate::refusal::{Refusal, read_error};

/// Returns the account that an address names.
///
/// # Errors
///
/// [`Refusal::NotFound`] when there is no such account.
pub(super) fn find(conn: &mut PgConnection, username: &str) -> Result<AccountDetails, Refusal> {
    let username = Username::parse(username).map_err(|_| Refusal::NotFound)?;
    let found = directory::find(conn, &username).map_err(read_error)?;
    found.ok_or(Refusal::NotFound)
}
