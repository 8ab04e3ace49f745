//! The one place that turns a refusal into a status and a page.
//!
//! Each layer keeps its own words: a refused person, a refused attempt, our
//! defect. Nothing of the database's text is shown to anybody.

use actix_web::http::StatusCode;
use askama::Template;

use crate::domain::{OperationKey, RequestId};
use crate::http::refused_page::{RefusedPage, plain};
use crate::http::resume::{Carried, Resume, resume};
use crate::http::sign_in_page::SignInPage;
use crate::http::status::{RETRY_AFTER, status};
use crate::http::{Form, Layout, Reply, Request};
use crate::policies::Rule;
use crate::refusal::Refusal;

/// Returns the page for a refusal.
pub(crate) fn page(refusal: &Refusal, request: &Request, typed: Option<&Form>) -> Reply {
    if matches!(refusal, Refusal::NotSignedIn) {
        return sign_in_first(request, typed);
    }
    let status = status(refusal);
    let (heading, lead) = words(refusal, request);
    let errors = match refusal {
        Refusal::Input(input) => input.0.clone(),
        _ => Vec::new(),
    };
    let resume = match refusal {
        Refusal::Unavailable(_) if request.is_post => resume(request, typed, "Try again"),
        // The same form under a new key: the old one is spent on something else.
        Refusal::Input(input) if input.of("key").is_some() && request.is_post => {
            let mut resume = resume(request, typed, "Send it again");
            if let Some(resume) = &mut resume {
                resume.fields.retain(|(name, _)| name != "key");
                let fresh = OperationKey::random();
                resume.fields.push(("key".to_owned(), fresh.as_str().to_owned()));
            }
            resume
        }
        // No form of ours to go back to, and still nothing typed is lost.
        _ => resume(request, typed, "Send it again").filter(Resume::has_words),
    };
    let page = RefusedPage {
        layout: Layout::new(request, heading, None),
        heading,
        lead,
        reasons: refusal.reasons(),
        errors,
        onward: onward(refusal, request),
        resume,
        request: request.id,
    };
    let answer = Reply::page(status, &page);
    match refusal {
        Refusal::Unavailable(_) => answer.retry_after(RETRY_AFTER),
        _ => answer,
    }
}

fn words(refusal: &Refusal, request: &Request) -> (&'static str, String) {
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
        Refusal::Unavailable(_) if !request.is_post => (
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
fn onward(refusal: &Refusal, request: &Request) -> Vec<(String, &'static str)> {
    let mut links = Vec::new();
    let mut segments = request.path.split('/').skip(1);
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
    if request.has_key() {
        links.push(("/desk".to_owned(), "Go to your desk"));
    }
    links.push(("/".to_owned(), "Go to the front page"));
    links
}

/// Returns the page for somebody whose session ended while what they sent was
/// on its way: to sign in and send it again is not what they need to hear.
pub(crate) fn signed_out_meanwhile(request: &Request) -> Reply {
    plain(
        status(&Refusal::NotSignedIn),
        request,
        "You were signed out a moment ago",
        "Somebody else was faster: they ended your session or deactivated your account. Nothing \
         of what you sent was done.",
    )
}

/// Returns the page for a link to set a password that does not work. It is the
/// same whatever the reason, so that nobody learns which links there ever were.
pub(crate) fn link_does_not_work(request: &Request) -> Reply {
    plain(
        status(&Refusal::NotFound),
        request,
        "This link does not work",
        "A link to set a password works once, for 48 hours, and until there is a newer one. ApiRequest \
         whoever sent it to you for another.",
    )
    .hiding_its_address()
}

/// Returns the page for a change that another site's page asked for.
pub(crate) fn from_another_site(request: &Request) -> Reply {
    plain(
        StatusCode::FORBIDDEN,
        request,
        "This came from somewhere else",
        "Another site's page asked for this, so nothing was done. Open the page here and try again.",
    )
}

/// Returns the page for a request that no handler could read.
pub(crate) fn unusable(status: StatusCode, request: &Request) -> Reply {
    let (heading, lead) = match status {
        StatusCode::PAYLOAD_TOO_LARGE => (
            "This is too long",
            "A post's body has at most 100,000 characters. Go back in your browser: what you \
             wrote is still in the form there.",
        ),
        StatusCode::REQUEST_TIMEOUT => (
            "This took too long",
            "The rest of what you sent did not arrive in time. Go back in your browser and send \
             it again: what you wrote is still in the form there.",
        ),
        StatusCode::MISDIRECTED_REQUEST => (
            "This is another address",
            "This server is reached by another name. Check the address.",
        ),
        StatusCode::METHOD_NOT_ALLOWED => {
            ("That does not work here", "This address does not take that kind of request.")
        }
        _ => ("We could not read this", "The request is not one that this page understands."),
    };
    plain(status, request, heading, lead)
}

/// Returns the page for a defect that no layer foresaw, where little is known.
pub(crate) fn defect(request: RequestId) -> Reply {
    let page = DefectPage { request };
    Reply::page(StatusCode::INTERNAL_SERVER_ERROR, &page)
}

/// The page of last resort: it needs nothing.
#[derive(Template)]
#[template(path = "errors/defect.html")]
struct DefectPage {
    request: RequestId,
}

/// Returns the page for signing in before going on.
fn sign_in_first(request: &Request, typed: Option<&Form>) -> Reply {
    let carried = typed.and_then(|fields| Carried::of(request, fields));
    let next = match (request.is_post, request.query.is_empty()) {
        (true, _) => "/desk".to_owned(),
        (false, true) => request.path.clone(),
        (false, false) => format!("{}?{}", request.path, request.query),
    };
    // Without a session to belong to, the form would be refused once it is sent.
    let mut request = request.clone();
    let begun = request.begin();
    let page = SignInPage {
        layout: Layout::new(&request, "Sign in", None),
        username: String::new(),
        next,
        problem: Some(if carried.is_some() {
            "Sign in to go on. What you wrote is kept.".to_owned()
        } else {
            "Sign in to see this page.".to_owned()
        }),
        carried,
    };
    let answer = Reply::page(status(&Refusal::NotSignedIn), &page);
    match begun {
        Some(key) => answer.beginning(key),
        None => answer,
    }
}

/// Returns the page for going on with a form that waited.
pub(crate) fn go_on(request: &Request, resume: Resume) -> Reply {
    let page = RefusedPage {
        layout: Layout::new(request, "Welcome back", None),
        heading: "Welcome back",
        lead: "What you wrote before signing in is here. Nothing has been done with it yet.".into(),
        reasons: Vec::new(),
        errors: Vec::new(),
        onward: vec![("/desk".to_owned(), "Go to your desk instead")],
        resume: Some(resume),
        request: request.id,
    };
    Reply::ok(&page)
}

/// Returns the page for a form that somebody filled in who is not the one that
/// is there now. Its text is not shown and not lost: it goes on waiting.
pub(crate) fn somebody_elses(request: &Request, carried: Carried) -> Reply {
    let page = SignInPage {
        layout: Layout::new(request, "Written with another account", None),
        username: String::new(),
        next: "/desk".to_owned(),
        problem: Some(
            "This was written with another account than the one that is signed in now, so it is \
             not shown and nothing was done with it. Sign in with that account to go on with it."
                .to_owned(),
        ),
        carried: Some(carried),
    };
    Reply::page(StatusCode::FORBIDDEN, &page)
}

/// Returns the page for a form whose token is not this session's: it is too
/// old, or was made before signing in.
pub(crate) fn stale_form(request: &Request, typed: &Form) -> Reply {
    if request.is_by_somebody_else(typed)
        && let Some(carried) = Carried::of(request, typed)
    {
        return somebody_elses(request, carried);
    }
    let page = RefusedPage {
        layout: Layout::new(request, "This form is too old", None),
        heading: "This form is too old",
        lead: "It was made in an earlier session. Nothing has changed; what you wrote is here, \
               and you can send it again."
            .into(),
        reasons: Vec::new(),
        errors: Vec::new(),
        onward: vec![("/desk".to_owned(), "Go to your desk instead")],
        resume: resume(request, Some(typed), "Send it again"),
        request: request.id,
    };
    Reply::page(StatusCode::FORBIDDEN, &page)
}
