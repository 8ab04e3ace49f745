/// What a server logs where `RUST_LOG` is not set. The module that is off
/// reports each malformed request of a client as an error.
pub(crate) const DEFAULT_LOG_FILTER: &str = "imprimatur=info,actix_http::h1::dispatcher=off,warn";
