//! Who may attempt what, what must hold, and what comes of both: as the code
//! has it, and by asking it.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use askama::Template;

use crate::admin::frame::enter;
use crate::admin::truth_table::{COLUMNS, Row, rows};
use crate::domain::{Action, Permission, Role};
use crate::http::{Context, Layout, Reply, Request};
use crate::{permissions, policies};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.route("/admin/permissions", web::get().to(show));
}

#[derive(Template)]
#[template(path = "admin/permissions.html")]
struct PermissionsPage {
    layout: Layout,
    truth: Vec<Row>,
}

impl PermissionsPage {
    fn why(role: &Role, permission: &Permission) -> Option<&'static str> {
        permissions::grant(*role, *permission)
    }

    /// Returns the name in pieces between which a line may break.
    fn pieces(permission: &Permission) -> Vec<&'static str> {
        permission.codename().split_inclusive(['.', '_']).collect()
    }

    fn takes(action: &Action) -> Permission {
        permissions::required(*action)
    }

    fn codes(action: &Action) -> Vec<&'static str> {
        policies::rules(*action).iter().map(|rule| rule.code()).collect()
    }
}

async fn show(request: Request, context: Data<Context>) -> HttpResponse {
    context
        .page(request, |store, request| {
            let conn = &mut *store.checkout()?;
            let (_, layout) = enter(conn, request, "Permissions", Permission::ViewAudit)?;
            Ok(Reply::ok(&PermissionsPage { layout, truth: rows() }))
        })
        .await
}
