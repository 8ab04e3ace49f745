//! The one place that turns a refusal into a status and a page.
//!
//! Each layer keeps its own words: a refused person, a refused attempt, our
//! defect. Nothing of the database's text is shown to anybody.

pub mod problem;
mod waiting;

use actix_web::http::StatusCode;
use askama::Template;

use crate::domain::{FieldError, OperationKey, Reason, RequestId};
use crate::metrics;
use crate::policies::Rule;
use crate::refusal::Refusal;
use crate::web::{Answer, Fields, Layout, Visit};
use waiting::{Kept, resume, sign_in_first};

pub use waiting::Resume;
pub(crate) use waiting::{Carried, SignInPage, go_on, somebody_elses, stale_form};

/// Returns the status that HTTP gives a refusal. Each that a page tells comes
/// by here, and is counted.
pub fn status(refusal: &Refusal) -> StatusCode {
    metrics::refused(refusal.layer());
    match refusal {
        Refusal::NotSignedIn => StatusCode::UNAUTHORIZED,
        Refusal::Input(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::Permission(_) => StatusCode::FORBIDDEN,
        Refusal::NotFound => StatusCode::NOT_FOUND,
        Refusal::Policy(denied) if denied.is_about_the_person() => StatusCode::FORBIDDEN,
        Refusal::Policy(_) => StatusCode::CONFLICT,
        Refusal::Invariant(_) => StatusCode::INTERNAL_SERVER_ERROR,
        Refusal::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// How many seconds to wait after a 503.
const RETRY_AFTER: i32 = 2;

/// A refusal, in its own words, with a way onward.
#[derive(Template)]
#[template(path = "errors/refused.html")]
struct RefusedPage {
    layout: Layout,
    heading: &'static str,
    lead: String,
    reasons: Vec<Reason>,
    errors: Vec<FieldError>,
    onward: Vec<(String, &'static str)>,
    resume: Option<Resume>,
    request: RequestId,
}

/// Returns the page for a refusal.
pub fn page(refusal: &Refusal, visit: &Visit, typed: Option<&Fields>) -> Answer {
    if matches!(refusal, Refusal::NotSignedIn) {
        return sign_in_first(visit, typed);
    }
    let status = status(refusal);
    let (heading, lead) = words(refusal, visit);
    let errors = match refusal {
        Refusal::Input(input) => input.0.clone(),
        _ => Vec::new(),
    };
    let resume = match refusal {
        Refusal::Unavailable(_) if visit.is_post => resume(visit, typed, "Try again"),
        // The same form under a new key: the old one is spent on something else.
        Refusal::Input(input) if input.of("key").is_some() && visit.is_post => {
            let mut resume = resume(visit, typed, "Send it again");
            if let Some(resume) = &mut resume {
                resume.fields.retain(|(name, _)| name != "key");
                let fresh = OperationKey::random();
                resume.fields.push(("key".to_owned(), fresh.as_str().to_owned()));
            }
            resume
        }
        // No form of ours to go back to, and still nothing typed is lost.
        _ => resume(visit, typed, "Send it again").filter(Resume::has_words),
    };
    let page = RefusedPage {
        layout: visit.layout(heading, None),
        heading,
        lead,
        reasons: refusal.reasons(),
        errors,
        onward: onward(refusal, visit),
        resume,
        request: visit.request,
    };
    let answer = Answer::page(status, &page);
    match refusal {
        Refusal::Unavailable(_) => answer.retry_after(RETRY_AFTER),
        _ => answer,
    }
}

fn words(refusal: &Refusal, visit: &Visit) -> (&'static str, String) {
    match refusal {
        Refusal::NotSignedIn => ("Sign in", String::new()),
        Refusal::Input(_) => {
            ("Something needs mending", "We could not read all of what was sent.".into())
        }
        Refusal::Permission(_) => (
            "Your account may not do this",
            "This is about what your account is trusted with, and not about this post or this moment.".into(),
        ),
        Refusal::NotFound => (
            "There is nothing here",
            "There is no page at this address, or none that you can see.".into(),
        ),
        Refusal::Policy(denied) if denied.is_about_the_person() => (
            "Not you, this time",
            "Your account may do this, but not here. Nothing has changed.".into(),
        ),
        Refusal::Policy(_) => (
            "Not as things stand",
            "You may do this, but not now. Nothing has changed.".into(),
        ),
        Refusal::Invariant(_) => (
            "We made a mistake",
            "The system was about to do something that must never happen, and stopped itself. \
             Nothing has changed, and the people who mend such things can see it."
                .into(),
        ),
        Refusal::Unavailable(_) if !visit.is_post => (
            "Just a moment",
            "We could not get an answer from the database in time. Open the page again shortly."
                .into(),
        ),
        Refusal::Unavailable(_) => (
            "Just a moment",
            "We could not get an answer from the database in time. If what you sent took effect \
             after all, sending it again does not do it twice."
                .into(),
        ),
    }
}

/// Returns where to go from here.
fn onward(refusal: &Refusal, visit: &Visit) -> Vec<(String, &'static str)> {
    let mut links = Vec::new();
    let mut segments = visit.path.split('/').skip(1);
    let post = match (segments.next(), segments.next(), segments.next()) {
        (Some("desk" | "admin"), Some("posts"), Some(id)) => id.parse::<i64>().ok(),
        _ => None,
    };
    if let (Some(id), false) = (post, matches!(refusal, Refusal::NotFound | Refusal::Permission(_)))
    {
        if let Refusal::Policy(denied) = refusal
            && denied.names(Rule::SeenIsCurrent)
        {
            links.push((format!("/desk/posts/{id}"), "Read the current revision"));
        } else {
            links.push((format!("/desk/posts/{id}"), "Back to the post"));
        }
    }
    if visit.has_key() {
        links.push(("/desk".to_owned(), "Go to your desk"));
    }
    links.push(("/".to_owned(), "Go to the front page"));
    links
}

/// Returns the page for somebody whose session ended while what they sent was
/// on its way: to sign in and send it again is not what they need to hear.
pub(crate) fn signed_out_meanwhile(visit: &Visit) -> Answer {
    plain(
        status(&Refusal::NotSignedIn),
        visit,
        "You were signed out a moment ago",
        "Somebody else was faster: they ended your session or deactivated your account. Nothing \
         of what you sent was done.",
    )
}

/// Returns the page for a link to set a password that does not work. It is the
/// same whatever the reason, so that nobody learns which links there ever were.
pub(crate) fn link_does_not_work(visit: &Visit) -> Answer {
    plain(
        status(&Refusal::NotFound),
        visit,
        "This link does not work",
        "A link to set a password works once, for 48 hours, and until there is a newer one. Ask \
         whoever sent it to you for another.",
    )
    .hiding_its_address()
}

/// Returns the page for a change that another site's page asked for.
pub(crate) fn from_another_site(visit: &Visit) -> Answer {
    plain(
        StatusCode::FORBIDDEN,
        visit,
        "This came from somewhere else",
        "Another site's page asked for this, so nothing was done. Open the page here and try again.",
    )
}

/// Returns the page for a request that no handler could read.
pub(crate) fn unusable(status: StatusCode, visit: &Visit) -> Answer {
    let (heading, lead) = match status {
        StatusCode::PAYLOAD_TOO_LARGE => (
            "This is too long",
            "A post's body has at most 100,000 characters. Go back in your browser: what you \
             wrote is still in the form there.",
        ),
        StatusCode::METHOD_NOT_ALLOWED => {
            ("That does not work here", "This address does not take that kind of request.")
        }
        _ => ("We could not read this", "The request is not one that this page understands."),
    };
    plain(status, visit, heading, lead)
}

fn plain(status: StatusCode, visit: &Visit, heading: &'static str, lead: &str) -> Answer {
    let page = RefusedPage {
        layout: visit.layout(heading, None),
        heading,
        lead: lead.to_owned(),
        reasons: Vec::new(),
        errors: Vec::new(),
        onward: vec![("/".to_owned(), "Go to the front page")],
        resume: None,
        request: visit.request,
    };
    Answer::page(status, &page)
}

/// Returns the page for a defect that no layer foresaw, where little is known.
pub(crate) fn defect(request: RequestId) -> Answer {
    let page = DefectPage { request };
    Answer::page(StatusCode::INTERNAL_SERVER_ERROR, &page)
}

/// The page of last resort: it needs nothing.
#[derive(Template)]
#[template(path = "errors/defect.html")]
struct DefectPage {
    request: RequestId,
}
