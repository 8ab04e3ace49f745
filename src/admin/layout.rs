//! Guards the pages of the admin: each names the permission that it needs.

use diesel::pg::PgConnection;

use crate::domain::{Permission, Person};
use crate::http::{Layout, Request};
use crate::permissions;
use crate::refusal::Refusal;

/// Returns the viewer and the layout of an admin page, if the viewer holds the
/// permission.
pub(super) fn authorized_layout(
    conn: &mut PgConnection,
    request: &Request,
    title: &str,
    permission: Permission,
) -> Result<(Person, Layout), Refusal> {
    let person = request.load_viewer(conn)?;
    permissions::check(&person.roles, permission)?;
    let layout = Layout::of_admin(conn, request, title, &person)?;
    Ok((person, layout))
}
