//! The running server: the routes, the middleware around them, start and stop.

mod app;
mod body_limits;
mod cross_site;
mod error_responses;
mod host_check;
mod metrics_listener;
mod middleware;
mod routes;
mod run;

pub use app::server;
pub use metrics_listener::Watch;
pub use run::serve;
