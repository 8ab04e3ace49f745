use diesel::pg::PgConnection;

use crate::domain::{Permission, Person};
use crate::http::layout::AdminLayout;
use crate::http::{Layout, Request};
use crate::refusal::{Refusal, read_error};
use crate::{audit, permissions};

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
    let open_incidents = audit::open_incidents(conn).map_err(read_error)?;
    let mut layout = Layout::new(request, title, Some(&person));
    layout.admin = Some(AdminLayout { open_incidents });
    Ok((person, layout))
}
