use diesel::pg::PgConnection;

use crate::accounts::directory::{self, AccountDetails};
use crate::domain::Username;
use crate::http::Request;
use crate::refusal::Refusal;

/// Returns the account that the address of a request names.
pub(super) fn find(conn: &mut PgConnection, request: &Request) -> Result<AccountDetails, Refusal> {
    let username =
        Username::parse(request.segments.get("username")).map_err(|_| Refusal::NotFound)?;
    let found = directory::find(conn, &username)?;
    found.ok_or(Refusal::NotFound)
}
