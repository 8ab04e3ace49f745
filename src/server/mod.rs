//! The running server: the routes, the middleware around them, start and stop.

mod app;
mod body_limits;
mod cross_site;
mod error_responses;
mod host_check;
mod log_filter;
pub mod memory;
mod methods;
mod metrics_listener;
mod middleware;
mod routes;
mod run;

pub use app::server;
pub(crate) use log_filter::DEFAULT_LOG_FILTER;
pub use metrics_listener::Watch;
pub use run::serve;
