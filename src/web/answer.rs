use actix_web::HttpResponse;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::{StatusCode, header};
use askama::Template;

use super::Settings;
use super::session::Begins;
use crate::domain::Action;
use crate::refusal::Refusal;
use crate::store::Unavailable;
use crate::store::failure::{Failure, classify};

/// What a handler answers, before it becomes HTTP. It can cross threads.
#[derive(Debug)]
pub struct Answer {
    status: StatusCode,
    location: Option<String>,
    body: String,
    retry_after: Option<i32>,
    flash: Option<Flash>,
    shows_flash: bool,
    begins: Option<Begins>,
}

impl Answer {
    /// Returns a page.
    pub fn page(status: StatusCode, page: &impl Template) -> Self {
        match page.render() {
            Ok(body) => Self {
                status,
                body,
                ..Self::empty()
            },
            Err(error) => {
                tracing::error!(%error, "a page could not be rendered");
                Self {
                    status: StatusCode::INTERNAL_SERVER_ERROR,
                    ..Self::empty()
                }
            }
        }
    }

    /// Returns a page with status 200.
    pub fn ok(page: &impl Template) -> Self {
        Self::page(StatusCode::OK, page)
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
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }

    /// Notes whether this answer shows the line that an earlier one left.
    pub fn with_flash_shown(self, is_waiting: bool) -> Self {
        let shows_flash = is_waiting && self.location.is_none();
        Self {
            shows_flash,
            ..self
        }
    }

    /// Begins a session with the browser, for the form on the page to belong to.
    pub fn beginning(self, key: String) -> Self {
        Self {
            begins: Some(Begins(key)),
            ..self
        }
    }

    fn empty() -> Self {
        Self {
            status: StatusCode::OK,
            location: None,
            body: String::new(),
            retry_after: None,
            flash: None,
            shows_flash: false,
            begins: None,
        }
    }

    /// Returns the response.
    pub fn into_response(self, settings: &Settings) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        response.content_type("text/html; charset=utf-8");
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        if let Some(location) = self.location {
            response.insert_header((header::LOCATION, location));
        }
        if let Some(seconds) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        let name = settings.cookie_name("flash");
        if let Some(flash) = self.flash {
            response.cookie(flash_cookie(
                settings,
                name,
                flash.as_str(),
                Duration::minutes(5),
            ));
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

/// The one line that the next page shows. The cookie carries a name and no
/// text, so nobody can make our page say something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flash {
    /// An action took effect.
    Done(Action),
    /// A save changed nothing.
    Unchanged,
    /// The session has ended.
    SignedOut,
}

impl Flash {
    const NAMED: [(Self, &'static str); 9] = [
        (Self::Done(Action::Create), "create"),
        (Self::Done(Action::Revise), "revise"),
        (Self::Done(Action::Submit), "submit"),
        (Self::Done(Action::RequestChanges), "request-changes"),
        (Self::Done(Action::WithdrawRequest), "withdraw-request"),
        (Self::Done(Action::Publish), "publish"),
        (Self::Done(Action::Archive), "archive"),
        (Self::Unchanged, "unchanged"),
        (Self::SignedOut, "signed-out"),
    ];

    /// Returns the line that a cookie names.
    pub fn parse(name: &str) -> Option<Self> {
        Self::NAMED
            .into_iter()
            .find(|(_, known)| *known == name)
            .map(|(flash, _)| flash)
    }

    fn as_str(self) -> &'static str {
        Self::NAMED
            .into_iter()
            .find(|(flash, _)| *flash == self)
            .map_or("", |(_, name)| name)
    }

    /// Returns the line.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Done(Action::Create) => "Your draft is saved.",
            Self::Done(Action::Revise) => "Your new revision is saved.",
            Self::Done(Action::Submit) => "Submitted. It now waits for a reviewer.",
            Self::Done(Action::RequestChanges) => "Your change request is with the author.",
            Self::Done(Action::WithdrawRequest) => "Your change request is withdrawn.",
            Self::Done(Action::Publish) => "Published. Everybody can read it now.",
            Self::Done(Action::Archive) => "Archived. The public no longer sees it.",
            Self::Unchanged => "Nothing had changed, so there is no new revision.",
            Self::SignedOut => "You are signed out.",
        }
    }
}

/// Returns what it means that a page could not be read from the database.
pub(crate) fn unreadable(error: diesel::result::Error) -> Refusal {
    match classify(&error) {
        Failure::Unavailable(why) => why.into(),
        Failure::Conflict => Unavailable::Contended.into(),
        Failure::Constraint(invariant) => {
            tracing::error!(invariant, "a read met a constraint");
            crate::invariants::InvariantViolation::new(invariant).into()
        }
        Failure::Defect(detail) => {
            tracing::error!(detail, "a read failed");
            crate::invariants::InvariantViolation::new("the_database_answers_as_expected").into()
        }
    }
}
