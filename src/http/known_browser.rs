//! Carries the proof of a known browser in a cookie. `accounts::known_browsers` makes
//! and checks it.

use std::future::{Ready, ready};

use actix_web::cookie::time::Duration;
use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};

use super::Settings;
use crate::accounts::known_browsers::BrowserKey;
use crate::domain::{SecretHash, UserId};

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

    /// Gives the browser the cookie by which it is known from now on.
    pub(crate) fn remember(
        &self,
        user: UserId,
        hash: &str,
        settings: &Settings,
        response: &mut HttpResponse,
    ) {
        let Some(key) = &self.key else { return };
        let value = key.remember(&self.cookie, user, hash);
        if let Err(error) = response.add_cookie(&settings.cookie(COOKIE, value, LIFETIME)) {
            tracing::error!(%error, "a browser could not be remembered");
        }
    }
}
