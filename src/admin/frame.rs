use diesel::pg::PgConnection;

use crate::audit;
use crate::domain::{Permission, Person};
use crate::permissions;
use crate::refusal::{Refusal, unreadable};
use crate::web::layout::AdminFrame;
use crate::web::{Layout, Visit};

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
    visit: &Visit,
    title: &str,
    permission: Permission,
) -> Result<(Person, Layout), Refusal> {
    let person = visit.viewer(conn)?;
    permissions::check(&person.roles, permission)?;
    let open_incidents = audit::open_incidents(conn).map_err(unreadable)?;
    let mut layout = visit.layout(title, Some(&person));
    layout.admin = Some(AdminFrame { rooms: ROOMS, open_incidents });
    Ok((person, layout))
}
