//! Prints what a command has done to an account, as text or as JSON.

use std::fmt;

use serde::Serialize;

use crate::accounts::links;
use crate::accounts::secrets::Secret;
use crate::cli::failure::CommandFailure;
use crate::cli::options::Options;
use crate::cli::public_url::{PUBLIC_URL, PublicUrl};
use crate::config::DatabaseLocation;
use crate::domain::LINK_HOURS;
use crate::postgres::{self, InstallPolicy};

/// The outcome of a new account.
pub(super) const CREATED: &str = "created";

#[derive(Serialize)]
struct AccountOutcome<'a> {
    username: &'a str,
    outcome: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

impl fmt::Display for AccountOutcome<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.outcome {
            CREATED => write!(out, "Created account {}.", self.username)?,
            outcome => write!(out, "{}: {outcome}.", self.username)?,
        }
        match &self.link {
            None => Ok(()),
            Some(link) if link.starts_with('/') => write!(
                out,
                "\nOne-time link to set a password, valid for {LINK_HOURS} hours (put the address of the \
                 site in front of it):\n{link}"
            ),
            Some(link) => {
                write!(
                    out,
                    "\nOne-time link to set a password, valid for {LINK_HOURS} hours:\n{link}"
                )
            }
        }
    }
}

/// Prints the outcome for an account, and the one-time link to set a password if there is one.
pub(super) fn print(
    options: &Options,
    username: &str,
    outcome: &str,
    secret: Option<&Secret>,
) -> Result<(), CommandFailure> {
    let link = secret.map(|secret| {
        let site = site_address(options).unwrap_or_default();
        format!("{site}{}", links::address(secret.as_str()))
    });
    let outcome = AccountOutcome { username, outcome, link };
    options.format().print(&outcome, &outcome)
}

/// Returns the address of the site, where it is known: the public URL, or where the
/// private database is served now.
fn site_address(options: &Options) -> Option<String> {
    let named = std::env::var(PUBLIC_URL).ok();
    if let Some(url) = named.and_then(|url| PublicUrl::parse(&url).ok()) {
        return Some(url.origin());
    }
    match DatabaseLocation::from_environment(options.data_dir.clone(), InstallPolicy::Never) {
        Ok(DatabaseLocation::Private { data_dir, .. }) => postgres::serving_address(&data_dir),
        Ok(DatabaseLocation::Server { .. }) | Err(_) => None,
    }
}
