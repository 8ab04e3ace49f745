use actix_web::http::StatusCode;
use askama::Template;

use super::resume::{Kept, Resume};
use super::{Layout, Reply, Request};
use crate::domain::{FieldError, Reason, RequestId};

/// A refusal, in its own words, with a way onward.
#[derive(Template)]
#[template(path = "errors/refused.html")]
pub(crate) struct RefusedPage {
    pub(crate) layout: Layout,
    pub(crate) heading: &'static str,
    pub(crate) lead: String,
    pub(crate) reasons: Vec<Reason>,
    pub(crate) errors: Vec<FieldError>,
    pub(crate) onward: Vec<(String, &'static str)>,
    pub(crate) resume: Option<Resume>,
    pub(crate) request: RequestId,
}

pub(crate) fn plain(
    status: StatusCode,
    request: &Request,
    heading: &'static str,
    lead: &str,
) -> Reply {
    let page = RefusedPage {
        layout: Layout::new(request, heading, None),
        heading,
        lead: lead.to_owned(),
        reasons: Vec::new(),
        errors: Vec::new(),
        onward: vec![("/".to_owned(), "Go to the front page")],
        resume: None,
        request: request.id,
    };
    Reply::page(status, &page)
}
