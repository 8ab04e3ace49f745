//! The refused actions, and what would be answered now.

mod current_answer;
mod file;
mod filters;
mod list;

use actix_web::web::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.configure(list::routes).configure(file::routes);
}
