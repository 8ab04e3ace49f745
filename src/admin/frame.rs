use diesel::pg::PgConnection;

use crate::domain::{Permission, Person};
use crate::http::layout::AdminFrame;
use crate::http::{Layout, Request};
use crate::refusal::{Refusal, read_error};
use crate::{audit, permissions};

/// The rooms of the admin, as its navigation names them.
pub(super) const ROOMS: &[(&str, &str)] = &[
    ("/admin", "Overview"),
    ("/admin/posts", "Posts"),
    ("/admin/accounts", "Accounts"),
    ("/admin/permissions", "Permissions"),
    ("/admin/refusals", "Refusals"),
    ("/admin/incidents", "Incidents"),
];

/// Returns who is looking and what stands around an admin page: its rooms, and
/// how many incidents nobody has acknowledged yet.
///
/// # Errors
///
/// Nobody is signed in, or their account may not look at this.
pub(super) fn enter(
    conn: &mut PgConnection,
    request: &Request,
    title: &str,
    permission: Permission,
) -> Result<(Person, Layout), Refusal> {
    let person = request.viewer(conn)?;
    permissions::check(&person.roles, permission)?;
    let open_incidents = audit::open_incidents(conn).map_err(read_error)?;
    let mut layout = Layout::new(request, title, Some(&person));
    layout.admin = Some(AdminFrame { rooms: ROOMS, open_incidents });
    Ok((person, layout))
}
