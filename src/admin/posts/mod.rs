//! The list of posts, one post, and archiving one or many of them.

mod archive;
mod asked_list;
mod bulk_confirm;
mod bulk_progress;
mod detail;
mod file;
mod filters;
mod list;
mod list_page;
mod paths;
mod skipped;

use actix_web::web::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    // The last one takes what the others leave.
    config
        .configure(list::routes)
        .configure(file::routes)
        .configure(bulk_confirm::routes)
        .configure(bulk_progress::routes)
        .configure(detail::routes)
        .configure(archive::routes);
}
