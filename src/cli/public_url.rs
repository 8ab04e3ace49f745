//! `--public-url`: the origin that readers use, and nothing else.

use std::net::Ipv4Addr;

use url::{Host, Url};

/// The environment variable that says the same.
pub(super) const PUBLIC_URL: &str = "IMPRIMATUR_PUBLIC_URL";

/// A scheme, a host and a port, as a browser writes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PublicUrl {
    url: Url,
}

impl PublicUrl {
    /// Returns the origin, or a sentence that says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.strip_suffix('/').unwrap_or(text);
        if text.contains(|sign: char| sign.is_whitespace() || sign.is_control() || sign == '\\') {
            return Err("it contains a space, a control character or a backslash");
        }
        let (scheme, authority) = text.split_once("://").ok_or(NO_SCHEME)?;
        if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return Err(NO_SCHEME);
        }
        if authority.contains('@') {
            return Err("it must not contain a user name or a password");
        }
        if authority.contains(['/', '?', '#']) {
            return Err("it must not have a path, ? or #: the site is always at the root of its \
                        host");
        }
        // The standard for URLs decodes, completes and drops such signs; they are mistakes here.
        if authority.contains('%') || authority.ends_with(':') {
            return Err(NO_HOST);
        }
        let url = Url::parse(text).map_err(|_| NO_HOST)?;
        let is_usable = match url.host() {
            Some(Host::Domain(name)) => name.trim_end_matches('.').split('.').all(is_label),
            Some(Host::Ipv4(address)) => is_written(authority, address),
            Some(Host::Ipv6(_)) => true,
            None => false,
        };
        if is_usable && url.port() != Some(0) { Ok(Self { url }) } else { Err(NO_HOST) }
    }

    /// Returns `https://example.org`, or with a port where that is not the scheme's own.
    pub(super) fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    pub(super) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Returns whether only this machine can reach it.
    pub(super) fn is_loopback(&self) -> bool {
        match self.url.host() {
            Some(Host::Domain(name)) => {
                let name = name.trim_end_matches('.');
                name == "localhost" || name.ends_with(".localhost")
            }
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }
}

const NO_SCHEME: &str = "it must start with http:// or https://";
const NO_HOST: &str = "after the scheme it needs a host, and a port (if any) from 1 to 65535";

fn is_label(label: &str) -> bool {
    let is_allowed = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_');
    (1..=63).contains(&label.len())
        && label.chars().all(is_allowed)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

// 0x7f.1 and 127.1 are addresses for a browser, too.
fn is_written(authority: &str, address: Ipv4Addr) -> bool {
    authority.split(':').next() == Some(address.to_string().as_str())
}
