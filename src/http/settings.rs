//! Holds what the operator says about the site and its proxy, and makes the cookies of
//! the site.

use std::borrow::Cow;
use std::sync::Arc;

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

use super::LanguageTag;
use super::origin::Origin;

/// How the server presents itself.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How the site presents itself to its readers.
    pub site: Arc<Site>,
    /// Whether a trusted proxy is in front, whose `X-Forwarded-For` tells where a
    /// request comes from. Without a proxy, clients could write that header.
    pub is_behind_proxy: bool,
    /// The origin of the site's address.
    pub(super) origin: Option<Origin>,
}

/// How the site presents itself to its readers: in titles, metadata and the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The address that people use, such as `https://example.org`. With
    /// `https`, cookies travel over TLS only.
    pub url: String,
    /// Its name.
    pub name: String,
    /// What it is about, in a sentence.
    pub description: String,
    /// The language of its posts, where its operator names it.
    pub language: Option<LanguageTag>,
}

impl Site {
    /// The name of a site whose operator gives none.
    pub const DEFAULT_NAME: &str = "Imprimatur";
    /// The description of a site whose operator gives none.
    pub const DEFAULT_DESCRIPTION: &str = "Latest posts";

    /// Returns a site at this address with the default name and description.
    pub fn at(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            name: Self::DEFAULT_NAME.to_owned(),
            description: Self::DEFAULT_DESCRIPTION.to_owned(),
            language: None,
        }
    }

    /// Returns the language of a post for `lang`: empty, where it is unknown.
    pub fn post_language(&self) -> &str {
        self.language.as_ref().map_or("", LanguageTag::as_str)
    }

    /// Returns the language of a public page for `lang`. Its menus are in English.
    pub fn page_language(&self) -> &str {
        self.language.as_ref().map_or("en", LanguageTag::as_str)
    }
}

impl Settings {
    /// Returns the settings of a site.
    pub fn new(site: Site, is_behind_proxy: bool) -> Self {
        let origin = Origin::parse(&site.url);
        Self { site: Arc::new(site), is_behind_proxy, origin }
    }

    /// Returns whether people reach the server over TLS.
    pub fn is_secure(&self) -> bool {
        self.site.url.starts_with("https://")
    }

    /// Returns a cookie for this site alone, which scripts cannot read.
    pub(crate) fn cookie<'a>(
        &self,
        name: &str,
        value: impl Into<Cow<'a, str>>,
        age: Duration,
    ) -> Cookie<'a> {
        let cookie = Cookie::build(self.cookie_name(name), value).path("/").http_only(true);
        cookie.same_site(SameSite::Lax).secure(self.is_secure()).max_age(age).finish()
    }

    /// Returns the full name of a cookie. With the prefix `__Host-`, browsers accept
    /// it only from this host and over TLS.
    pub fn cookie_name(&self, name: &str) -> String {
        // Cookies know no ports: two servers on one machine would share them.
        let port = self.unusual_port().map(|port| format!("-{port}")).unwrap_or_default();
        let prefix = if self.is_secure() { "__Host-" } else { "" };
        format!("{prefix}{name}{port}")
    }
}
