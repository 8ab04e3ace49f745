use std::future::{Ready, ready};

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};

use super::Settings;
use crate::accounts::known_browsers::BrowserKey;
use crate::domain::{SecretHash, UserId};

/// The name of the cookie.
const COOKIE: &str = "device";

/// How long it is kept: browsers keep none for longer.
const LIFETIME: Duration = Duration::days(400);

/// What the browser of a request says about who has signed in with it.
#[derive(Clone)]
pub(crate) struct KnownBrowser {
    key: Option<Data<BrowserKey>>,
    cookie: String,
}

impl FromRequest for KnownBrowser {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let cookie = request
            .app_data::<Data<Settings>>()
            .and_then(|settings| request.cookie(&settings.cookie_name(COOKIE)))
            .map(|cookie| cookie.value().to_owned());
        let key = request.app_data::<Data<BrowserKey>>().cloned();
        ready(Ok(Self { key, cookie: cookie.unwrap_or_default() }))
    }
}

impl KnownBrowser {
    /// Returns the browser's name for the throttle, if the owner of the account
    /// has signed in with it since the password was set.
    pub(crate) fn name_for(&self, user: UserId, hash: &str) -> Option<SecretHash> {
        self.key.as_ref()?.recognise(&self.cookie, user, hash)
    }

    /// Returns the cookie by which the browser is known from now on.
    pub(crate) fn cookie_for(
        &self,
        user: UserId,
        hash: &str,
        settings: &Settings,
    ) -> Option<Cookie<'static>> {
        let value = self.key.as_ref()?.remember(&self.cookie, user, hash);
        let cookie = Cookie::build(settings.cookie_name(COOKIE), value)
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(settings.is_secure())
            .max_age(LIFETIME);
        Some(cookie.finish())
    }
}
