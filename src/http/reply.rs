use actix_web::HttpResponse;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use askama::Template;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::http::flash::Flash;
use crate::http::session::Begins;
use crate::http::{Request, Settings};

/// What kind of document an answer is unless it says otherwise.
const PAGE: &str = "text/html; charset=utf-8";

/// What a handler answers, before it becomes HTTP. It can cross threads.
#[derive(Debug)]
pub struct Reply {
    status: StatusCode,
    location: Option<String>,
    body: String,
    retry_after: Option<i32>,
    flash: Option<Flash>,
    shows_flash: bool,
    content_type: &'static str,
    is_revalidated: bool,
    entity_tag: Option<String>,
    is_known: bool,
    begins: Option<Begins>,
    hides_address: bool,
    headers: Vec<(&'static str, String)>,
}

impl Reply {
    /// Returns what a program reads.
    pub fn json(status: StatusCode, content_type: &'static str, value: &impl Serialize) -> Self {
        match serde_json::to_string(value) {
            Ok(body) => Self { status, body, content_type, ..Self::empty() },
            Err(error) => {
                tracing::error!(%error, "an answer could not be written");
                Self { status: StatusCode::INTERNAL_SERVER_ERROR, ..Self::empty() }
            }
        }
    }

    /// Adds a header; one whose value cannot stand there is left out.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Returns a page.
    pub fn page(status: StatusCode, page: &impl Template) -> Self {
        match page.render() {
            Ok(body) => Self { status, body, ..Self::empty() },
            Err(error) => {
                tracing::error!(%error, "a page could not be rendered");
                Self { status: StatusCode::INTERNAL_SERVER_ERROR, ..Self::empty() }
            }
        }
    }

    /// Returns a page with status 200.
    pub fn ok(page: &impl Template) -> Self {
        Self::page(StatusCode::OK, page)
    }

    /// Gives the answer another status.
    pub fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// Sends the browser on to another page (303), which shows one line.
    pub fn see(location: impl Into<String>, flash: Option<Flash>) -> Self {
        Self {
            status: StatusCode::SEE_OTHER,
            location: Some(location.into()),
            flash,
            ..Self::empty()
        }
    }

    /// Says after how many seconds to try again.
    pub fn retry_after(self, seconds: i32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// Says what kind of document it is, where it is no page.
    pub fn of_type(self, content_type: &'static str) -> Self {
        Self { content_type, ..self }
    }

    /// Lets browsers keep the answer and ask each time whether it still holds,
    /// so that what is archived is gone at once.
    pub fn revalidated(self) -> Self {
        Self { is_revalidated: true, ..self }
    }

    /// Fits the answer to the request that it answers: whether it shows the line
    /// that an earlier one left, and whether the browser has it already.
    pub fn to(self, request: &Request) -> Self {
        let shows_flash = request.flash.is_some() && self.is_page() && self.location.is_none();
        // A line that is shown once is not kept.
        let is_kept = self.is_revalidated && !shows_flash;
        let entity_tag = is_kept.then(|| self.entity_tag());
        let is_known = entity_tag.as_ref().is_some_and(|tag| request.knows(tag));
        // Nor is one over that nobody saw.
        let shows_flash = shows_flash && request.is_shown;
        Self { shows_flash, entity_tag, is_known, ..self }
    }

    fn is_page(&self) -> bool {
        self.content_type == PAGE
    }

    /// Returns what changes exactly when the answer does (RFC 9110, 8.8.3).
    fn entity_tag(&self) -> String {
        let digest = Sha256::digest(self.body.as_bytes());
        let digits: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        format!("\"{digits}\"")
    }

    /// Begins a session with the browser, for the form on the page to belong to.
    pub fn beginning(self, key: String) -> Self {
        Self { begins: Some(Begins(key)), ..self }
    }

    /// Has the browser tell nobody the address of the page, not even us: it
    /// holds a secret.
    pub fn hiding_its_address(self) -> Self {
        Self { hides_address: true, ..self }
    }

    fn empty() -> Self {
        Self {
            status: StatusCode::OK,
            location: None,
            body: String::new(),
            retry_after: None,
            flash: None,
            shows_flash: false,
            content_type: PAGE,
            is_revalidated: false,
            entity_tag: None,
            is_known: false,
            begins: None,
            hides_address: false,
            headers: Vec::new(),
        }
    }

    /// Returns the response.
    pub fn into_response(self, settings: &Settings) -> HttpResponse {
        let status = if self.is_known { StatusCode::NOT_MODIFIED } else { self.status };
        let mut response = HttpResponse::build(status);
        // The head of a page depends on whether the browser has a session.
        if self.is_page() {
            response.insert_header((header::VARY, "cookie"));
        }
        match self.entity_tag {
            Some(tag) => {
                response.insert_header((header::CACHE_CONTROL, "no-cache"));
                response.insert_header((header::ETAG, tag));
            }
            None => {
                response.insert_header((header::CACHE_CONTROL, "no-store"));
            }
        }
        if self.is_known {
            return response.finish();
        }
        if self.hides_address {
            // Not `no-referrer`: forms would then not say either that they are ours.
            response.insert_header((header::REFERRER_POLICY, "strict-origin"));
        }
        response.content_type(self.content_type);
        if let Some(location) = self.location {
            response.insert_header((header::LOCATION, location));
        }
        if let Some(seconds) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.append_header((HeaderName::from_static(name), value));
            }
        }
        let name = settings.cookie_name("flash");
        if let Some(flash) = self.flash {
            response.cookie(flash_cookie(settings, name, flash.as_str(), Duration::minutes(5)));
        } else if self.shows_flash {
            response.cookie(flash_cookie(settings, name, "", Duration::ZERO));
        }
        let mut response = response.body(self.body);
        if let Some(begins) = self.begins {
            response.extensions_mut().insert(begins);
        }
        response
    }
}

fn flash_cookie(
    settings: &Settings,
    name: String,
    value: &'static str,
    age: Duration,
) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(settings.is_secure())
        .max_age(age)
        .finish()
}
