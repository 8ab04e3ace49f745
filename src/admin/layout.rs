use diesel::pg::PgConnection;

use crate::domain::{Permission, Person};
use crate::http::{Layout, Request};
use crate::permissions;
use crate::refusal::Refusal;

/// Returns the viewer and the layout of an admin page: the tabs and the number
/// of open incidents.
///
/// # Errors
///
/// The request has no live session, or the viewer does not hold the permission.
pub(super) fn authorized_layout(
    conn: &mut PgConnection,
    request: &Request,
    title: &str,
    permission: Permission,
) -> Result<(Person, Layout), Refusal> {
    let person = request.viewer(conn)?;
    permissions::check(&person.roles, permission)?;
    let layout = Layout::of_admin(conn, request, title, &person)?;
    Ok((person, layout))
}
