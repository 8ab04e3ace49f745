use actix_web::web::{self, ServiceConfig};

use super::error_responses;
use crate::http::assets;
use crate::{account, admin, api, desk, site};

/// Registers every route of the site. The metrics listener has a route of its own.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .configure(site::routes)
        .configure(account::routes)
        .configure(desk::routes)
        .configure(admin::routes)
        .configure(api::routes)
        .configure(assets::routes)
        .default_service(web::to(error_responses::not_found));
}
