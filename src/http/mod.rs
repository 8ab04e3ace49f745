//! What every edge over HTTP needs: the request, its form, the reply, the
//! layout around a page, and the pages and problems that refusals become.

pub(crate) mod action_form;
pub(crate) mod assets;
pub(crate) mod client_address;
mod context;
pub(crate) mod done_page;
pub(crate) mod download;
pub(crate) mod error_page;
pub(crate) mod flash;
pub(crate) mod form;
mod get_only;
mod hashing;
mod known_browser;
pub(crate) mod layout;
mod origin;
pub(crate) mod paging;
mod paths;
pub mod problem;
pub(crate) mod refused_page;
pub(crate) mod reply;
pub(crate) mod request;
pub(crate) mod resume;
pub(crate) mod session;
mod settings;
mod sign_in_page;
mod status;

pub use context::{Context, MOST_IN_HAND};
pub use form::Form;
pub use hashing::Hashing;
pub(crate) use known_browser::KnownBrowser;
pub use layout::Layout;
pub use reply::Reply;
pub use request::Request;
pub use settings::Settings;
pub use status::status;

pub(crate) use context::blocking;
pub(crate) use get_only::get_only;
pub(crate) use paths::{escaped, post_id};
pub(crate) use sign_in_page::SignInPage;
