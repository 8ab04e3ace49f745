//! Provides what all edges over HTTP need: requests, forms, replies, layout, errors and
//! admission.

// The request.
mod admission;
mod body_type;
mod client_network;
mod context;
pub(crate) mod entity_tag;
mod form;
mod handler;
mod hashing;
mod known_browser;
mod language_tag;
mod last_uses;
pub(crate) mod not_now;
mod origin;
mod own_origin;
pub(crate) mod pager;
pub(crate) mod paging;
mod query;
mod request;
mod segments;
mod sender;
pub(crate) mod session;
mod settings;
mod turns;

// The reply.
pub(crate) mod assets;
pub(crate) mod download;
pub(crate) mod flash;
pub(crate) mod layout;
mod reply;

// Errors, as pages and as problem documents.
pub mod api_error;
pub(crate) mod error_kind;
pub(crate) mod error_page;
pub(crate) mod kept_form;
pub(crate) mod kept_form_page;
pub mod problem;
mod refused_page;
mod sign_in_page;

// The form of an action, which the desk and the admin share.
pub(crate) mod action_form;
pub(crate) mod action_place;
mod confirm_page;
mod done_page;
pub(crate) mod presence;

pub use admission::MAX_IN_PROGRESS;
pub(crate) use admission::{Admission, NotDone};
pub(crate) use body_type::{is_encoded, is_form};
pub(crate) use client_network::client_network;
pub use context::Context;
pub(crate) use error_kind::RETRY_AFTER;
pub use error_kind::{ErrorKind, problem_kinds};
pub use form::Form;
pub use hashing::Hashing;
pub(crate) use kept_form::field_label;
pub(crate) use known_browser::KnownBrowser;
pub use language_tag::LanguageTag;
pub use layout::Layout;
pub use reply::Reply;
pub use request::Request;
pub use settings::{Settings, Site};

pub(crate) use form::LIMIT as FORM_LIMIT;
pub(crate) use handler::{get_page, post_form};
pub(crate) use query::{PageAddress, escaped};
pub(crate) use request::{HeadersOnly, request_id};
pub(crate) use segments::Segments;
pub(crate) use sender::{Sender, Shown};
pub(crate) use sign_in_page::SignInPage;
pub(crate) use turns::{Client, Work};
