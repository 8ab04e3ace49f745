//! Builds responses: status, body, session and caching.

use std::fmt::Display;

use actix_web::HttpResponse;
use actix_web::cookie::time::Duration;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, EntityTag, HeaderName, HeaderValue};
use askama::Template;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::accounts::throttle::Throttled;
use crate::domain::{InvalidInput, Layer, hex};
use crate::http::error_kind::{DEFECT, ErrorKind, THROTTLED};
use crate::http::flash::Flash;
use crate::http::session::NewSessionKey;
use crate::http::{Request, Settings};
use crate::metrics;
use crate::refusal::Refusal;

/// The media type of a page.
const PAGE: &str = "text/html; charset=utf-8";

/// The response of a handler, before it becomes HTTP. It can cross threads.
#[derive(Debug, Default)]
pub struct Reply {
    status: StatusCode,
    /// The media type, where it is not that of a page.
    content_type: Option<&'static str>,
    body: String,
    /// The layer that refused the request, if one did.
    refused_by: Option<Layer>,
    /// The line for the next page to show.
    flash: Option<Flash>,
    /// Whether this page shows the line of an earlier reply.
    shows_flash: bool,
    is_revalidated: bool,
    /// Whether the reply is for one person, so that no shared cache may keep it.
    is_personal: bool,
    entity_tag: Option<EntityTag>,
    /// Whether the browser has cached this very body.
    is_cached: bool,
    new_session: Option<NewSessionKey>,
    headers: Vec<(&'static str, String)>,
}

impl Reply {
    /// Returns a JSON document.
    pub fn json(status: StatusCode, content_type: &'static str, value: &impl Serialize) -> Self {
        Self::written(status, serde_json::to_string(value)).of_type(content_type)
    }

    /// Adds a header. A value that is not allowed in a header is left out.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Returns a page with status 200.
    pub fn ok(page: &impl Template) -> Self {
        Self::written(StatusCode::OK, page.render())
    }

    /// Returns the page of an error.
    pub(crate) fn error(kind: ErrorKind, page: &impl Template) -> Self {
        Self::written(kind.status, page.render())
    }

    fn written(status: StatusCode, body: Result<String, impl Display>) -> Self {
        match body {
            Ok(body) => Self { status, body, ..Self::default() },
            Err(error) => {
                tracing::error!(%error, "a reply could not be written");
                Self { status: DEFECT.status, ..Self::default() }
            }
        }
    }

    /// Returns a page, with the status of the error in its address.
    pub(crate) fn checked(page: &impl Template, checked: Result<(), InvalidInput>) -> Self {
        match checked {
            Ok(()) => Self::ok(page),
            Err(input) => Self::ok(page).with_refusal(&input.into()),
        }
    }

    /// Gives the reply the status of a refusal, and has the refusal counted.
    pub fn with_refusal(self, refusal: &Refusal) -> Self {
        Self { status: ErrorKind::of(refusal).status, ..self }.refused_by(refusal.layer())
    }

    /// Gives the reply the status for a person who has tried too often.
    pub(crate) fn throttled(self, throttled: &Throttled) -> Self {
        Self { status: THROTTLED.status, ..self }.retry_after(throttled.retry_after)
    }

    /// Has a refusal by this layer counted, once the reply becomes a response.
    pub(crate) fn refused_by(self, layer: Layer) -> Self {
        Self { refused_by: Some(layer), ..self }
    }

    /// Redirects the browser to another page (303), which shows the flash line.
    pub fn see(location: impl Into<String>, flash: Option<Flash>) -> Self {
        Self { status: StatusCode::SEE_OTHER, flash, ..Self::default() }.with("location", location)
    }

    /// Says after how many seconds to try again.
    pub fn retry_after(self, seconds: i32) -> Self {
        self.with("retry-after", seconds.to_string())
    }

    /// Gives the reply another media type than that of a page.
    pub fn of_type(self, content_type: &'static str) -> Self {
        Self { content_type: Some(content_type), ..self }
    }

    /// Lets browsers cache the reply and revalidate it each time, so that an
    /// archived post is gone at once.
    pub fn revalidated(self) -> Self {
        Self { is_revalidated: true, ..self }
    }

    /// Fits the reply to its request: whether it shows the flash line, and whether
    /// the browser has it cached.
    pub fn to(self, request: &Request) -> Self {
        let is_redirect = self.status == StatusCode::SEE_OTHER;
        let shows_flash = request.flash.is_some() && self.is_page() && !is_redirect;
        // A page with a flash line must not be shown a second time.
        let entity_tag = (self.is_revalidated && !shows_flash).then(|| self.entity_tag());
        let is_cached = entity_tag.as_ref().is_some_and(|tag| request.has_cached(tag));
        // The response to HEAD has no body, so the line stays for the next page.
        let shows_flash = shows_flash && request.is_shown;
        let is_personal = request.known_viewer().is_some();
        Self { shows_flash, entity_tag, is_cached, is_personal, ..self }
    }

    fn is_page(&self) -> bool {
        self.content_type.is_none()
    }

    /// Returns a tag that changes exactly when the body does (RFC 9110, 8.8.3).
    fn entity_tag(&self) -> EntityTag {
        let digest = Sha256::digest(self.body.as_bytes());
        EntityTag::new_strong(hex(&digest[..16]))
    }

    /// Begins a session for the form on the page to belong to.
    pub fn beginning(self, key: String) -> Self {
        Self { new_session: Some(NewSessionKey(key)), ..self }
    }

    /// Keeps the address of the page, which holds a secret, out of every `Referer`.
    /// Not with `no-referrer`: browsers would send `Origin: null` with forms.
    pub fn hiding_its_address(self) -> Self {
        self.with("referrer-policy", "strict-origin")
    }

    /// Returns the response, and counts the refusal if it is one. Every reply
    /// comes here once.
    pub fn into_response(self, settings: &Settings) -> HttpResponse {
        if let Some(layer) = self.refused_by {
            metrics::refused(layer.as_str());
        }
        let status = if self.is_cached { StatusCode::NOT_MODIFIED } else { self.status };
        let mut response = HttpResponse::build(status);
        // The header of a page depends on whether the browser has a session.
        if self.is_page() {
            response.insert_header((header::VARY, "cookie"));
        }
        match self.entity_tag {
            Some(tag) => {
                let control = if self.is_personal { "private, no-cache" } else { "no-cache" };
                response.insert_header((header::CACHE_CONTROL, control));
                response.insert_header(header::ETag(tag));
            }
            None => {
                response.insert_header((header::CACHE_CONTROL, "no-store"));
            }
        }
        if self.is_cached {
            return response.finish();
        }
        response.content_type(self.content_type.unwrap_or(PAGE));
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.insert_header((HeaderName::from_static(name), value));
            }
        }
        if let Some(flash) = self.flash {
            response.cookie(settings.cookie("flash", flash.name(), Duration::minutes(5)));
        } else if self.shows_flash {
            response.cookie(settings.cookie("flash", "", Duration::ZERO));
        }
        let mut response = response.body(self.body);
        if let Some(key) = self.new_session {
            response.extensions_mut().insert(key);
        }
        response
    }
}
