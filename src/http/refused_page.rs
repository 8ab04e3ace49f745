//! Builds the page of an error from its parts. `error_page` chooses them.

use askama::Template;

use super::error_kind::ErrorKind;
use super::kept_form::{KeptField, KeptForm};
use super::{Layout, Reply, Request};
use crate::domain::{FieldError, Reason, RequestId};
use crate::render::filters;

/// A refusal, with links to continue.
#[derive(Template)]
#[template(path = "errors/refused.html")]
pub(crate) struct RefusedPage {
    pub(crate) layout: Layout,
    pub(crate) heading: &'static str,
    pub(crate) lead: String,
    pub(crate) reasons: Vec<Reason>,
    pub(crate) errors: Vec<FieldError>,
    /// Whether the errors are in the address, and not in a form.
    pub(crate) is_bad_link: bool,
    pub(crate) onward: Vec<(String, &'static str)>,
    pub(crate) kept: Option<KeptForm>,
    pub(crate) request: RequestId,
}

impl RefusedPage {
    /// Returns the page with a heading and a sentence, and a link to the front page.
    pub(crate) fn new(request: &Request, heading: &'static str, lead: &'static str) -> Self {
        Self {
            layout: Layout::of_error(request, heading),
            heading,
            lead: lead.to_owned(),
            reasons: Vec::new(),
            errors: Vec::new(),
            is_bad_link: false,
            onward: vec![("/".to_owned(), "Go to the home page")],
            kept: None,
            request: request.id,
        }
    }

    pub(crate) fn of(kind: ErrorKind, request: &Request) -> Self {
        Self::new(request, kind.title, kind.lead)
    }
}

/// Returns the page that says no more than this.
pub(crate) fn plain(kind: ErrorKind, request: &Request) -> Reply {
    Reply::error(kind, &RefusedPage::of(kind, request))
}
