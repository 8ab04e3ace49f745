//! The one place that turns a refusal into a page. Each layer keeps its own
//! words. No text of the database reaches a page.

use askama::Template;

use crate::domain::{OperationKey, RequestId, decimal};
use crate::http::error_kind::{self as kinds, ErrorKind, RETRY_AFTER};
use crate::http::kept_form::KeptForm;
use crate::http::layout::Viewer;
use crate::http::refused_page::{RefusedPage, plain};
use crate::http::sign_in_page::sign_in_first;
use crate::http::{Form, Reply, Request};
use crate::policies::Rule;
use crate::refusal::Refusal;

/// Returns the page for a refusal. It offers the form to be sent again, so that
/// no typed text is lost.
pub(crate) fn page(refusal: &Refusal, request: &Request, form: Option<&Form>) -> Reply {
    if matches!(refusal, Refusal::NotSignedIn) {
        return sign_in_first(request, form).with_refusal(refusal);
    }
    let is_bad_link = is_bad_link(refusal, request);
    let kept = form.and_then(|form| kept(refusal, request, form));
    let kind = match refusal {
        Refusal::Unavailable(_) if kept.as_ref().is_some_and(KeptForm::has_key) => {
            kinds::POST_UNAVAILABLE
        }
        Refusal::Unavailable(_) if request.is_post => kinds::CHANGE_UNAVAILABLE,
        _ if is_bad_link => kinds::BAD_ADDRESS,
        _ => ErrorKind::of(refusal),
    };
    let errors = match refusal {
        Refusal::Input(input) => input.0.clone(),
        _ => Vec::new(),
    };
    let lead = match refusal {
        Refusal::KeyReused { .. } => format!("{} {refusal}", kind.lead),
        _ => kind.lead.to_owned(),
    };
    let page = RefusedPage {
        lead,
        reasons: refusal.reasons(),
        errors,
        is_bad_link,
        onward: onward(refusal, request),
        kept,
        ..RefusedPage::of(kind, request)
    };
    let reply = Reply::ok(&page).with_refusal(refusal);
    match refusal {
        Refusal::Unavailable(_) => reply.retry_after(RETRY_AFTER),
        _ => reply,
    }
}

/// Returns the form to offer again, if sending it again can help or if there is
/// text in it.
fn kept(refusal: &Refusal, request: &Request, form: &Form) -> Option<KeptForm> {
    match refusal {
        Refusal::Unavailable(_) if request.is_post => {
            Some(KeptForm::of(request, form, "Try again"))
        }
        // The key is used up: the same form goes out under a new one.
        Refusal::KeyReused { .. } if request.is_post => {
            let mut kept = KeptForm::of(request, form, "Send again");
            kept.fields.retain(|(name, _)| name != "key");
            kept.fields.push(("key".to_owned(), OperationKey::random().as_str().to_owned()));
            Some(kept)
        }
        _ => Some(KeptForm::of(request, form, "Send again")).filter(KeptForm::has_typed_text),
    }
}

/// Returns whether the error is in the address.
fn is_bad_link(refusal: &Refusal, request: &Request) -> bool {
    matches!(refusal, Refusal::Input(_)) && !request.is_post && !request.query.is_empty()
}

/// Returns where to go from here.
fn onward(refusal: &Refusal, request: &Request) -> Vec<(String, &'static str)> {
    let mut links = Vec::new();
    if is_bad_link(refusal, request) {
        links.push((request.path.clone(), "Open the page without the rest of the link"));
    }
    let mut segments = request.path.split('/').skip(1);
    let is_admin = request.path.starts_with("/admin/");
    let post = match (segments.next(), segments.next(), segments.next()) {
        (Some("desk" | "admin"), Some("posts"), Some(id)) => decimal::<i64>(id),
        _ => None,
    };
    if let (Some(id), false) = (post, matches!(refusal, Refusal::NotFound | Refusal::Permission(_)))
    {
        if let Refusal::Policy(denied) = refusal
            && denied.names(Rule::SeenIsCurrent)
        {
            links.push((format!("/desk/posts/{id}"), "View the current revision"));
        } else {
            let room = if is_admin { "admin" } else { "desk" };
            links.push((format!("/{room}/posts/{id}"), "Back to the post"));
        }
    }
    let is_of_many = matches!(refusal, Refusal::KeyReused { post: None });
    if is_of_many && request.path.starts_with("/admin/posts/") && post.is_none() {
        links.push(("/admin/posts".to_owned(), "View the list of posts"));
    }
    match request.known_viewer().map(Viewer::of) {
        Some(viewer) if viewer.sees_admin => {
            links.push(("/admin".to_owned(), "Go to Admin"));
        }
        None if request.owner().is_none() => {}
        _ => links.push(("/desk".to_owned(), "Go to my desk")),
    }
    links.push(("/".to_owned(), "Go to the home page"));
    links
}

/// Returns the page for a person whose session ended while their request was on
/// its way. Signing in and sending it again would not help them.
pub(crate) fn signed_out_meanwhile(request: &Request) -> Reply {
    plain(kinds::SIGNED_OUT, request).with_refusal(&Refusal::NotSignedIn)
}

/// Returns the page for a link to set a password that does not work. It is the
/// same for every reason, so that it does not tell which links exist.
pub(crate) fn link_does_not_work(request: &Request) -> Reply {
    plain(kinds::BAD_LINK, request).with_refusal(&Refusal::NotFound).hiding_its_address()
}

/// Returns the page for a change that another site's page asked for.
pub(crate) fn from_another_site(request: &Request) -> Reply {
    plain(kinds::OTHER_SITE, request)
}

/// Returns the page for a request that no handler could read.
pub(crate) fn unusable(kind: ErrorKind, request: &Request) -> Reply {
    plain(kind, request)
}

/// Returns the page for a defect outside the layers. It needs no layout, which may have
/// failed itself.
pub(crate) fn defect(request: RequestId) -> Reply {
    let page = DefectPage { title: kinds::DEFECT.title, request };
    Reply::error(kinds::DEFECT, &page)
}

#[derive(Template)]
#[template(path = "errors/defect.html")]
struct DefectPage {
    title: &'static str,
    request: RequestId,
}
