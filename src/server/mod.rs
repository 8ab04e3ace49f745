//! The running server: the routes, the middleware around them, start and stop.

mod app;
mod body_budget;
mod body_limits;
mod error_responses;
mod log_filter;
pub mod memory;
mod metrics_listener;
mod middleware;
mod refused;
mod routes;
mod run;
mod strangers;

pub use app::server;
pub(crate) use log_filter::DEFAULT_LOG_FILTER;
pub use metrics_listener::Watch;
pub use run::serve;
