//! The page that shows the one-time link of a new or reset password, once.

use askama::Template;

use crate::accounts::secrets::Secret;
use crate::accounts::{links, passwords};
use crate::domain::Person;
use crate::http::{Layout, Reply, Request};
use crate::refusal::Refusal;
use crate::store::Unavailable;

#[derive(Template)]
#[template(path = "admin/password_link.html")]
struct PasswordLinkPage {
    layout: Layout,
    person: Person,
    address: String,
    reason: LinkReason,
}

/// Why a link was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LinkReason {
    /// The account is new.
    Created,
    /// The password was reset.
    Reset,
}

/// Returns the page. It is the only place where the secret is shown.
pub(super) fn page(
    request: &Request,
    layout: Layout,
    person: Person,
    reason: LinkReason,
    secret: &Secret,
) -> Reply {
    let address = format!("{}{}", request.site.url, links::address(secret.as_str()));
    Reply::ok(&PasswordLinkPage { layout, person, address, reason })
}

/// Returns a hash that no known password has.
pub(super) fn unusable_password_hash() -> Result<String, Refusal> {
    passwords::unusable_hash().map_err(|error| {
        tracing::error!(%error, "a hash could not be made");
        Unavailable::Busy.into()
    })
}
