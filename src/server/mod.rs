//! The running server: the routes, the middleware around them, start and stop.

mod app;
mod cross_site;
mod error_responses;
mod metrics_listener;
mod middleware;
mod routes;
mod run;

pub use app::server;
pub use metrics_listener::Watch;
pub use run::serve;
