//! The permission matrix, the rules, and the table of who can do what.

mod table;

use askama::Template;

use crate::admin::access::table::{AccessRow, COLUMNS, rows};
use crate::admin::layout::authorized_layout;
use crate::domain::{Action, Permission, Role};
use crate::http::{Layout, Reply, Request};
use crate::refusal::Refusal;
use crate::render::filters;
use crate::store::Store;
use crate::{permissions, policies};

#[derive(Template)]
#[template(path = "admin/permissions.html")]
struct PermissionsPage {
    layout: Layout,
    rows: Vec<AccessRow>,
}

impl PermissionsPage {
    /// Returns the reason of a grant, if the role holds the permission.
    fn reason(role: &Role, permission: &Permission) -> Option<&'static str> {
        permissions::grant(*role, *permission)
    }

    /// Returns the name in pieces between which a line may break.
    fn pieces(permission: &Permission) -> Vec<&'static str> {
        permission.as_str().split_inclusive(['.', '_']).collect()
    }

    fn permission(action: &Action) -> Permission {
        permissions::required(*action)
    }

    fn codes(action: &Action) -> Vec<&'static str> {
        policies::rules(*action).iter().map(|rule| rule.as_str()).collect()
    }
}

pub(super) fn show(store: &Store, request: &Request) -> Result<Reply, Refusal> {
    let mut conn = store.checkout()?;
    let (_, layout) = authorized_layout(&mut conn, request, "Permissions", Permission::ViewAudit)?;
    drop(conn);
    Ok(Reply::ok(&PermissionsPage { layout, rows: rows() }))
}
